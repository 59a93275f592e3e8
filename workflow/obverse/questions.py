"""`questions.npy`: a data set's pictures as the target that is asked about them reads them, one row a sample."""

from pathlib import Path

import numpy as np

from obverse import files
from obverse.errors import UnusableInput


def write(path: Path, pixels: np.ndarray) -> None:
    """Write uint8 [N, S, S] or, in colour, [N, S, S, 3] (red, green, blue)."""
    with files.replacing(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, pixels)


def read(path: Path) -> np.ndarray:
    """Return the same, memory-mapped; raise `UnusableInput` when the file is damaged."""
    remedy = "Delete it and run the same command again."
    try:
        pixels = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise UnusableInput(path, f"expected an array of pictures, found a damaged file ({error})", remedy) from error
    if pixels.dtype != np.uint8 or pixels.ndim not in (3, 4):
        problem = f"expected uint8 [N, S, S] or [N, S, S, 3], found {pixels.dtype} {pixels.shape}"
        raise UnusableInput(path, problem, remedy)
    return pixels
