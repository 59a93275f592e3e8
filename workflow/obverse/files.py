"""Writing files so that a killed process never leaves half of one."""

import contextlib
import errno
import glob
import os
from collections.abc import Iterator
from pathlib import Path

_placed: dict[Path, None] = {}


def placed() -> list[Path]:
    """Return the files that this process has put in place, in their order; some may be gone again."""
    return list(_placed)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; move it into place when the block succeeds, remove it when it fails.

    The temporary name carries the process id: a job left over from a killed run cannot write into ours. What such a
    run left behind is removed here.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear(path)
    temporary = path.parent / f".{path.name}.{os.getpid()}.part"
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        _placed[path] = None
    finally:
        temporary.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Remove ``path`` if it is there, and what killed runs left of their attempts to write it."""
    path.unlink(missing_ok=True)
    _clear(path)


def _clear(path: Path) -> None:
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        pid = leftover.suffixes[-2].lstrip(".")
        if pid.isdecimal() and not _alive(int(pid)):
            leftover.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def append(path: Path, line: bytes) -> None:
    """Add ``line``, which ends one, to ``path``: whole, also where others do the same; raise `OSError` when it cannot.

    A last line that a kill or a full disk tore is ended first, so that it costs itself alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(descriptor)
