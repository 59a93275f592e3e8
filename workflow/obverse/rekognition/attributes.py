"""What the stand-in for Rekognition sees of a face beside its landmarks: a small network that reads attributes.

Trained on rendered faces (`obverse.train_attributes`); the weights are resources/attributes.safetensors.
"""

import numpy as np
import torch
from torch import nn

from obverse.face_boxes import Square
from obverse.faces.truth import ATTRIBUTES
from obverse.landmarks import LEFT_EYE, RIGHT_EYE
from obverse.rekognition import cuts

NAMES = (*ATTRIBUTES, "age")  # the last from 0, as smooth as skin gets, to 1

_CHIN = 8
_SIDE, _DOWN = 3.2, 0.45  # of the square, and its middle below the eyes, in `scale`'s units
_SHORT = 0.57  # eye distances per distance from eyes to chin of a frontal face


class Reader(nn.Module):
    """Colour crops of 64 pixels, seen as `square` says, to logits [B, 9], one for each of `NAMES`."""

    channels, size = 3, 64

    def __init__(self, *, width: int) -> None:
        super().__init__()
        self.architecture = {"width": width}
        plan = [(width, 2), (2 * width, 1), (3 * width, 2), (4 * width, 2)]  # channels, stride
        inner, layers = self.channels, []
        for outer, stride in plan:
            layers += [nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU()]
            inner = outer
        places = nn.Conv2d(inner, inner, self.size // 8, groups=inner, bias=False)  # a weight for each place
        self.layers = nn.Sequential(*layers, places, nn.BatchNorm2d(inner), nn.ReLU(), nn.Conv2d(inner, len(NAMES), 1))

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        """Return logits [B, 9] of crops float32 [B, 3, 64, 64] in 0-1."""
        return self.layers(crops - 0.5).flatten(1)


def square(points: np.ndarray) -> Square:
    """Return what a `Reader` is shown of a face with landmarks [68, 2]: hair to throat."""
    x, y, unit = scale(points)
    return cuts.around(x, y + _DOWN * unit, _SIDE * unit)


def scale(points: np.ndarray) -> tuple[float, float, float]:
    """Return where the middle between the eyes is, and an eye distance as it would be if the face did not look aside.

    Of a face that does the distance from eyes to chin tells it.
    """
    left, right = points[LEFT_EYE].mean(axis=0), points[RIGHT_EYE].mean(axis=0)
    middle = (left + right) / 2
    unit = max(float(np.hypot(*(right - left))), _SHORT * float(np.hypot(*(points[_CHIN] - middle))))
    return float(middle[0]), float(middle[1]), unit
