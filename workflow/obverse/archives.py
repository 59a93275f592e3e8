"""Zip archives of pictures: written without a clock, so that the same pictures give the same bytes; read with doubt."""

import contextlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from obverse import files
from obverse.errors import UnusableInput

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that zip can hold
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16  # fixed, or the bytes would depend on the platform that wrote them


def write(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    """Write ``members`` (name, content) in their order, uncompressed; raise `ValueError` when a name occurs twice."""
    seen: set[str] = set()
    with files.replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            if name in seen:
                raise ValueError(f"{path}: member {name!r} occurs twice")
            seen.add(name)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            archive.writestr(entry, content)


class Reader:
    """The members of an open archive."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        self.names = [name for name in archive.namelist() if not name.endswith("/")]

    def read(self, name: str) -> bytes:
        """Return one member's content; raise `KeyError` when there is none, `UnusableInput` when it is damaged."""
        try:
            return self._archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise UnusableInput(
                f"{self._path}, member {name}",
                f"expected an intact member, found damage ({error})",
                "The archive was changed after it was written: remove it, or fetch it once more.",
            ) from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open the archive at ``path``; raise `UnusableInput` when it is missing or no whole zip file."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        size = path.stat().st_size if path.is_file() else None
        found = "no such file" if size is None else f"{size:,} bytes that are not one ({error})"
        raise UnusableInput(
            path, f"expected a whole zip archive, found {found}", "Remove it and run again, or fetch it once more."
        ) from error
    with archive:
        yield Reader(path, archive)
