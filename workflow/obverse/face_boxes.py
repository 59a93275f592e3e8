"""The square around a face that a landmark network sees, and how pictures are cut to it: to fractions of a pixel.

The geometry is FAN's (Bulat and Tzimiropoulos 2017, the face-alignment package): a detector's box gives a centre, moved
up by 0.12 of its height, and a side of 200/195 of width plus height. The package cuts at whole pixels; here a square
ends where it ends.
"""

from typing import NamedTuple

import numpy as np

FINE = 256  # pixels across at which pictures are sampled; smaller crops are means of these
_UP, _SIDE = 0.12, 200 / 195


class Square(NamedTuple):
    """Upper left corner and side, in pixels of the picture; (0, 0) is the corner of its first pixel."""

    x: float
    y: float
    side: float


def square(box: tuple[float, float, float, float]) -> Square:
    """Return the square for a face's box (x1, y1, x2, y2 in pixels)."""
    x1, y1, x2, y2 = box
    side = _SIDE * (x2 - x1 + y2 - y1)
    return Square((x1 + x2 - side) / 2, (y1 + y2 - side) / 2 - _UP * (y2 - y1), side)


def sampling(length: int, start: float, side: float, size: int) -> np.ndarray:
    """Return float32 [size, length]: times ``length`` pixels in a row it gives the ``size`` of the span from ``start``.

    Linear interpolation at `FINE` places, then means of FINE / size of them; what lies outside the picture is black.
    Raises `ValueError` unless ``size`` divides `FINE`.
    """
    if FINE % size:
        raise ValueError(f"expected a size that divides {FINE}, found {size}")
    places = start + (np.arange(FINE) + 0.5) * side / FINE - 0.5
    weights = np.clip(1 - np.abs(places[:, None] - np.arange(length)), 0, None)
    return weights.reshape(size, FINE // size, length).mean(axis=1).astype(np.float32)
