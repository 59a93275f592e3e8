"""Train an inverter G on the predictions that a classifier releases for an adversary's images."""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from obverse import cli, devices, stamps, training, views
from obverse.auxiliaries import TRAIN, VALIDATION
from obverse.auxiliaries import read as read_auxiliary
from obverse.errors import UnusableInput
from obverse.images import resident, seen
from obverse.inverters import Inverter
from obverse.predictions import read as read_predictions
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as rows_of

_VALIDATION_BATCH = 500
_KINDS = ("images", "samples", "predictions")


class Inversion:
    """The task of rebuilding images from released predictions: float32 [N, K] and uint8 [N, H, W], on the device."""

    measure = "validation_loss"

    def __init__(self, train: tuple[torch.Tensor, torch.Tensor], validation: tuple[torch.Tensor, torch.Tensor]) -> None:
        self.released, self.images = train
        self.validation = validation
        self.rows = len(self.images)

    def loss(self, network: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        """Return the squared error, mean over pixels and batch (Eq. 8 up to a factor)."""
        return functional.mse_loss(network(self.released[rows]), seen(self.images[rows]))

    def validate(self, network: nn.Module) -> float:
        """Return the mean squared error over the validation part."""
        total = 0.0
        for released, images in zip(*(part.split(_VALIDATION_BATCH) for part in self.validation), strict=True):
            loss = functional.mse_loss(network(released), seen(images))
            total += loss.item() * len(images)
        return total / len(self.validation[1])


def train_inverter(
    *,
    auxiliary: Path,
    datasets: list[str],
    images: list[Path],
    samples: list[Path],
    predictions: list[Path],
    num_classes: int,
    view: str,
    features: str,
    offset: float,
    learn_offset: bool,
    width: int,
    seed: int,
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
    """Train an inverter on an auxiliary set and the ``view`` of its predictions that the classifier's owner releases.

    ``datasets``, ``images``, ``samples`` and ``predictions`` go together, one entry a data set. The epoch with the
    smallest error on the auxiliary set's validation part is kept. A killed run goes on from ``state``.
    """
    device = devices.prepare(precision, threads)
    sources = dict(zip(datasets, zip(images, samples, predictions, strict=True), strict=True))
    train, validation = (_examples(auxiliary, part, sources, num_classes, view, device) for part in (TRAIN, VALIDATION))
    architecture = {
        "num_classes": num_classes,
        "size": train[1].shape[1],
        "width": width,
        "features": features,
        "offset": offset,
        "learn_offset": learn_offset,
    }
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate, minimum_steps)
    inputs = {"auxiliary": auxiliary}
    for dataset, paths in sources.items():
        inputs |= {f"{dataset}/{kind}": path for kind, path in zip(_KINDS, paths, strict=True)}
    stamp = stamps.stamp("train_inverter", inputs, view=view, **architecture, **vars(schedule), **device.describe())
    network = training.initialised(Inverter, seed, **architecture)
    run = training.Training(
        network, Inversion(train, validation), schedule, device, keep="lowest", label="train_inverter"
    )
    training.complete(run, network, stamp, weights=weights, history=history, state=state)


def _examples(
    auxiliary: Path,
    part: str,
    sources: dict[str, tuple[Path, Path, Path]],
    num_classes: int,
    view: str,
    device: devices.Device,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what is released of the predictions [N, K] of one part of the auxiliary set, and its images [N, H, W]."""
    table = read_auxiliary(auxiliary)
    owners, parts = (table[name].to_numpy(zero_copy_only=False) for name in ("dataset", "part"))
    unknown = set(owners.tolist()) - set(sources)
    if unknown:
        raise UnusableInput(
            auxiliary,
            f"names data sets {sorted(unknown)}, given are {sorted(sources)}",
            "Give every data set it names.",
        )
    released, pictures = [], []
    for dataset, paths in sources.items():
        wanted = table["sample_id"].to_numpy()[(owners == dataset) & (parts == part)]
        if len(wanted):
            scores, images = _read(*paths, wanted, num_classes, device)
            released.append(views.release(scores, view))
            pictures.append(images)
    if not released:
        raise UnusableInput(
            auxiliary, f"expected images of part {part!r}, found none", "Make it again with more images."
        )
    if len({images.shape[1:] for images in pictures}) > 1:
        raise UnusableInput(auxiliary, "expected images of one size, found several", "Give arrays of one size.")
    return torch.cat(released), torch.cat(pictures)


def _read(
    images: Path, samples: Path, predictions: Path, wanted: np.ndarray, num_classes: int, device: devices.Device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return log-probabilities [N, K] and images [N, H, W] of the ``wanted`` sample_ids of one data set."""
    places = rows_of(read_samples(samples)["sample_id"].to_numpy(), wanted, samples)
    known, _, scores = read_predictions(predictions, num_classes)
    scores = scores[rows_of(known, wanted, predictions)]
    return torch.from_numpy(scores).to(device.torch), resident(read_images(images), places, device.torch)


if __name__ == "__main__":
    cli.run(train_inverter)
