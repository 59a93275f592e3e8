"""Targets as a person types them."""

import os
from pathlib import Path

from obverse.errors import UnusableInput
from obverse.lineage import histories


def result(path: str, *folders: Path) -> str:
    """Return ``path`` as histories have it: relative to the one of ``folders`` that it is in.

    A relative one is relative to each of them, wherever the person is. Raises `UnusableInput` for a path outside; of an
    archive every absolute one is.
    """
    named = histories.named(path)
    if not _leads_out(named):
        return named
    for folder in folders:
        typed = os.path.join(os.path.abspath(folder), path)
        ways = [(os.path.abspath(folder), os.path.abspath(typed)), (os.path.realpath(folder), _resolved(typed))]
        for base, whole in ways:
            inside = os.path.relpath(whole, base)
            if not _leads_out(inside):
                return inside
    where = " or ".join(map(os.path.abspath, folders))
    remedy = "Name a result as it is called there, such as results/fig9.png; --directory says where to look."
    raise UnusableInput(path, f"expected a path in {where}, found one outside", remedy)


def _leads_out(path: str) -> bool:
    return os.path.isabs(path) or path.split(os.sep)[0] == os.pardir


def _resolved(path: str) -> str:
    """Return a path with the links above it followed: what is itself a link is called as it is."""
    folder, name = os.path.split(os.path.normpath(path))
    return os.path.join(os.path.realpath(folder), name)
