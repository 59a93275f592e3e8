"""What an adversary has: the images of his auxiliary set, and what the target's owner releases of their predictions."""

from pathlib import Path

import numpy as np
import torch

from obverse import devices, views
from obverse.auxiliaries import read as read_auxiliary
from obverse.errors import UnusableInput
from obverse.images import resident
from obverse.predictions import read as read_predictions
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as rows_of

KINDS = ("images", "samples", "predictions")  # the files of each data set
Sources = dict[str, tuple[Path, Path, Path]]


def sources(
    datasets: list[str], images: list[Path], samples: list[Path], predictions: list[Path]
) -> tuple[Sources, dict[str, Path]]:
    """Return the files of each data set, and the same as the inputs of a stamp; the lists are parallel."""
    given = dict(zip(datasets, zip(images, samples, predictions, strict=True), strict=True))
    named = {f"{name}/{kind}": path for name, paths in given.items() for kind, path in zip(KINDS, paths, strict=True)}
    return given, named


def examples(
    auxiliary: Path,
    part: str,
    sources: Sources,
    num_classes: int,
    view: str,
    device: devices.Device,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what is released of the predictions [N, K] of one part of the auxiliary set, and its images [N, H, W].

    ``sources`` are the files of each data set (`KINDS`). Raises `UnusableInput` for a data set that is not given, a
    part that is empty, and images of several sizes.
    """
    table = read_auxiliary(auxiliary)
    owners, parts = (table[name].to_numpy(zero_copy_only=False) for name in ("dataset", "part"))
    unknown = set(owners.tolist()) - set(sources)
    if unknown:
        raise UnusableInput(
            auxiliary,
            f"names data sets {sorted(unknown)}, given are {sorted(sources)}",
            "Give every data set it names.",
        )
    released, pictures = [], []
    for dataset, paths in sources.items():
        wanted = table["sample_id"].to_numpy()[(owners == dataset) & (parts == part)]
        if len(wanted):
            scores, images = _read(*paths, wanted, num_classes, device)
            released.append(views.release(scores, view))
            pictures.append(images)
    if not released:
        raise UnusableInput(
            auxiliary, f"expected images of part {part!r}, found none", "Make it again with more images."
        )
    if len({images.shape[1:] for images in pictures}) > 1:
        raise UnusableInput(auxiliary, "expected images of one size, found several", "Give arrays of one size.")
    return torch.cat(released), torch.cat(pictures)


def _read(
    images: Path, samples: Path, predictions: Path, wanted: np.ndarray, num_classes: int, device: devices.Device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return log-probabilities [N, K] and images [N, H, W] of the ``wanted`` sample_ids of one data set."""
    places = rows_of(read_samples(samples)["sample_id"].to_numpy(), wanted, samples)
    known, _, scores = read_predictions(predictions, num_classes)
    scores = scores[rows_of(known, wanted, predictions)]
    return torch.from_numpy(scores).to(device.torch), resident(read_images(images), places, device.torch)
