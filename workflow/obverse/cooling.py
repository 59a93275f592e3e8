"""Training that ends in small steps."""

import math

import torch

from obverse import training


class Cooling(training.Training):
    """A training whose step size falls to nothing along half a cosine (Loshchilov and Hutter 2017)."""

    def step(self, rows: torch.Tensor) -> torch.Tensor:
        """Take one step on the examples ``rows`` and return their mean loss, on the device."""
        done = (self.epoch + self.at / self.steps) / self.epochs
        for group in self.optimiser.param_groups:
            group["lr"] = self.schedule.learning_rate * (1 + math.cos(math.pi * done)) / 2
        return super().step(rows)
