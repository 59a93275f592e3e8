"""Train the target classifier F on its member images."""

from pathlib import Path

from obverse import cli, devices, stamps, training
from obverse.classifiers import Classifier
from obverse.recognition import Recognition, examples


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
) -> None:
    """Train the target classifier on its members for ``epochs``, and keep the last.

    ``history`` gets the members' loss and the held-out accuracy of each epoch. A killed run goes on from its state.
    """
    device = devices.prepare(precision, threads)
    members, held_out, num_classes = examples(images, samples, splits, device)
    architecture = {"num_classes": num_classes, "size": members.images.shape[1], "width": width, "hidden": hidden}
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
    training.complete(run, {weights: network}, stamp, history=history)


if __name__ == "__main__":
    cli.run(train_classifier)
