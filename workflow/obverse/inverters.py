"""The inverter G: from a released prediction vector back to an image, the paper's transposed convolutions.

FaceScrub (64 px, width 128, K = 530) has 19,701,377 parameters, MNIST (32 px, width 128, K = 10) has 2,708,097.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from obverse import checkpoints
from obverse import features as feature_kinds
from obverse.classifiers import halvings
from obverse.errors import UnusableInput
from obverse.progress import Progress

_BATCH = 500  # reconstructions made at once


class Inverter(nn.Module):
    """Maps released log-probabilities [N, K] (withheld: ``-inf``) to images [N, 1, ``size``, ``size``] in [0, 1].

    A 4×4 transposed convolution to 4×4 pixels, then one of stride 2 for each doubling; channels halve from
    ``width``·``size``/8 to ``width`` to 1; batch norm and tanh between, sigmoid at the end, as published.
    """

    def __init__(
        self, *, num_classes: int, size: int, width: int, features: str, offset: float, learn_offset: bool
    ) -> None:
        super().__init__()
        self.architecture = {
            "num_classes": num_classes,
            "size": size,
            "width": width,
            "features": features,
            "offset": offset,
            "learn_offset": learn_offset,
        }
        self.features = feature_kinds.build(features, num_classes, offset, learn_offset)
        doublings = halvings(size)
        channels = [width * 2**block for block in reversed(range(doublings))]
        self.first = nn.ConvTranspose2d(self.features.channels, channels[0], 4)
        layers: list[nn.Module] = [nn.BatchNorm2d(channels[0]), nn.Tanh()]
        for inner, outer in zip(channels, channels[1:], strict=False):
            layers += [nn.ConvTranspose2d(inner, outer, 4, stride=2, padding=1), nn.BatchNorm2d(outer), nn.Tanh()]
        self.blocks = nn.Sequential(*layers)
        self.last = nn.ConvTranspose2d(channels[-1], 1, 4, stride=2, padding=1)

    def forward(self, released: torch.Tensor) -> torch.Tensor:
        """Return images float32 [N, 1, H, W] in [0, 1]."""
        return torch.sigmoid(self._draw(self.blocks(self._spread(released))).float())

    def _spread(self, released: torch.Tensor) -> torch.Tensor:
        """Apply the first layer, [N, K] to [N, C, 4, 4], in float32 under any autocast.

        Next to c = 50 bfloat16 would round log-probabilities to a quarter. On one pixel the layer is a matrix product,
        and written as one it is several times faster.
        """
        with torch.autocast(released.device.type, enabled=False):
            inputs = self.features(released)
            weight = self.first.weight.permute(0, 2, 3, 1)
            outputs = inputs @ weight.reshape(len(weight), -1)
            return (outputs.view(len(inputs), *weight.shape[1:]) + self.first.bias).permute(0, 3, 1, 2)

    def _draw(self, inputs: torch.Tensor) -> torch.Tensor:
        """Apply the last layer, to [N, 1, H, W]."""
        if inputs.is_cuda or inputs.dtype != torch.float32:
            return self.last(inputs)
        return _OnePlane.apply(inputs, self.last.weight, self.last.bias)


def load(path: Path, num_classes: int, size: int) -> Inverter:
    """Return an inverter; raise `UnusableInput` unless it reads ``num_classes`` numbers and draws ``size`` pixels."""
    inverter = checkpoints.load(path, Inverter)
    found = tuple(inverter.architecture[name] for name in ("num_classes", "size"))
    if found != (num_classes, size):
        raise UnusableInput(
            path,
            f"expected an inverter of {num_classes} numbers to {size} pixels, found one of {found[0]} to {found[1]}",
            "Delete it and run the same command again: the rule that makes it will.",
        )
    return inverter


def rebuild(inverter: Inverter, released: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Return images float32 [N, 1, H, W] in [0, 1] from what is released of N pictures, [N, K]."""
    inverter = inverter.to(device, memory_format=torch.channels_last)
    rebuilt = []
    with torch.inference_mode(), Progress("reconstruct", len(released), "images") as progress:
        for batch in released.split(_BATCH):
            rebuilt.append(inverter(batch.to(device)).cpu())
            progress.advance(len(batch))
    return torch.cat(rebuilt)


class _OnePlane(torch.autograd.Function):
    """`Inverter.last` for a CPU: forward as a matrix product and a sum of shifted planes, backward the library's own.

    The library is slow only in this one forward; docs/benchmarks/train_inverter.md has what it saves.
    """

    @staticmethod
    def forward(
        context: torch.autograd.function.FunctionCtx, inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor
    ) -> torch.Tensor:
        context.save_for_backward(inputs, weight)
        count, channels, height, width = inputs.shape
        taps = weight.reshape(channels, 16).t() @ inputs.permute(0, 2, 3, 1).reshape(-1, channels).t()
        planes = taps.view(16, count, height * width).transpose(0, 1)
        return functional.fold(planes, (2 * height, 2 * width), kernel_size=4, stride=2, padding=1) + bias

    @staticmethod
    def backward(context: torch.autograd.function.FunctionCtx, gradient: torch.Tensor) -> tuple[torch.Tensor, ...]:
        inputs, weight = context.saved_tensors
        return torch.ops.aten.convolution_backward(
            gradient, inputs, weight, [1], [2, 2], [1, 1], [1, 1], True, [0, 0], 1, list(context.needs_input_grad)
        )
