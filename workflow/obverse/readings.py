"""How a model reads a picture: its size, its colours and their order, and what its pixel values are scaled to."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from obverse import pictures
from obverse.errors import UnusableInput

COLOURS = {"grey": 1, "rgb": 3, "bgr": 3}  # what a model reads, and its channels

RESIZE = "bilinear"


@dataclass(frozen=True)
class Reading:
    """How a model reads a picture: ``size`` pixels a side, each value v as (v - mean) / deviation.

    ``mean`` and ``deviation`` are a number, or a tuple: of one for all channels, or of one a channel, in the model's
    order.
    """

    colour: str
    size: int
    mean: float | tuple[float, ...]
    deviation: float | tuple[float, ...]

    @property
    def channels(self) -> int:
        """How many numbers a pixel has."""
        return COLOURS[self.colour]

    def pixels(self, face: Image.Image) -> np.ndarray:
        """Return a cut-out face, resized with antialiasing, as uint8 [C, S, S]."""
        return self.planes(pictures.resized(face, self.size, RESIZE, self.channels))

    def planes(self, values: np.ndarray) -> np.ndarray:
        """Return uint8 [S, S] or, in colour, [S, S, 3], as uint8 [C, S, S]."""
        planes = values[None] if values.ndim == 2 else values.transpose(2, 0, 1)
        return planes[::-1] if self.colour == "bgr" else planes

    def scaled(self, pixels: np.ndarray) -> np.ndarray:
        """Return uint8 values, [N, C, S, S] where channels differ, as the float32 values that the model reads."""
        return (pixels.astype(np.float32) - _over_planes(self.mean)) / _over_planes(self.deviation)

    def misfit(self, path: Path, found: str, remedy: str) -> UnusableInput:
        """Return the error that says that the model in ``path`` reads other pictures."""
        expected = f"expected a model that reads {self.colour} pictures of {self.size} pixels a side"
        return UnusableInput(path, f"{expected}, found {found}", remedy)


def _over_planes(value: float | tuple[float, ...]) -> np.ndarray:
    """Return float32 [] or, of a tuple, [C, 1, 1]."""
    constant = np.asarray(value, np.float32)
    return constant.reshape(-1, 1, 1) if constant.ndim else constant
