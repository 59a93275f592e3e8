"""Score what an attack takes each class for: does an independent judge see the person, and is it his mean picture?"""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from obverse import class_pictures, cli, devices, evaluators, metrics, stamps
from obverse import samples as sample_tables
from obverse import victims as panel
from obverse.errors import UnusableInput
from obverse.images import seen
from obverse.splits import MEMBER


def score_classes(
    *,
    pictures: Path,
    images: Path,
    samples: Path,
    splits: Path,
    reserved: Path,
    evaluator: Path,
    threads: int,
    table: Path,
) -> None:
    """Write one row for each of the inferred ``pictures`` uint8 [K, H, W] (`class_pictures.SCHEMA`).

    ``evaluator`` judges whose picture each is; it has only seen the images of ``reserved``, which are nobody's here.
    Raises `UnusableInput` for pictures of another number of classes, or of another size.
    """
    device = devices.prepare("float32", threads)
    victims = panel.load(images, samples, splits, reserved)
    judge = panel.load_judge(evaluator, victims).to(device.torch)
    inferred = sample_tables.read_images(pictures)
    _check_fits(inferred, victims, pictures)
    shown = seen(torch.from_numpy(np.array(inferred)))
    labels, first = np.unique(victims.table["label"], return_index=True)
    ranks = evaluators.rank(judge, shown.to(device.torch), victims.people[first].to(device.torch))
    rows = {
        "label": labels,
        "identity": _identities(samples, victims.table["sample_id"].to_numpy()[first]),
        "mse": metrics.mse(shown, _means(victims, labels)).numpy(),
        "evaluation_rank": ranks.cpu().numpy(),
        "plain": (inferred == inferred[:, :1, :1]).all(axis=(1, 2)),
    }
    inputs = {"pictures": pictures, "images": images, "samples": samples, "splits": splits}
    inputs |= {"reserved": reserved, "evaluator": evaluator}
    stamp = stamps.stamp("score_classes", inputs, **device.describe())
    class_pictures.write(table, pd.DataFrame(rows), stamp)


def _check_fits(inferred: np.ndarray, victims: panel.Victims, where: Path) -> None:
    size = victims.truth.shape[-1]
    wanted = (int(victims.table["label"].max()) + 1, size, size)
    if inferred.shape != wanted:
        problem = f"expected pictures of {wanted[0]} classes in {size} pixels, found an array {inferred.shape}"
        raise UnusableInput(where, problem, "Delete it and run the same command again.")


def _identities(samples: Path, sample_ids: np.ndarray) -> list[str]:
    known = sample_tables.read(samples)
    rows = sample_tables.rows(known["sample_id"].to_numpy(), sample_ids, samples)
    return known["identity"].take(rows).to_pylist()


def _means(victims: panel.Victims, labels: np.ndarray) -> torch.Tensor:
    """Return the mean picture float32 [K, 1, H, W] of each class's members."""
    members = victims.table[victims.table["split"] == MEMBER]
    return torch.stack(
        [victims.truth[members.index[members["label"] == label].tolist()].mean(dim=0) for label in labels]
    )


if __name__ == "__main__":
    cli.run(score_classes)
