"""Train an inverter G on the predictions that a classifier releases for an adversary's images."""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from obverse import cli, devices, holdings, stamps, training
from obverse.auxiliaries import TRAIN, VALIDATION
from obverse.images import seen
from obverse.inverters import Inverter

_VALIDATION_BATCH = 500


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
    held, inputs = holdings.sources(datasets, images, samples, predictions)
    inputs |= {"auxiliary": auxiliary}
    train, validation = (
        holdings.examples(auxiliary, part, held, num_classes, view, device) for part in (TRAIN, VALIDATION)
    )
    architecture = {
        "num_classes": num_classes,
        "size": train[1].shape[1],
        "width": width,
        "features": features,
        "offset": offset,
        "learn_offset": learn_offset,
    }
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate, minimum_steps)
    stamp = stamps.stamp(
        "train_inverter",
        inputs | {"auxiliary": auxiliary},
        view=view,
        **architecture,
        **vars(schedule),
        **device.describe(),
    )
    network = training.initialised(Inverter, seed, **architecture)
    run = training.Training(
        network, Inversion(train, validation), schedule, device, keep="lowest", label="train_inverter"
    )
    training.complete(run, network, stamp, weights=weights, history=history, state=state)


if __name__ == "__main__":
    cli.run(train_inverter)
