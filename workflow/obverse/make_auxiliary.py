"""Draw up the list of images an adversary trains on."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import auxiliaries, cli, seeds, stamps
from obverse.errors import UnusableInput
from obverse.poses import read as read_poses
from obverse.samples import read as read_samples
from obverse.splits import MEMBER
from obverse.splits import read as read_splits

ALL = "all"  # of any split, any pose, anybody


def make_auxiliary(
    *,
    datasets: list[str],
    samples: list[Path],
    splits: list[str],
    split_tables: list[Path],
    poses: list[str],
    pose_tables: list[Path],
    identities: list[str],
    validation_fraction: float,
    owner: str,
    seed: int,
    selection: Path,
) -> None:
    """Select the images of each part and set some aside to choose an epoch by.

    ``datasets``, ``samples``, ``splits``, ``poses`` and ``identities`` (joined by commas) say of each part where it
    comes from and what of that it takes; ``split_tables`` and ``pose_tables`` hold one table, in order, for each part
    whose split, or pose, is not ``all``. Raises `UnusableInput` when an adversary would hold members, or when nothing
    is left to train on.
    """
    if owner == "adversary" and MEMBER in splits:
        raise UnusableInput(selection, "an adversary would hold members", "Take held_out, or set owner: target_owner.")
    divided, turned = iter(split_tables), iter(pose_tables)
    chosen = []
    for dataset, table, split, pose, people in zip(datasets, samples, splits, poses, identities, strict=True):
        usable = _usable(table, people)
        if split != ALL:
            usable = usable[usable.isin(_of_split(next(divided), split))]
        if pose != ALL:
            usable = usable[usable.isin(_of_pose(next(turned), pose))]
        if usable.empty:
            raise _nothing(selection, dataset, split, pose, people)
        chosen.append(pd.DataFrame({"dataset": dataset, "sample_id": usable}))
    rows = pd.concat(chosen, ignore_index=True)
    held = round(validation_fraction * len(rows))
    if not 0 < held < len(rows):
        raise UnusableInput(
            selection,
            f"expected images to train on and to choose an epoch by, found {len(rows)} in all, {held} to choose by",
            "Give the auxiliary set more images, or another validation_fraction.",
        )
    aside = seeds.generator(seed, "auxiliary validation").choice(len(rows), size=held, replace=False)
    rows["part"] = np.where(np.isin(np.arange(len(rows)), aside), auxiliaries.VALIDATION, auxiliaries.TRAIN)
    rows["owner"] = owner
    inputs = {f"samples {name}": path for name, path in zip(datasets, samples, strict=True)}
    inputs |= {f"splits {number}": path for number, path in enumerate(split_tables)}
    inputs |= {f"poses {number}": path for number, path in enumerate(pose_tables)}
    facts = {"owner": owner, "splits": splits, "poses": poses, "identities": identities}
    stamp = stamps.stamp("make_auxiliary", inputs, seed=seed, validation_fraction=validation_fraction, **facts)
    auxiliaries.write(selection, pa.Table.from_pandas(rows, preserve_index=False), stamp)


def _usable(samples: Path, people: str) -> pd.Series:
    """Return the sample_ids of the usable images of ``people`` (joined by commas)."""
    table = read_samples(samples).to_pandas()
    wanted = table["status"] == "ok"
    if people != ALL:
        wanted &= table["identity"].isin(people.split(","))
    return table.loc[wanted, "sample_id"]


def _of_split(path: Path, split: str) -> pd.Series:
    table = read_splits(path).to_pandas()
    return table.loc[table["split"] == split, "sample_id"]


def _of_pose(path: Path, pose: str) -> pd.Series:
    table = read_poses(path).to_pandas()
    return table.loc[table[pose], "sample_id"]


def _nothing(selection: Path, dataset: str, split: str, pose: str, people: str) -> UnusableInput:
    asked = {"split": split, "pose": pose, "identities": people}
    words = ", ".join(f"{key} {value}" for key, value in asked.items() if value != ALL)
    return UnusableInput(
        selection,
        f"expected images of {dataset} with {words or 'status ok'}, found none",
        "Choose another part, or, for a pose, other limits under poses.",
    )


if __name__ == "__main__":
    cli.run(make_auxiliary)
