"""Ask a classifier for its prediction vector of every usable image of a data set, once."""

from pathlib import Path

import numpy as np
import torch

from obverse import checkpoints, cli, devices, stamps
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.images import resident, seen
from obverse.predictions import NOT_A_CLASS
from obverse.predictions import write as write_predictions
from obverse.progress import Progress
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as find_rows
from obverse.splits import read as read_splits

_BATCH = 500  # images asked at once; too few to fill memory, enough to fill the cores


def predict(*, weights: Path, images: Path, samples: Path, splits: list[Path], threads: int, predictions: Path) -> None:
    """Write the log-probabilities of each image whose status is ok, in float32 whatever the training's precision.

    ``splits`` is the classifier's own table when the data set is its own, else empty: an image that it lists has its
    label, any other is of nobody the classifier knows.
    """
    device = devices.prepare("float32", threads)
    classifier = checkpoints.load(weights, Classifier).to(device.torch, memory_format=torch.channels_last)
    pixels, size = read_images(images), classifier.architecture["size"]
    if pixels.shape[1:] != (size, size):
        raise UnusableInput(
            weights,
            f"expected weights for images of {' × '.join(map(str, pixels.shape[1:]))} pixels, found {size} × {size}",
            "Delete it and run the same command again: the rule that makes it will.",
        )
    rows, sample_ids, labels = _asked(samples, splits)
    asked = _ask(classifier, device, pixels, rows)
    inputs = {"weights": weights, "images": images, "samples": samples} | dict(zip(["splits"], splits, strict=False))
    write_predictions(predictions, sample_ids, labels, asked, stamps.stamp("predict", inputs, **device.describe()))


def _asked(table: Path, split_tables: list[Path]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the row, sample_id and label of each image to ask about."""
    known = read_samples(table)
    labels = np.full(len(known), NOT_A_CLASS)
    for path in split_tables:
        split = read_splits(path)
        labels[find_rows(known["sample_id"].to_numpy(), split["sample_id"].to_numpy(), path)] = split[
            "label"
        ].to_numpy()
    rows = np.flatnonzero(np.array(known["status"].to_pylist()) == "ok")
    return rows, known["sample_id"].to_numpy()[rows], labels[rows]


def _ask(classifier: Classifier, device: devices.Device, images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return log-probabilities float32 [N, K] of ``images[rows]``."""
    answers = []
    with torch.inference_mode(), Progress("predict", len(rows), "images") as progress:
        for start in range(0, len(rows), _BATCH):
            batch = resident(images, rows[start : start + _BATCH], device.torch)
            logits = classifier(seen(batch))
            answers.append(torch.log_softmax(logits, dim=1).cpu().numpy())
            progress.advance(len(batch))
    return np.concatenate(answers)


if __name__ == "__main__":
    cli.run(predict)
