"""Score what can be shown without an attack: the floors that every one must beat, and the ceiling none can."""

from pathlib import Path

import numpy as np
import torch

from obverse import auxiliaries, cli, devices, stamps
from obverse import victims as panel
from obverse.attacks import CEILING, FLOORS
from obverse.errors import UnusableInput
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as find_rows
from obverse.scores import write as write_scores
from obverse.splits import MEMBER


def score_floors(
    *,
    auxiliary: Path,
    datasets: list[str],
    auxiliary_images: list[Path],
    auxiliary_samples: list[Path],
    images: Path,
    samples: Path,
    splits: Path,
    reserved: Path,
    evaluator: Path,
    threads: int,
    floors: list[str],
    scores: list[Path],
) -> None:
    """Score what is shown for each victim by each of ``floors``, one file of ``scores`` each.

    ``black``, or the ``mean_image`` of the auxiliary training part, for everybody; ``class_mean``, the mean of the
    members' pictures of the victim's class, his own not counted; ``truth``, his own: what the evaluation classifier
    makes of that bounds what it can make of any reconstruction.
    """
    victims = panel.load(images, samples, splits, reserved)
    judge = panel.load_judge(evaluator, victims)
    device = devices.prepare("float32", threads)
    inputs = {"auxiliary": auxiliary, "images": images, "samples": samples, "splits": splits}
    inputs |= {"reserved": reserved, "evaluator": evaluator}
    inputs |= {f"{name} images": path for name, path in zip(datasets, auxiliary_images, strict=True)}
    inputs |= {f"{name} samples": path for name, path in zip(datasets, auxiliary_samples, strict=True)}
    mean = _mean_image(auxiliary, datasets, auxiliary_images, auxiliary_samples)
    for floor, path in zip(floors, scores, strict=True):
        shown = _shown(floor, victims, mean)
        stamp = stamps.stamp("score_floors", inputs, floor=floor, **device.describe())
        write_scores(path, panel.score(victims, shown, judge, device.torch), 0, stamp)


def _shown(floor: str, victims: panel.Victims, mean: torch.Tensor) -> torch.Tensor:
    """Return the picture float32 [N, 1, H, W] that a floor shows for each victim."""
    if floor == "black":
        return torch.zeros_like(victims.truth)
    if floor == "mean_image":
        return mean.expand_as(victims.truth)
    if floor == "class_mean":
        return _class_means(victims)
    if floor == CEILING:
        return victims.truth
    known = ", ".join([*FLOORS, CEILING])
    raise UnusableInput("floors", f"expected each among {known}, found {floor!r}", "Choose one of them.")


def _class_means(victims: panel.Victims) -> torch.Tensor:
    """Return for each victim the mean picture of his class's members but himself; black where there are none."""
    shown = torch.zeros_like(victims.truth)
    member = torch.tensor((victims.table["split"] == MEMBER).tolist())
    labels = torch.tensor(victims.table["label"].tolist())
    for label in labels.unique():
        own = labels == label
        total, count = victims.truth[own & member].sum(dim=0), (own & member).sum()
        shown[own & ~member] = total / count.clamp(min=1)
        shown[own & member] = (total - victims.truth[own & member]) / (count - 1).clamp(min=1)
    return shown


def _mean_image(auxiliary: Path, datasets: list[str], images: list[Path], samples: list[Path]) -> torch.Tensor:
    """Return the mean training image float32 [1, H, W] in [0, 1] of the auxiliary set."""
    chosen = auxiliaries.read(auxiliary).to_pandas()
    chosen = chosen[chosen["part"] == auxiliaries.TRAIN]
    total, count = 0, 0
    for dataset, image_file, table in zip(datasets, images, samples, strict=True):
        wanted = chosen.loc[chosen["dataset"] == dataset, "sample_id"].to_numpy()
        pixels = read_images(image_file)[find_rows(read_samples(table)["sample_id"].to_numpy(), wanted, auxiliary)]
        total, count = total + pixels.sum(axis=0, dtype=np.int64), count + len(pixels)
    return torch.from_numpy((total / count / 255).astype(np.float32))[None]


if __name__ == "__main__":
    cli.run(score_floors)
