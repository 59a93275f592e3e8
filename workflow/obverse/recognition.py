"""The classifier's task: naming who is on a picture; and the examples it is learnt from."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from obverse import devices
from obverse.errors import UnusableInput
from obverse.images import resident, seen
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as rows_of
from obverse.splits import HELD_OUT, MEMBER
from obverse.splits import read as read_splits

VALIDATION_BATCH = 500  # held-out images looked at together


class Examples(NamedTuple):
    """Pictures and who is on them, on a device: uint8 [N, H, W] and int64 [N] in 0 … K-1."""

    images: torch.Tensor
    labels: torch.Tensor


class Recognition:
    """The task of naming who is on a picture."""

    measure = "held_out_accuracy"

    def __init__(self, members: Examples, held_out: Examples) -> None:
        self.members, self.held_out = members, held_out
        self.rows = len(members.images)

    def loss(self, network: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean cross-entropy, in nats."""
        return functional.cross_entropy(network(seen(self.members.images[rows])), self.members.labels[rows])

    def validate(self, network: nn.Module) -> float:
        """Return the share of held-out images recognised: it is reported, and chooses nothing."""
        batches = zip(*(part.split(VALIDATION_BATCH) for part in self.held_out), strict=True)
        right = sum((network(seen(images)).argmax(1) == labels).sum() for images, labels in batches)
        return int(right) / self.held_out.images.shape[0]


def examples(images: Path, samples: Path, splits: Path, device: devices.Device) -> tuple[Examples, Examples, int]:
    """Return the members, the held-out images, and K; raise `UnusableInput` for labels with a gap or an empty split."""
    table = read_splits(splits)
    labels, parts = table["label"].to_numpy(), table["split"].to_numpy(zero_copy_only=False)
    num_classes = len(np.unique(labels))
    if num_classes == 0 or labels.min() != 0 or labels.max() != num_classes - 1:
        raise UnusableInput(
            splits,
            f"expected labels 0 … K-1, each in use, found {num_classes} labels {sorted(set(labels.tolist()))[:5]} …",
            "Delete it and run the same command again.",
        )
    places = rows_of(read_samples(samples)["sample_id"].to_numpy(), table["sample_id"].to_numpy(), samples)
    pictures = read_images(images)

    def part(name: str) -> Examples:
        chosen = np.flatnonzero(parts == name)
        if len(chosen) == 0:
            raise UnusableInput(splits, f"expected {name} images, found none", "Look at the data set's samples.")
        there = torch.from_numpy(labels[chosen]).to(device.torch)
        return Examples(resident(pictures, places[chosen], device.torch), there)

    return part(MEMBER), part(HELD_OUT), num_classes
