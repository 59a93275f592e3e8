"""What an adversary has: the images of his auxiliary set, and what the target's owner releases of their predictions."""

from pathlib import Path

import torch

from obverse import devices
from obverse.auxiliaries import TRAIN, VALIDATION
from obverse.auxiliaries import read as read_auxiliary
from obverse.errors import UnusableInput
from obverse.images import resident
from obverse.oracles import Oracle
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
    oracle: Oracle,
    view: str,
    device: devices.Device,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the oracle answers [N, K] about one part of the auxiliary set, and its images [N, H, W].

    ``sources`` are the files of each data set (`KINDS`). Raises `UnusableInput` for a data set that is not given, a
    part that is empty, and images of several sizes.
    """
    table = read_auxiliary(auxiliary)
    of, parts = (table[name].to_numpy(zero_copy_only=False) for name in ("dataset", "part"))
    unknown = set(of.tolist()) - set(sources)
    if unknown:
        raise UnusableInput(
            auxiliary,
            f"names data sets {sorted(unknown)}, given are {sorted(sources)}",
            "Give every data set it names.",
        )
    released, pictures = [], []
    for dataset, paths in sources.items():
        wanted = table["sample_id"].to_numpy()[(of == dataset) & (parts == part)]
        if len(wanted):
            images, samples, predictions = paths
            released.append(oracle.ask(predictions, wanted, view))
            places = rows_of(read_samples(samples)["sample_id"].to_numpy(), wanted, samples)
            pictures.append(resident(read_images(images), places, device.torch))
    if not released:
        raise UnusableInput(
            auxiliary, f"expected images of part {part!r}, found none", "Make it again with more images."
        )
    if len({images.shape[1:] for images in pictures}) > 1:
        raise UnusableInput(auxiliary, "expected images of one size, found several", "Give arrays of one size.")
    return torch.cat(released), torch.cat(pictures)


def parts(
    auxiliary: Path, sources: Sources, oracle: Oracle, view: str, device: devices.Device
) -> tuple[tuple[torch.Tensor, torch.Tensor], ...]:
    """Return the training and the validation part of the auxiliary set, as `examples` does each."""
    return tuple(examples(auxiliary, part, sources, oracle, view, device) for part in (TRAIN, VALIDATION))
