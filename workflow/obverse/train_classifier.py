"""Train the target classifier F on its member images."""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from obverse import cli, devices, stamps, training
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.images import resident, seen
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as rows_of
from obverse.splits import HELD_OUT, MEMBER
from obverse.splits import read as read_splits

_VALIDATION_BATCH = 500


class Recognition:
    """The task of naming who is on a picture: images uint8 [N, H, W], labels int64 [N], on the device."""

    measure = "held_out_accuracy"

    def __init__(self, members: tuple[torch.Tensor, torch.Tensor], held_out: tuple[torch.Tensor, torch.Tensor]) -> None:
        self.images, self.labels = members
        self.held_out_images, self.held_out_labels = held_out
        self.rows = len(self.images)

    def loss(self, network: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean cross-entropy, in nats."""
        return functional.cross_entropy(network(seen(self.images[rows])), self.labels[rows])

    def validate(self, network: nn.Module) -> float:
        """Return the share of held-out images recognised: it is reported, and chooses nothing."""
        batches = zip(
            self.held_out_images.split(_VALIDATION_BATCH), self.held_out_labels.split(_VALIDATION_BATCH), strict=True
        )
        right = sum((network(seen(images)).argmax(1) == labels).sum() for images, labels in batches)
        return int(right) / len(self.held_out_images)


def train_classifier(
    *,
    images: Path,
    samples: Path,
    splits: Path,
    seed: int,
    width: int,
    hidden: int,
    epochs: int,
    minimum_steps: int,
    batch_size: int,
    learning_rate: float,
    precision: str,
    threads: int,
    weights: Path,
    history: Path,
    state: Path,
) -> None:
    """Train the target classifier on its members for ``epochs``, and keep the last.

    ``history`` gets the members' loss and the held-out accuracy of each epoch. A killed run goes on from ``state``.
    """
    device = devices.prepare(precision, threads)
    members, held_out, num_classes = _examples(images, samples, splits, device)
    architecture = {"num_classes": num_classes, "size": members[0].shape[1], "width": width, "hidden": hidden}
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate, minimum_steps)
    stamp = stamps.stamp(
        "train_classifier",
        {"images": images, "samples": samples, "splits": splits},
        **architecture,
        **vars(schedule),
        **device.describe(),
    )
    network = training.initialised(Classifier, seed, **architecture)
    task = Recognition(members, held_out)
    run = training.Training(network, task, schedule, device, keep="last", label="train_classifier")
    training.complete(run, network, stamp, weights=weights, history=history, state=state)


def _examples(
    image_path: Path, sample_path: Path, split_path: Path, device: devices.Device
) -> tuple[tuple[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor], int]:
    """Return images and labels of the members, those of the held-out, and K."""
    table = read_splits(split_path)
    labels, parts = table["label"].to_numpy(), table["split"].to_numpy(zero_copy_only=False)
    num_classes = len(np.unique(labels))
    if num_classes == 0 or labels.min() != 0 or labels.max() != num_classes - 1:
        raise UnusableInput(
            split_path,
            f"expected labels 0 … K-1, each in use, found {num_classes} labels {sorted(set(labels.tolist()))[:5]} …",
            "Delete it and run the same command again.",
        )
    places = rows_of(read_samples(sample_path)["sample_id"].to_numpy(), table["sample_id"].to_numpy(), sample_path)
    pictures = read_images(image_path)

    def part(name: str) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = np.flatnonzero(parts == name)
        if len(chosen) == 0:
            raise UnusableInput(split_path, f"expected {name} images, found none", "Look at the data set's samples.")
        return resident(pictures, places[chosen], device.torch), torch.from_numpy(labels[chosen]).to(device.torch)

    return part(MEMBER), part(HELD_OUT), num_classes


if __name__ == "__main__":
    cli.run(train_classifier)
