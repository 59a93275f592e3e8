"""From pictures to landmarks, whole batches on the device: cut, ask the network, read its heatmaps.

Any network will do that maps float32 [B, ``channels``, ``size``, ``size``] in [0, 1] to heatmaps [B, 68, H, W] and has
``read``, which turns those into points in cells.
"""

from typing import Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from obverse import face_boxes, heatmaps
from obverse.devices import Device
from obverse.faces.landmarks import MIRROR
from obverse.landmarks import NUMBER


class Network(Protocol):
    """What a `Landmarker` asks."""

    channels: int  # 1: grey, 3: red green blue
    size: int  # pixels across

    def __call__(self, crops: torch.Tensor) -> torch.Tensor:
        """Return heatmaps [B, 68, H, W]."""
        ...

    def read(self, maps: torch.Tensor) -> torch.Tensor:
        """Return points float32 [B, 68, 2] in cells."""
        ...


class SmallFan(nn.Module):
    """Plays FAN's part in the embedded default: grey crops of 128 pixels, heatmaps of 32 cells; 127,348 parameters.

    Four blocks of 3x3 convolution, batch norm and ReLU down to 16 cells across, one more there, and one at 32 cells on
    both resolutions together. Its maps are logits of where a point is, trained by softmax cross-entropy.
    """

    channels, size, cells = 1, 128, 32

    def __init__(self, *, width: int) -> None:
        super().__init__()
        self.architecture = {"width": width}
        self.fine = nn.Sequential(_block(1, width, 2), _block(width, 2 * width, 2))
        self.coarse = nn.Sequential(
            _block(2 * width, 4 * width, 2), _block(4 * width, 4 * width, 1), _block(4 * width, 4 * width, 1)
        )
        self.both = _block(6 * width, 2 * width, 1)
        self.maps = nn.Conv2d(2 * width, NUMBER, 1)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        """Return logits [B, 68, 32, 32]."""
        fine = self.fine(crops - 0.5)
        coarse = functional.interpolate(self.coarse(fine), scale_factor=2)
        return self.maps(self.both(torch.cat([fine, coarse], dim=1)))

    def read(self, maps: torch.Tensor) -> torch.Tensor:
        """Return points float32 [B, 68, 2] in cells: `heatmaps.centroids`."""
        return heatmaps.centroids(maps, reach=2)


def _block(inner: int, outer: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU())


class Cutter:
    """Cuts pictures of one size to one square: two matrix products, whatever the square."""

    def __init__(self, height: int, width: int, square: face_boxes.Square, size: int, device: torch.device) -> None:
        down = face_boxes.sampling(height, square.y, square.side, size)
        across = face_boxes.sampling(width, square.x, square.side, size)
        self._down, self._across = torch.from_numpy(down).to(device), torch.from_numpy(across.T).to(device)

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return float32 [B, C, size, size] in [0, 1] from uint8 [B, C, H, W]."""
        return self._down @ (pictures.float() / 255) @ self._across


class Landmarker:
    """A network, in evaluation mode, and the square it is shown of pictures of ``height`` x ``width`` pixels.

    With ``flip`` it is shown each mirrored too, and the two heatmaps are averaged: a mirrored picture then has mirrored
    landmarks, whatever the weights. Twice the work; the face-alignment package does so by default.
    """

    def __init__(
        self,
        network: nn.Module,
        box: tuple[float, float, float, float],
        height: int,
        width: int,
        device: Device,
        flip: bool,
    ) -> None:
        self.network = network.eval().to(device.torch, memory_format=torch.channels_last)
        self.device, self.flip, self._square = device, flip, face_boxes.square(box)
        self._cut = Cutter(height, width, self._square, network.size, device.torch)
        self._mirror = torch.from_numpy(MIRROR).to(device.torch)

    @torch.inference_mode()
    def find(self, pictures: np.ndarray) -> torch.Tensor:
        """Return points float32 [B, 68, 2] in pixels of pictures uint8 [B, C, H, W], still on the device."""
        crops = self._cut(torch.from_numpy(pictures).to(self.device.torch, non_blocking=True))
        maps = self._maps(crops)
        if self.flip:
            maps = (maps + self._maps(crops.flip(3)).flip(3)[:, self._mirror]) / 2
        cell = self._square.side / maps.shape[-1]
        return self.network.read(maps) * cell + maps.new_tensor(self._square[:2])

    def _maps(self, crops: torch.Tensor) -> torch.Tensor:
        with self.device.autocast():
            return self.network(crops.contiguous(memory_format=torch.channels_last)).float()
