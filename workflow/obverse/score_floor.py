"""Score what an adversary can show without asking anything: the floors every attack must beat."""

from pathlib import Path

import numpy as np
import torch

from obverse import auxiliaries, cli, stamps
from obverse import victims as panel
from obverse.attacks import FLOORS
from obverse.errors import UnusableInput
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as find_rows
from obverse.scores import write as write_scores


def score_floor(
    *,
    floor: str,
    auxiliary: Path,
    datasets: list[str],
    auxiliary_images: list[Path],
    auxiliary_samples: list[Path],
    images: Path,
    samples: Path,
    splits: Path,
    scores: Path,
) -> None:
    """Score one picture shown for every victim: ``mean_image`` of the auxiliary training part, or ``black``."""
    if floor not in FLOORS:
        raise UnusableInput("floor", f"expected one of {', '.join(FLOORS)}, found {floor!r}", "Choose one of them.")
    victims = panel.load(images, samples, splits)
    picture = torch.zeros_like(victims.truth[0])
    if floor == "mean_image":
        picture = _mean_image(auxiliary, datasets, auxiliary_images, auxiliary_samples)
    inputs = {"auxiliary": auxiliary, "images": images, "samples": samples, "splits": splits}
    inputs |= {f"{name} images": path for name, path in zip(datasets, auxiliary_images, strict=True)}
    inputs |= {f"{name} samples": path for name, path in zip(datasets, auxiliary_samples, strict=True)}
    shown = panel.score(victims, picture.expand_as(victims.truth), torch.device("cpu"))
    write_scores(scores, shown, stamps.stamp("score_floor", inputs, floor=floor))


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
    cli.run(score_floor)
