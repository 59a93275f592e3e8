"""Bring MNIST's files to the form every data set has."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from obverse import cli, idx, pictures, stamps
from obverse import samples as data_set
from obverse.errors import UnusableInput


def prepare_mnist(
    *,
    train_images: Path,
    train_labels: Path,
    test_images: Path,
    test_labels: Path,
    size: int,
    resize: str,
    images: Path,
    samples: Path,
) -> None:
    """Merge training and test digits, training first, resized to ``size`` x ``size`` pixels (interpolated, not padded).

    Raises `UnusableInput` when a file is damaged or images and labels differ in number.
    """
    parts = [_part(train_images, train_labels), _part(test_images, test_labels)]
    pixels = [pictures.resized(Image.fromarray(digit), size, resize) for digits, _ in parts for digit in digits]
    labels = np.concatenate([labels for _, labels in parts])
    sources = [path.name for path, (_, found) in zip((train_images, test_images), parts, strict=True) for _ in found]
    inputs = {
        "train_images": train_images,
        "train_labels": train_labels,
        "test_images": test_images,
        "test_labels": test_labels,
    }
    columns = {
        "sample_id": np.arange(len(labels)),
        "identity": labels.astype(str),
        "source": sources,
        "status": ["ok"] * len(labels),
        "duplicate_group": np.arange(len(labels)),
    }
    data_set.write_images(images, np.array(pixels, np.uint8).reshape(-1, size, size))
    data_set.write(samples, pa.table(columns), stamps.stamp("prepare_mnist", inputs, size=size, resize=resize))


def _part(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    digits, answers = idx.read(images, 3), idx.read(labels, 1)
    if len(digits) != len(answers):
        problem = f"expected a label for each of the {len(digits):,} images in {images.name}, found {len(answers):,}"
        raise UnusableInput(labels, problem, "The two files do not belong together: fetch both once more.")
    return digits, answers


if __name__ == "__main__":
    cli.run(prepare_mnist)
