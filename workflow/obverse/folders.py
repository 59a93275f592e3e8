"""The user's own pictures: a folder whose subfolders say who, or what, each picture is of."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from obverse.errors import UnusableInput

SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp")


def pictures(folder: Path) -> list[str]:
    """Return the pictures below ``folder``, relative to it and in the order of their names; hidden ones are left out.

    Raises `UnusableInput` where there is no such folder, no picture in it, or one whose name is no text.
    """
    found = sorted(_pictures(folder)) if folder.is_dir() else []
    if not found:
        problem = (
            f"expected a folder of pictures ({', '.join(SUFFIXES)}), found {'none' if folder.is_dir() else 'no folder'}"
        )
        raise UnusableInput(folder, problem, "Name the folder that holds a subfolder of pictures for each class.")
    for name in found:
        _check_text(folder, name)
    return found


def identity(picture: str) -> str:
    """Return who or what a picture is of: its uppermost subfolder, or nothing where it lies in none."""
    above = PurePosixPath(picture).parts[:-1]
    return above[0] if above else ""


def state(folder: Path) -> str:
    """Return a digest of which pictures there are, of what lengths and dates: another one when any was changed."""
    known = hashlib.sha256()
    if folder.is_dir():
        for name in sorted(_pictures(folder)):
            status = _status(folder / name)
            known.update(os.fsencode(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n"))
    return known.hexdigest()


def file_state(path: Path) -> str:
    """Return the length and date of a file, nothing where there is none: others when it was changed, or put back."""
    if not path.is_file():
        return ""
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError:  # a link that leads nowhere, or round in a circle
        return path.lstat()


def _check_text(folder: Path, name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        problem = f"expected names of pictures in UTF-8, found {os.fsencode(name)!r}"
        raise UnusableInput(folder, problem, "Call that file, or its folder, by another name.") from error


def _pictures(folder: Path) -> Iterator[str]:
    for above, below, names in os.walk(folder, followlinks=True):
        if _is_round(Path(above), folder):
            below.clear()
            continue
        below[:] = [name for name in below if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(above, name).relative_to(folder).as_posix()


def _is_round(above: Path, folder: Path) -> bool:
    """Return whether ``above`` is, by links, one of the folders that it lies in, from ``folder`` on."""
    depth = len(above.relative_to(folder).parts)
    return os.path.realpath(above) in map(os.path.realpath, above.parents[:depth])
