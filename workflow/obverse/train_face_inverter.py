"""Train an inverter on what Rekognition says of an adversary's faces (section 5.7)."""

from pathlib import Path

from obverse import cli, devices, inversions, stamps, training
from obverse.auxiliaries import TRAIN, VALIDATION
from obverse.rekognition import individuals, pictures
from obverse.rekognition.face_oracle import FaceOracle

STANDARDS = ("meaning", "minmax")


def train_face_inverter(
    *,
    divided: Path,
    images: Path,
    samples: Path,
    faces: Path,
    features: str,
    standardize: str,
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
    """Train an inverter of one set of ``features`` ("80", "20" or "17") on CelebA's ``images`` of the adversary's part.

    ``standardize`` "meaning": features are scaled by what each means (`features.py`). "minmax": and then by the range
    of each among the pictures trained on, for victims too. The epoch with the smallest error on the validation part is
    kept. A killed run goes on from its state.
    """
    if standardize not in STANDARDS:
        raise ValueError(f"expected one of {', '.join(STANDARDS)}, found {standardize!r}")
    device = devices.prepare(precision, threads)
    oracle = FaceOracle(features)

    def read(part: str) -> inversions.Examples:
        sample_ids, _ = individuals.of(divided, part)
        told = oracle.ask(faces, sample_ids).to(device.torch)
        return told, pictures.of(images, samples, sample_ids, device.torch)

    task = inversions.Inversion(read(TRAIN), read(VALIDATION))
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate, minimum_steps)
    reading = {"features": "values", "offset": 0.0, "learn_offset": False}
    run = inversions.begin(task, schedule, device, num_classes=oracle.count, width=width, **reading)
    if standardize == "minmax":
        run.network.features.fit(task.released)
    facts = run.network.architecture | vars(schedule) | device.describe()
    facts |= {"of_face": features, "standardize": standardize, "queries": oracle.queries}
    inputs = {"divided": divided, "images": images, "samples": samples, "faces": faces}
    stamp = stamps.stamp("train_face_inverter", inputs, **facts)
    training.complete(run, {weights: run.network}, stamp, history=history)


if __name__ == "__main__":
    cli.run(train_face_inverter)
