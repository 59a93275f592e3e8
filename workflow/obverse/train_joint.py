"""Train a target classifier F and its inverter G together, as F's own developer could."""

from pathlib import Path

from obverse import cli, devices, stamps, training
from obverse.classifiers import Classifier
from obverse.inverters import Inverter
from obverse.joint import Joint, RecognitionAndInversion
from obverse.recognition import examples


class JointTraining(training.Training):
    """A training whose history also says how near the pictures of held-out images come."""

    def measured(self) -> dict[str, float]:
        """Return held_out_accuracy and held_out_mse."""
        return super().measured() | {"held_out_mse": self.task.held_out_mse(self.network)}


def train_joint(
    *,
    images: Path,
    samples: Path,
    splits: Path,
    seed: int,
    classifier_width: int,
    hidden: int,
    inverter_width: int,
    offset: float,
    learn_offset: bool,
    weight: float,
    epochs: int,
    minimum_steps: int,
    batch_size: int,
    learning_rate: float,
    precision: str,
    threads: int,
    classifier_weights: Path,
    inverter_weights: Path,
    history: Path,
) -> None:
    """Train F and G on F's members for ``epochs``: F to name them, G to draw them from F's whole prediction vectors.

    ``weight`` is what G's error counts beside F's (`joint.RecognitionAndInversion`). Both start from the weights that
    they start from alone. The last epoch is kept of both: every member trains, so there is none to choose an epoch by,
    and the held-out images are the victims. ``history`` gets the loss, the held-out accuracy and the held-out error of
    each epoch. A killed run goes on from its state.
    """
    device = devices.prepare(precision, threads)
    members, held_out, num_classes = examples(images, samples, splits, device)
    shared = {"num_classes": num_classes, "size": members.images.shape[1]}
    classifier = shared | {"width": classifier_width, "hidden": hidden}
    inverter = shared | {
        "width": inverter_width,
        "features": "shifted",
        "offset": offset,
        "learn_offset": learn_offset,
    }
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate, minimum_steps)
    stamp = stamps.stamp(
        "train_joint",
        {"images": images, "samples": samples, "splits": splits},
        classifier=classifier,
        inverter=inverter,
        weight=weight,
        queries=0,  # what it learns from is no answer
        **vars(schedule),
        **device.describe(),
    )
    network = Joint(
        training.initialised(Classifier, seed, **classifier), training.initialised(Inverter, seed, **inverter)
    )
    task = RecognitionAndInversion(members, held_out, weight)
    run = JointTraining(network, task, schedule, device, keep="last", label="train_joint")
    kept = {classifier_weights: network.classifier, inverter_weights: network.inverter}
    training.complete(run, kept, stamp, history=history)


if __name__ == "__main__":
    cli.run(train_joint)
