"""Train an inverter G on the predictions that a classifier releases for an adversary's images."""

from pathlib import Path

from obverse import cli, devices, holdings, inversions, stamps, training
from obverse.oracles import Oracle


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
) -> None:
    """Train an inverter on an auxiliary set and the ``view`` of its predictions that the target's owner releases.

    ``datasets``, ``images``, ``samples`` and ``predictions`` go together, one entry a data set. The epoch with the
    smallest error on the auxiliary set's validation part is kept. A killed run goes on from its state.
    """
    device = devices.prepare(precision, threads)
    held, inputs = holdings.sources(datasets, images, samples, predictions)
    oracle = Oracle(num_classes, device.torch)
    task = inversions.Inversion(*holdings.parts(auxiliary, held, oracle, view, device))
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate, minimum_steps)
    run = inversions.begin(
        task,
        schedule,
        device,
        num_classes=num_classes,
        width=width,
        features=features,
        offset=offset,
        learn_offset=learn_offset,
    )
    facts = run.network.architecture | vars(schedule) | device.describe()
    asked = {"view": view, "queries": oracle.queries}
    stamp = stamps.stamp("train_inverter", inputs | {"auxiliary": auxiliary}, **asked, **facts)
    training.complete(run, {weights: run.network}, stamp, history=history)


if __name__ == "__main__":
    cli.run(train_inverter)
