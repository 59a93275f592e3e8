"""Names of an archive's members: whether one is harmless, whether it is the only one, and where it goes."""

import re
import struct
from pathlib import Path

_LONGEST = 255  # bytes of a file's or a folder's name
_LONGEST_WAY = 2048  # bytes, so that the folder it is unpacked into has room before it
_SECOND = 0x7075  # the field in which a name may stand once more, in Unicode; some readers take it for the name
_FIELD = struct.Struct("<2H")


def is_harmless(name: str) -> bool:
    """Return whether a name stays in its folder, can be written there, on every system, and shown on a terminal."""
    parts = name.split("/")
    outside = "\\" in name or re.match("[A-Za-z]:", name) or any(part in ("", ".", "..") for part in parts)
    return not outside and name.isprintable() and _is_short(name)


def _is_short(name: str) -> bool:
    there = name.encode()
    return len(there) <= _LONGEST_WAY and all(len(part) <= _LONGEST for part in there.split(b"/"))


def has_second(extra: bytes) -> bool:
    """Return whether there is a further name among the fields that stand beside a member's name."""
    while len(extra) >= _FIELD.size:
        kind, size = _FIELD.unpack_from(extra)
        if kind == _SECOND:
            return True
        extra = extra[_FIELD.size + size :]
    return False


def below(folder: Path, name: str) -> Path:
    """Return where ``name`` goes below ``folder``; raise `ValueError` for one that would lead out of it."""
    if not is_harmless(name):
        raise ValueError(f"expected a path below the folder it is unpacked into, found {name!r}")
    return folder / name
