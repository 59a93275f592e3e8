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
    """The members of an open archive, or of several that belong together."""

    def __init__(self, archives: dict[Path, zipfile.ZipFile]) -> None:
        self._where = {
            name: (path, archive)
            for path, archive in reversed(archives.items())  # where two have a name, the first has the say
            for name in archive.namelist()
            if not name.endswith("/")
        }
        names = (name for archive in archives.values() for name in archive.namelist() if name in self._where)
        self.names = list(dict.fromkeys(names))

    def read(self, name: str) -> bytes:
        """Return one member's content; raise `KeyError` when there is none, `UnusableInput` when it is damaged."""
        path, archive = self._where[name]
        try:
            return archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise UnusableInput(
                f"{path}, member {name}",
                f"expected an intact member, found damage ({error})",
                "The archive was changed after it was written: remove it, or fetch it once more.",
            ) from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open the archive at ``path``, or all ``*.zip`` in that folder as one.

    Raises `UnusableInput` when there is none, or one that is no whole zip file.
    """
    paths = sorted(path.glob("*.zip")) if path.is_dir() else [path]
    if not paths:
        raise UnusableInput(path, "expected zip archives in this folder, found none", "Remove it and run again.")
    with contextlib.ExitStack() as opened:
        yield Reader({one: opened.enter_context(_open(one)) for one in paths})


def _open(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        size = path.stat().st_size if path.is_file() else None
        found = "no such file" if size is None else f"{size:,} bytes that are not one ({error})"
        raise UnusableInput(
            path, f"expected a whole zip archive, found {found}", "Remove it and run again, or fetch it once more."
        ) from error
