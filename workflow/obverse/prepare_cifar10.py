"""Bring CIFAR-10 to the form every data set has."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from obverse import cifar10, cli, pictures, stamps
from obverse import samples as data_set


def prepare_cifar10(*, archive: Path, size: int, resize: str, images: Path, samples: Path) -> None:
    """Merge the six batches in their order: grey, resized to ``size`` x ``size`` pixels."""
    batches, class_names = cifar10.read(archive)
    colours = np.concatenate([batch.pixels for batch in batches.values()])
    pixels = np.stack([pictures.resized(Image.fromarray(colour), size, resize) for colour in colours])
    columns = {
        "sample_id": np.arange(len(pixels)),
        "identity": [class_names[label] for batch in batches.values() for label in batch.labels],
        "source": [member for member, batch in batches.items() for _ in batch.labels],
        "status": ["ok"] * len(pixels),
        "duplicate_group": np.arange(len(pixels)),
    }
    data_set.write_images(images, pixels)
    stamp = stamps.stamp("prepare_cifar10", {"archive": archive}, size=size, resize=resize)
    data_set.write(samples, pa.table(columns), stamp)


if __name__ == "__main__":
    cli.run(prepare_cifar10)
