"""The evaluation classifier: an independent judge of who is on a reconstruction.

It shares nothing with the target: another architecture, another seed, and images that are reserved for it.
"""

import torch
from torch import nn
from torch.nn import functional

_GROUPS = 8  # channels are normalised in so many groups, as far as the width divides by them
_AT_ONCE = 500  # images judged at once


class Evaluator(nn.Module):
    """Maps float32 images [N, 1, H, W] in [0, 1], H = W = ``size``, to logits [N, ``num_classes``].

    A residual network with group normalisation before each convolution (He et al. 2016, Wu and He 2018): a block at
    each of size/2, size/4, … 4 pixels, strided from one to the next, with ``width``, 2·``width``, … channels, the mean
    over all places, and one linear layer. Unlike the target's it neither normalises over the batch, nor takes
    maxima, nor has layers that are connected to every place. Raises `ValueError` unless ``size`` is a power of two
    and at least 16.
    """

    def __init__(self, *, num_classes: int, size: int, width: int) -> None:
        super().__init__()
        if size < 16 or size & (size - 1):
            raise ValueError(f"expected an image size that is a power of two and at least 16, found {size}")
        self.architecture = {"num_classes": num_classes, "size": size, "width": width}
        channels = [width * 2**stage for stage in range(size.bit_length() - 3)]
        self.stem = nn.Conv2d(1, width, 5, stride=2, padding=2, bias=False)
        blocks = [_Block(width, width, 1)]
        blocks += [_Block(inner, outer, 2) for inner, outer in zip(channels, channels[1:], strict=False)]
        self.blocks = nn.Sequential(*blocks, _normalised(channels[-1]), nn.ReLU())
        self.head = nn.Linear(channels[-1], num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits float32 [N, K]."""
        return self.head(self.blocks(self.stem(images - 0.5)).mean(dim=(2, 3))).float()


class _Block(nn.Module):
    """x + two convolutions, each of what is normalised and rectified; a 1×1 convolution where shapes differ."""

    def __init__(self, inner: int, outer: int, stride: int) -> None:
        super().__init__()
        self.first, self.second = _normalised(inner), _normalised(outer)
        self.into = nn.Conv2d(inner, outer, 3, stride, padding=1, bias=False)
        self.on = nn.Conv2d(outer, outer, 3, padding=1, bias=False)
        self.aside = nn.Identity() if (inner, stride) == (outer, 1) else nn.Conv2d(inner, outer, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ready = functional.relu(self.first(x))
        passed = x if isinstance(self.aside, nn.Identity) else self.aside(ready)
        return passed + self.on(functional.relu(self.second(self.into(ready))))


def _normalised(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(next(groups for groups in range(_GROUPS, 0, -1) if channels % groups == 0), channels)


@torch.inference_mode()
def rank(evaluator: Evaluator, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the rank int64 [N] of the right identity among the evaluator's classes, 1 for the best.

    ``images`` are float32 [N, 1, H, W] in [0, 1], ``labels`` int64 [N] the evaluator's (`reserved.labels`), both on
    its device; a negative one is of a person it does not know, who ranks behind all: K + 1. A class it holds for just
    as likely ranks before the right one, and so does everything where an answer is no number. Attack accuracy @k is
    the share of ranks of at most k.
    """
    was_training = evaluator.training
    evaluator.eval()
    ranks = []
    for shown, label in zip(images.split(_AT_ONCE), labels.split(_AT_ONCE), strict=True):
        logits = evaluator(shown)
        own = logits.gather(1, label.clamp(min=0)[:, None])
        ranks.append(torch.where(label < 0, logits.shape[1] + 1, (~(logits < own)).sum(dim=1)))
    evaluator.train(was_training)
    return torch.cat(ranks)
