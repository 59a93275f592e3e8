"""Writing an archive: the same members give the same bytes, whenever and by whomever it is written."""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from obverse.errors import UnusableInput

Content = bytes | Path

_LEVEL = 1  # most members are compressed already; and black pictures, at higher ones, look like bombs
_CHUNK = 1 << 20
_LARGE = 1 << 30  # with room for what grows when it is compressed


def measure(content: Content) -> tuple[str, int]:
    """Return the sha256 of ``content`` and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(content):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def write(path: Path, members: Mapping[str, Content], expected: Mapping[str, str]) -> None:
    """Write ``members`` to ``path``, sorted by name.

    Raises `UnusableInput` for one whose sha256 is not the ``expected`` one, for as many as have one: it changed since.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name in sorted(members):
            content = members[name]
            digest = hashlib.sha256()
            # By name alone: then every member has the first date there is, 1980-01-01, and its maker's permissions.
            with archive.open(name, "w", force_zip64=_size(content) > _LARGE) as member:
                for chunk in _chunks(content):
                    digest.update(chunk)
                    member.write(chunk)
            if expected.get(name, digest.hexdigest()) != digest.hexdigest():
                problem = "expected a file at rest, found one that changes while it is packed"
                raise UnusableInput(name, problem, "Pack when nothing writes to it.")


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _chunks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
