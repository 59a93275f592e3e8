"""Networks as the stand-in asks them: the same sums as those that were trained, in fewer steps.

Batch norm of a trained network is a factor and a summand a channel, and goes into the convolution before it. A
convolution of 3x3 over cells that were doubled meets each cell several times: it is one of 4x4 that doubles, whose
weights are sums of its own. Answers differ from the plain network's in their last digits.
"""

import itertools

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from obverse.landmarkers import SmallFan
from obverse.landmarks import LEFT_EYE, RIGHT_EYE
from obverse.rekognition import peaks

_EYES = slice(LEFT_EYE.start, RIGHT_EYE.stop)


class Fan:
    """A `SmallFan` that tells points instead of maps, and of the eyes alone sooner."""

    def __init__(self, network: SmallFan) -> None:
        self.size, self.cells = network.size, network.cells
        self._fine, self._coarse = (sequence(part) for part in (network.fine, network.coarse))
        both = fuse_conv_bn_eval(*network.both[:2])
        fine = both.in_channels - network.coarse[-1][0].out_channels
        self._on_fine, self._bias = _ordered(both.weight[:, :fine]), both.bias.detach()
        self._on_coarse = _ordered(doubling(both.weight[:, fine:]))
        # What a map gets everywhere, its bias, neither moves its peak nor makes it surer.
        self._maps = network.maps.weight.detach().flatten(1)

    def points(self, crops: torch.Tensor) -> torch.Tensor:
        """Return of crops float32 [B, 1, 128, 128] in 0-1 where points are, in cells, and how sure: [B, 68, 3]."""
        maps = self._seen(crops, self._maps)
        sure = torch.softmax(maps, dim=-1).amax(dim=-1, keepdim=True)
        return torch.cat([torch.from_numpy(peaks.centroids(maps.numpy(), self.cells)), sure], dim=-1)

    def eyes(self, crops: torch.Tensor) -> torch.Tensor:
        """Return where the points of both eyes are, in cells: float32 [B, 12, 2]."""
        return torch.from_numpy(peaks.centroids(self._seen(crops, self._maps[_EYES]).numpy(), self.cells))

    def _seen(self, crops: torch.Tensor, readers: torch.Tensor) -> torch.Tensor:
        """Return the maps [B, K, cells²] of the points that ``readers`` [K, C] read."""
        fine = self._fine(crops - 0.5)
        both = functional.conv2d(fine, self._on_fine, self._bias, padding=1)
        both += functional.conv_transpose2d(self._coarse(fine), self._on_coarse, stride=2, padding=1)
        cells = both.relu_().flatten(2)  # [B, C, cells²]
        return torch.bmm(readers.expand(len(cells), -1, -1), cells)


def sequence(network: nn.Sequential) -> nn.Sequential:
    """Return what does the same as convolutions and ReLUs, some with a batch norm in between, without the norms."""
    layers, flat = [], list(_leaves(network))
    for layer, following in itertools.zip_longest(flat, flat[1:]):
        if isinstance(following, nn.BatchNorm2d):
            layers.append(fuse_conv_bn_eval(layer, following))
        elif isinstance(layer, nn.ReLU):
            layers.append(nn.ReLU(inplace=True))
        elif not isinstance(layer, nn.BatchNorm2d):
            layers.append(layer)
    return nn.Sequential(*layers).requires_grad_(False).to(memory_format=torch.channels_last)


def doubling(weight: torch.Tensor) -> torch.Tensor:
    """Return the weights [I, O, 4, 4] of what does to cells, in steps of 2, as ``weight`` [O, I, 3, 3] to doubled ones.

    A cell is met at both its places: its row 0 by weight k at row 1 - k, its row 1 at row 2 - k, of rows that begin
    with -1; so columns.
    """
    found = weight.new_zeros(weight.shape[1], weight.shape[0], 4, 4)
    for down, across in np.ndindex(2, 2):
        found[:, :, down : down + 3, across : across + 3] += weight.flip(2, 3).transpose(0, 1)
    return found


def _ordered(weight: torch.Tensor) -> torch.Tensor:
    return weight.detach().contiguous(memory_format=torch.channels_last)


def _leaves(network: nn.Sequential) -> list[nn.Module]:
    return [leaf for layer in network for leaf in (_leaves(layer) if isinstance(layer, nn.Sequential) else [layer])]
