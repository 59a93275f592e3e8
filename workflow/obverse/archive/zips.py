"""Zip archives from strangers: looked through before anything in them is believed, and unpacked piece by piece."""

import bisect
import contextlib
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from obverse.archive import member_names
from obverse.errors import UnusableInput

MOST_MEMBERS = 200_000
MOST_BYTES = 64 * 2**30  # of all members, unpacked
MOST_RATIO = 1000  # of what is unpacked to what is packed: deflate itself ends at 1,032

_PIECE = 2**20  # bytes
_LAST_PLACE = 2**63  # in a file
_LOCAL = struct.Struct("<4s5H3L2H")  # what stands before each member: its name and an extra field follow
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNREADABLE = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, OverflowError, struct.error)
_AGAIN = "Take the archive again from where it was published."
_NAME = "Name an archive, such as results/archive.zip."


class Damage(Exception):
    """A member that cannot be unpacked to what the archive's directory says of it; says what is wrong."""


class Zip:
    """An open archive, all of whose members have harmless names and plausible sizes; threads may share it."""

    def __init__(self, path: Path, stream: BinaryIO, entries: Iterable[zipfile.ZipInfo]) -> None:
        self.path, self._stream = path, stream
        self._entries = {entry.filename: entry for entry in entries}

    @property
    def names(self) -> list[str]:
        """Return the members' names, in the archive's order."""
        return list(self._entries)

    def size(self, name: str) -> int:
        """Return how many bytes a member has, as the archive's directory says; raise `KeyError` when there is none."""
        return self._entries[name].file_size

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a member's content; raise `KeyError` when there is none, `Damage` once it proves damaged.

        Raises `UnusableInput` as soon as there is more of it than its size: that is a bomb.
        """
        entry = self._entries[name]
        size = checksum = 0
        for piece in self._unpacked(entry):
            size, checksum = size + len(piece), zlib.crc32(piece, checksum)
            if size > entry.file_size:
                raise _refused(self.path, name, f"a size of {entry.file_size:,} bytes", "more: a bomb")
            yield piece
        if size < entry.file_size:
            raise Damage(f"expected {entry.file_size:,} bytes, found {size:,}")
        if checksum != entry.CRC:
            raise Damage(f"expected the checksum {entry.CRC:08x}, found {checksum:08x}")

    def read(self, name: str, most: int = 2**28) -> bytes:
        """Return a member's content whole; raise as `pieces` does, and `Damage` for one of more than ``most`` bytes."""
        if self.size(name) > most:
            raise Damage(f"expected at most {most:,} bytes, found {self.size(name):,}")
        return b"".join(self.pieces(name))

    def _unpacked(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        if entry.compress_type == zipfile.ZIP_STORED:
            yield from self._packed(entry)
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for packed in self._packed(entry):
                while packed:
                    yield inflater.decompress(packed, _PIECE)
                    packed = inflater.unconsumed_tail
            while rest := inflater.decompress(b"", _PIECE):
                yield rest
        except zlib.error as error:
            raise Damage(f"expected deflated bytes, found others ({error})") from error
        if not inflater.eof or inflater.unused_data:
            raise Damage("expected deflated bytes, found too few or too many")

    def _packed(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        head = self._at(entry.header_offset, _LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
            raise Damage("expected the member at its place, found other bytes")
        long, extra = _LOCAL.unpack(head)[-2:]
        named = self._at(entry.header_offset + _LOCAL.size, long)
        if named != entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437"):
            raise Damage(f"expected the member at its place, found one named {named.decode(errors='replace')!r}")
        place = entry.header_offset + _LOCAL.size + long + extra
        for start in range(place, place + entry.compress_size, _PIECE):
            piece = self._at(start, min(_PIECE, place + entry.compress_size - start))
            if not piece:
                return  # the archive ends here, whatever its directory says
            yield piece

    def _at(self, place: int, size: int) -> bytes:
        return os.pread(self._stream.fileno(), size, place) if 0 <= place < _LAST_PLACE else b""


@contextlib.contextmanager
def opening(path: Path) -> Iterator[Zip]:
    """Open the archive at ``path`` while the block runs.

    Raises `UnusableInput` where there is no whole zip archive, and for one that could do harm, with the member's name:
    a path that leads out of the folder it is unpacked into, a link, a name that occurs twice, a member of two names, an
    encrypted one, sizes that no honest archive has (`MOST_MEMBERS`, `MOST_BYTES`, `MOST_RATIO`), members that share
    bytes.
    """
    with contextlib.ExitStack() as opened:
        try:
            stream = opened.enter_context(path.open("rb"))
        except OSError as error:
            raise UnusableInput(path, f"expected an archive, found {_not_there(error)}", _NAME) from error
        try:
            entries = opened.enter_context(zipfile.ZipFile(stream)).infolist()
        except _UNREADABLE as error:
            raise UnusableInput(path, f"expected a whole zip archive, found {_instead(path)}", _AGAIN) from error
        if len(entries) > MOST_MEMBERS:
            raise _refused(path, None, f"at most {MOST_MEMBERS:,} members", f"{len(entries):,}")
        for entry in entries:
            _check(path, entry)
        _check_together(path, entries, os.fstat(stream.fileno()).st_size)
        yield Zip(path, stream, (entry for entry in entries if not entry.is_dir()))


def _not_there(error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "no such file"
    return "a folder" if isinstance(error, IsADirectoryError) else f"one that cannot be read ({error.strerror})"


def _instead(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    if not start:
        return "an empty file"
    known = "one that was cut off or damaged" if start == b"PK\3\4" else "something else"
    return f"{known} ({path.stat().st_size:,} bytes)"


def _check(path: Path, entry: zipfile.ZipInfo) -> None:
    """Raise `UnusableInput` for a member that an archive of results does not have."""
    name, kind = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
    if not member_names.is_harmless(name.removesuffix("/")):
        raise _refused(path, name, "a path below the folder it is unpacked into", "another")
    if entry.filename != name or member_names.has_second(entry.extra):  # which is taken depends on the reader
        raise _refused(path, name, "one name", "a second beside it")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(path, name, "a file", "a link or a device")
    if entry.flag_bits & 0x1:
        raise _refused(path, name, "a member one can read", "an encrypted one")
    if entry.compress_type not in _METHODS:
        raise _refused(path, name, "a member that is stored or deflated", f"method {entry.compress_type}")
    if entry.file_size > MOST_RATIO * entry.compress_size or (entry.is_dir() and entry.file_size):
        found = f"{entry.file_size:,} bytes packed into {entry.compress_size:,}: a bomb"
        raise _refused(path, name, f"at most {MOST_RATIO:,} bytes for each one packed", found)


def _check_together(path: Path, entries: list[zipfile.ZipInfo], length: int) -> None:
    """Raise `UnusableInput` for members of one name, one inside another, or that unpack to too much together."""
    seen: set[str] = set()
    for name in (entry.filename for entry in entries):
        if name in seen:
            raise _refused(path, name, "each member once", "one more of this name")
        seen.add(name)
    ordered = sorted(seen)
    for name in ordered:
        place = bisect.bisect_left(ordered, f"{name}/")
        if place < len(ordered) and ordered[place].startswith(f"{name}/"):
            raise _refused(path, name, "a file", f"a folder too: it holds {ordered[place]}")
    total = sum(entry.file_size for entry in entries)
    if total > min(MOST_BYTES, MOST_RATIO * length):
        largest = max(entries, key=lambda entry: entry.file_size)
        limit = f"at most {MOST_BYTES >> 30} GiB and {MOST_RATIO:,} bytes for each one packed"
        raise _refused(path, largest.filename, limit, f"{total:,} bytes in all: a bomb")
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    for one, following in zip(placed, placed[1:], strict=False):
        if one.header_offset + _LOCAL.size + one.compress_size > following.header_offset:
            raise _refused(path, following.filename, "bytes of its own", f"some that are {one.filename}'s too: a bomb")


def _refused(path: Path, name: str | None, expected: str, found: str) -> UnusableInput:
    where = str(path) if name is None else f"{path}, member {name if name.isprintable() else repr(name)}"
    return UnusableInput(where, f"expected {expected}, found {found}", _AGAIN)
