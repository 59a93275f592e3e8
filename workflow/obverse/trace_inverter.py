"""Repeat an inverter's training and measure, after every epoch, how near it comes to the victims: a judge's stage.

`train_inverter` sees no victim. What choosing an epoch by victims' images would have given, as the published code does,
is therefore found out here, and no weights come of it.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
from torch import nn

from obverse import cli, devices, files, holdings, inversions, metrics, stamps, traces, training
from obverse import victims as panel
from obverse.errors import UnusableInput
from obverse.oracles import Oracle
from obverse.states import State, beside, fingerprint

_BATCH = 500  # reconstructions made at once, as when they are kept
_LOSSES = ["epoch", "train_loss", "validation_loss"]


class Traced(inversions.Inversion):
    """The same task, which notes the error of each victim float32 [N] whenever it measures the validation part's.

    ``measured`` has one entry an epoch. Nothing that training depends on is touched.
    """

    def __init__(
        self,
        train: inversions.Examples,
        validation: inversions.Examples,
        victims: tuple[torch.Tensor, torch.Tensor],
        device: devices.Device,
    ) -> None:
        super().__init__(train, validation)
        self.victims, self.device = victims, device
        self.measured: list[torch.Tensor] = []

    def validate(self, network: nn.Module) -> float:
        """Return the mean squared error over the validation part, the victims' noted."""
        errors = []
        with torch.autocast(self.device.torch.type, enabled=False):  # as reconstructions are made
            for released, truth in zip(*(part.split(_BATCH) for part in self.victims), strict=True):
                rebuilt = network(released.to(self.device.torch))
                errors.append(metrics.mse(rebuilt, truth.to(self.device.torch)).cpu())
        self.measured.append(torch.cat(errors))
        return super().validate(network)


@dataclass(frozen=True)
class _TracedState(State):
    """A state that keeps what was measured so far too."""

    task: Traced

    def write(self, contents: dict[str, object]) -> None:
        super().write(contents | {"measured": self.task.measured})

    def read(self, device: torch.device) -> dict[str, object] | None:
        contents = super().read(device)
        if contents is not None:
            self.task.measured = [errors.cpu() for errors in contents.pop("measured")]
        return contents


def trace_inverter(
    *,
    auxiliary: Path,
    datasets: list[str],
    auxiliary_images: list[Path],
    auxiliary_samples: list[Path],
    auxiliary_predictions: list[Path],
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
    images: Path,
    samples: Path,
    splits: Path,
    predictions: Path,
    reserved: Path,
    history: Path,
    trace: Path,
    epoch_table: Path,
) -> None:
    """Write the error of each victim after each epoch (``trace``), and the losses and mean errors, one row an epoch.

    All up to ``threads`` is what `train_inverter` was told, and ``history`` what it wrote; victims are shown with the
    view that the inverter is trained on. Raises `UnusableInput` when the losses are not those of ``history``. A killed
    run goes on from its state.
    """
    device = devices.prepare(precision, threads)
    held, inputs = holdings.sources(datasets, auxiliary_images, auxiliary_samples, auxiliary_predictions)
    victims = panel.load(images, samples, splits, reserved)
    oracle = Oracle(num_classes, device.torch)
    shown = oracle.given(predictions, victims.table["sample_id"].to_numpy(), view)
    parts = holdings.parts(auxiliary, held, oracle, view, device)
    task = Traced(*parts, (shown, victims.truth), device)
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate, minimum_steps)
    reading = {"features": features, "offset": offset, "learn_offset": learn_offset}
    run = inversions.begin(task, schedule, device, num_classes=num_classes, width=width, **reading)
    inputs |= {"auxiliary": auxiliary, "images": images, "samples": samples, "splits": splits}
    inputs |= {"predictions": predictions, "reserved": reserved, "history": history}
    facts = run.network.architecture | vars(schedule) | device.describe()
    stamp = stamps.stamp("trace_inverter", inputs, view=view, **facts)
    state = _TracedState(beside(trace), fingerprint(stamp), task)
    losses = pd.DataFrame(run.run(state))
    _check_repeats(losses, history)
    epochs_of = zip(losses["epoch"], task.measured, strict=True)
    rows = pd.concat(victims.table.assign(epoch=epoch, mse=errors.double().numpy()) for epoch, errors in epochs_of)
    means = rows.pivot_table(index="epoch", columns="split", values="mse").add_suffix("_mse").reset_index()
    traces.write(trace, rows, stamp)
    files.write_bytes(epoch_table, losses.merge(means, on="epoch").to_csv(index=False).encode())
    state.remove()


def _check_repeats(losses: pd.DataFrame, history: Path) -> None:
    """Raise `UnusableInput` for the first epoch whose losses are not those of the training that is repeated."""
    with history.open() as stream:
        before = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(stream)]
    again = losses[_LOSSES].to_dict("records")
    other = [row["epoch"] for row, earlier in zip(again, before, strict=False) if row != earlier]
    if len(before) == len(again) and not other:
        return
    problem = f"expected {len(again)} epochs, found {len(before)}"
    if other:
        problem = f"expected the losses that training again gives, found others in epoch {other[0]}"
    remedy = "It was made on another machine, or with other threads: delete its folder and run the same command again."
    raise UnusableInput(history, problem, remedy)


if __name__ == "__main__":
    cli.run(trace_inverter)
