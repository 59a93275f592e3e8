"""The one training loop: what is trained and on what is a `Task`, everything else is the same for every network.

A task's images lie on the device as uint8, and a batch is an index into them. The order of an epoch and the dropout of
a step are streams of their own, so a run that is killed goes on from its state file to the same bytes.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import nn

from obverse import checkpoints, files, seeds
from obverse.adam import PromptAdam
from obverse.devices import Device
from obverse.errors import UnusableInput
from obverse.progress import Progress
from obverse.states import State, beside, fingerprint

SAVE_SECONDS = 30.0  # between states: little to lose, and a write costs a small part of it


class Task(Protocol):
    """What a network is trained on: ``rows`` examples, lying on the device."""

    rows: int
    measure: str  # what `validate` measures: a column of the history

    def loss(self, network: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean loss over the examples ``rows`` (int64)."""
        ...

    def validate(self, network: nn.Module) -> float:
        """Return the measure of the network, which is in evaluation mode and under autocast, on the validation part."""
        ...


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train, by the published Adam; there are more ``epochs`` where steps would be too few.

    Batches are of at most ``batch_size`` examples, and their sizes differ by one at most: batch normalisation would
    judge an epoch by the statistics of whatever few were left over for its last step.
    """

    seed: int
    epochs: int
    batch_size: int
    learning_rate: float
    minimum_steps: int = 0


def initialised(build: Callable[..., nn.Module], seed: int, **architecture: object) -> nn.Module:
    """Return ``build(**architecture)``, its weights drawn from ``seed`` alone."""
    torch.manual_seed(seeds.torch_seed(seed, f"{build.__name__} initialisation"))
    return build(**architecture)


def complete(run: "Training", kept: dict[Path, nn.Module], stamp: dict[str, str], *, history: Path) -> None:
    """Run to the end, going on from the state that a killed run left; write the results, then remove the state.

    ``kept`` are the parts of the network whose weights are wanted, mostly all of it, by the file that gets them; the
    state lies beside the first. The history is CSV, one line an epoch; every number reads back to the same float.
    """
    state = State(beside(next(iter(kept))), fingerprint(stamp))
    epochs = run.run(state)
    for weights, part in kept.items():
        checkpoints.save(weights, part, stamp)
    lines = [",".join(epochs[0]), *(",".join(repr(value) for value in row.values()) for row in epochs)]
    files.write_bytes(history, ("\n".join(lines) + "\n").encode())
    state.remove()


class Training:
    """A network on its way through a `Schedule`; ``label`` names the stage in errors and progress.

    ``keep`` says which weights stay: those of the ``lowest`` validation measure, or the ``last``.
    """

    def __init__(
        self, network: nn.Module, task: Task, schedule: Schedule, device: Device, keep: str, label: str
    ) -> None:
        self.network = network.to(device.torch, memory_format=torch.channels_last)
        self.task, self.schedule, self.device, self.keep, self.label = task, schedule, device, keep, label
        self.optimiser = PromptAdam(
            self.network.parameters(), lr=schedule.learning_rate, betas=(0.5, 0.999), amsgrad=True, fused=True
        )
        self.steps = math.ceil(task.rows / schedule.batch_size)
        self.starts = np.arange(self.steps + 1) * task.rows // self.steps  # step i takes starts[i] up to starts[i + 1]
        self.epochs = max(schedule.epochs, math.ceil(schedule.minimum_steps / self.steps))
        self.epoch, self.at = 0, 0  # the next step is number `at` of epoch `epoch`, both from 0
        self.losses = torch.zeros(self.steps, device=device.torch)
        self.history: list[dict[str, float]] = []
        self.best: dict[str, torch.Tensor] = {}
        self.saved = False  # whether there is a state to go on from

    def run(self, state: State) -> list[dict[str, float]]:
        """Train to the end, leave the chosen weights in ``network``, and return one row of history an epoch.

        Raises `UnusableInput` when a loss, a weight or a measure is not finite; the last good state, written at the
        first epoch's end at the latest and then each half minute, stays on disk.
        """
        self._load(state)
        left = (self.epochs - self.epoch) * self.task.rows - int(self.starts[self.at])
        saved = time.monotonic()
        with Progress(self.label, left, "images") as progress:
            while self.epoch < self.epochs:
                order = self._order()
                while self.at < self.steps:
                    rows = order[self.starts[self.at] : self.starts[self.at + 1]]
                    self._seed_dropout()
                    self.losses[self.at] = self.step(rows)
                    self.at += 1
                    progress.advance(len(rows), self._note())
                    if time.monotonic() - saved > SAVE_SECONDS:
                        self._save(state)
                        saved = time.monotonic()
                self._end_epoch()
                if self.epoch == 1:
                    self._save(state)
        if self.keep == "lowest":
            self.network.load_state_dict(self.best)
        return self.history

    def step(self, rows: torch.Tensor) -> torch.Tensor:
        """Take one step on the examples ``rows`` and return their mean loss, on the device."""
        self.network.train()
        self.optimiser.zero_grad(set_to_none=True)
        with self.device.autocast():
            loss = self.task.loss(self.network, rows)
        loss.backward()
        self.optimiser.step()
        return loss.detach()

    def measured(self) -> dict[str, float]:
        """Return what the history says of the network after an epoch, the task's measure first."""
        return {self.task.measure: self.task.validate(self.network)}

    def _order(self) -> torch.Tensor:
        shuffled = seeds.generator(self.schedule.seed, f"{self.label} order", self.epoch).permutation(self.task.rows)
        return torch.from_numpy(shuffled).to(self.device.torch)

    def _seed_dropout(self) -> None:
        torch.manual_seed(seeds.torch_seed(self.schedule.seed, f"{self.label} dropout", self.epoch, self.at))

    def _end_epoch(self) -> None:
        self._check_finite()
        self.network.eval()
        with torch.no_grad(), self.device.autocast():
            measured = self.measured()
        loss = float(self.losses.cpu().double().numpy() @ np.diff(self.starts) / self.task.rows)
        row = {"epoch": self.epoch + 1, "train_loss": loss, **measured}
        for name, value in measured.items():
            if not math.isfinite(value):
                raise self._diverged(f"the {name.replace('_', ' ')} is {value}", self.at)
        if self.keep == "lowest" and all(row[self.task.measure] < past[self.task.measure] for past in self.history):
            self.best = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.history.append(row)
        self.epoch, self.at = self.epoch + 1, 0

    def _check_finite(self) -> None:
        """Raise `UnusableInput` naming the first step of this epoch whose loss, or whose weights, are not finite."""
        wrong = (~self.losses[: self.at].isfinite()).nonzero()
        if len(wrong):
            found, step = f"the loss is {self.losses[wrong[0]].item()}", int(wrong[0]) + 1
        elif all(value.isfinite().all() for value in self.network.state_dict().values()):
            return
        else:
            found, step = "the weights are not finite", self.at
        raise self._diverged(found, step)

    def _diverged(self, found: str, step: int) -> UnusableInput:
        kept = " The last good state is kept; with other numbers the training starts anew." if self.saved else ""
        remedy = f"Lower learning_rate, or set precision to float32.{kept}"
        return UnusableInput(self.label, f"{found} in epoch {self.epoch + 1}, step {step}", remedy)

    def _note(self) -> str:
        """Return the last epoch's losses in words, without asking the device for anything."""
        if not self.history:
            return f"epoch 1/{self.epochs}"
        last = self.history[-1]
        return (
            f"epoch {self.epoch + 1}/{self.epochs}, loss {last['train_loss']:.4g}, "
            f"{self.task.measure.replace('_', ' ')} {last[self.task.measure]:.4g}"
        )

    def _save(self, state: State) -> None:
        self._check_finite()
        state.write(self._contents())
        self.saved = True

    def _contents(self) -> dict[str, object]:
        return {
            "network": self.network.state_dict(),
            "best": self.best,
            "optimiser": self.optimiser.state_dict(),
            "history": self.history,
            "epoch": self.epoch,
            "at": self.at,
            "losses": self.losses,
        }

    def _load(self, state: State) -> None:
        if (found := state.read(self.device.torch)) is None:
            return
        self.network.load_state_dict(found["network"])
        self.optimiser.load_state_dict(found["optimiser"])
        self.best, self.history = found["best"], found["history"]
        self.epoch, self.at, self.losses = found["epoch"], found["at"], found["losses"]
        self.saved = True
