"""Training an inverter: what it learns from, and how a training begins. No victim is in here."""

import torch
from torch import nn
from torch.nn import functional

from obverse import devices, training
from obverse.images import seen
from obverse.inverters import Inverter

LABEL = "train_inverter"  # names the random streams of a training

_VALIDATION_BATCH = 500

Examples = tuple[torch.Tensor, torch.Tensor]  # what is released, float32 [N, K], and images uint8 [N, H, W]


class Inversion:
    """The task of rebuilding images from what is released of their predictions; all of it lies on the device."""

    measure = "validation_loss"

    def __init__(self, train: Examples, validation: Examples) -> None:
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


def begin(
    task: Inversion, schedule: training.Schedule, device: devices.Device, **architecture: object
) -> training.Training:
    """Return the training of a new inverter, which keeps the epoch of the smallest validation error.

    ``architecture`` is what `Inverter` takes beside the images' size. Equal arguments give equal trainings, step by
    step, whatever stage begins them.
    """
    network = training.initialised(Inverter, schedule.seed, size=task.images.shape[1], **architecture)
    return training.Training(network, task, schedule, device, keep="lowest", label=LABEL)
