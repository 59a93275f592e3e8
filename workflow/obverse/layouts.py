"""How the numbers of a picture follow one another in what a model reads: by channel, by pixel, or flat."""

from collections.abc import Callable, Sequence

import numpy as np

from obverse import onnx_files

Layout = Callable[[np.ndarray], np.ndarray]  # [N, C, S, S] to what the model reads


def layout(declared: Sequence[int | str | None], channels: int, size: int) -> Layout | None:
    """Return how to lay out pictures for an input ``declared`` without its batch, or None where they do not fit.

    Of [C, S, S], [S, S, C] and [S·S·C], the first that fits: sides that are no numbers are taken for by channel.
    """
    shapes = {
        _by_channel: (channels, size, size),
        _by_pixel: (size, size, channels),
        _flat: (size * size * channels,),
    }
    return next((order for order, sides in shapes.items() if onnx_files.fits(declared, sides)), None)


def _by_channel(planes: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(planes)


def _by_pixel(planes: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def _flat(planes: np.ndarray) -> np.ndarray:
    """Return [N, S·S·C], row by row and pixel by pixel, as scikit-learn's users flatten pictures."""
    return _by_pixel(planes).reshape(len(planes), -1)
