"""Compiling functions and keeping what was compiled between processes.

Numba's cache watches only the file that a function stands in: it would go on running what was inlined from another
file after that one changed. So the cache's folder is named after the content of every module of this package.
"""

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

import numba


def folder(sources: Iterable[Path]) -> Path:
    """Return where functions compiled from ``sources``, files of one folder, are kept."""
    ordered = sorted(sources)
    content = hashlib.sha256(b"\0".join(source.name.encode() + b"\0" + source.read_bytes() for source in ordered))
    return ordered[0].parent / "__pycache__" / f"numba-{content.hexdigest()[:16]}"


if not numba.config.CACHE_DIR:  # a person may have set NUMBA_CACHE_DIR
    numba.config.CACHE_DIR = str(folder(Path(__file__).parent.glob("*.py")))

kernel = functools.partial(numba.njit, cache=True, error_model="numpy")
