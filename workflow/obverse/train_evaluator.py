"""Train the evaluation classifier on the images reserved for it."""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from obverse import cli, cooling, devices, distortions, duplicates, seeds, stamps, training
from obverse.evaluators import Evaluator, rank
from obverse.images import resident, seen
from obverse.reserved import check_differ
from obverse.reserved import read as read_reserved
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as rows_of

_VALIDATION = 0.1  # of each person's reserved images


class Judging:
    """The task of naming who is on a spoilt picture: images uint8 [N, H, W], labels int64 [N], on the device."""

    measure = "validation_accuracy"

    def __init__(
        self, learnt: tuple[torch.Tensor, torch.Tensor], kept: tuple[torch.Tensor, torch.Tensor], flip: bool
    ) -> None:
        self.images, self.labels = learnt
        self.kept_images, self.kept_labels = kept
        self.rows, self.flip = len(self.images), flip

    def loss(self, network: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean cross-entropy, in nats, of pictures distorted by this step's draw."""
        shown = distortions.distorted(seen(self.images[rows]), self.flip)
        return functional.cross_entropy(network(shown), self.labels[rows])

    def validate(self, network: nn.Module) -> float:
        """Return the share of undistorted pictures recognised that are not trained on; it chooses nothing."""
        ranks = rank(network, seen(self.kept_images), self.kept_labels)
        return int((ranks == 1).sum()) / len(ranks)


def train_evaluator(
    *,
    images: Path,
    samples: Path,
    reserved: Path,
    seed: int,
    width: int,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    flip: bool,
    precision: str,
    threads: int,
    weights: Path,
    history: Path,
) -> None:
    """Train the evaluation classifier on reserved images for ``epochs``, in falling steps, and keep the last.

    Pictures are moved, lit and blurred at random, and with ``flip`` mirrored, for it is to judge what is blurred. A
    tenth of each person's, near-duplicates together, is not trained on; ``history`` gets the accuracy on it. A killed
    run goes on from its state.
    """
    device = devices.prepare(precision, threads)
    learnt, kept, num_classes = _examples(images, samples, reserved, seed, device)
    architecture = {"num_classes": num_classes, "size": learnt[0].shape[1], "width": width}
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate)
    stamp = stamps.stamp(
        "train_evaluator",
        {"images": images, "samples": samples, "reserved": reserved},
        **architecture,
        **vars(schedule),
        flip=flip,
        **device.describe(),
    )
    network = training.initialised(Evaluator, seed, **architecture)
    task = Judging(learnt, kept, flip)
    run = cooling.Cooling(network, task, schedule, device, keep="last", label="train_evaluator")
    training.complete(run, {weights: network}, stamp, history=history)


def _examples(
    image_path: Path, sample_path: Path, reserved_path: Path, seed: int, device: devices.Device
) -> tuple[tuple[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor], int]:
    """Return images and labels to learn from, those to measure by, and K."""
    table, known = read_reserved(reserved_path), read_samples(sample_path)
    labels = table["label"].to_numpy()
    places = rows_of(known["sample_id"].to_numpy(), table["sample_id"].to_numpy(), reserved_path)
    groups = known["duplicate_group"].to_numpy()[places]
    check_differ(labels, groups, reserved_path)
    aside = _aside(labels, groups, seed)
    pictures = read_images(image_path)

    def part(chosen: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        return resident(pictures, places[chosen], device.torch), torch.from_numpy(labels[chosen]).to(device.torch)

    return part(~aside), part(aside), int(labels.max()) + 1


def _aside(labels: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """Return which images are not trained on, bool [N]: none of a person whose images are all near-duplicates."""
    aside = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        if len(np.unique(groups[mine])) > 1:
            random = seeds.generator(seed, "evaluator validation", int(label))
            aside[mine] = duplicates.choose(groups[mine], _VALIDATION, 1, random)
    return aside


if __name__ == "__main__":
    cli.run(train_evaluator)
