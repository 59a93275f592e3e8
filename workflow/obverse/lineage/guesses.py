"""Which target may be meant by a name that is none."""

import difflib
from collections.abc import Iterable
from pathlib import PurePosixPath

_FOLDER = "results/"  # which all have in common
_NEAR = 0.6  # of 1.0, which is the same


def near(name: str, known: Iterable[str]) -> str:
    """Return a question after the nearest of the ``known`` paths, the first of several; empty where none is near."""
    return _nearest(name, known, _NEAR)


def same(name: str, known: Iterable[str]) -> str:
    """Return a question after the first of the ``known`` paths that has this name, as fig9 is of results/fig9.png."""
    return _nearest(name, known, 1.0)


def _nearest(name: str, known: Iterable[str], cutoff: float) -> str:
    called: dict[str, str] = {}
    for path in sorted(known, key=lambda path: not path.endswith(".png")):  # who says fig9 means the picture
        for each in (path.removeprefix(_FOLDER), PurePosixPath(path).name, PurePosixPath(path).stem):
            called.setdefault(each, path)
    found = difflib.get_close_matches(name.removeprefix(_FOLDER), called, n=1, cutoff=cutoff)
    return f"Did you mean {called[found[0]]}?" if found else ""
