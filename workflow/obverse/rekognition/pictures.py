"""The pictures that go with faces: rows of a data set's images by sample_id."""

from pathlib import Path

import numpy as np
import torch

from obverse import samples
from obverse.images import resident


def of(images: Path, sample_table: Path, sample_ids: np.ndarray, device: torch.device) -> torch.Tensor:
    """Return uint8 images [N, H, W] on the device; raise `UnusableInput` for a sample that is not there."""
    known = samples.read(sample_table)["sample_id"].to_numpy()
    return resident(samples.read_images(images), samples.rows(known, sample_ids, sample_table), device)
