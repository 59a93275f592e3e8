"""Draw up the list of images an adversary trains on."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import auxiliaries, cli, seeds, stamps
from obverse.errors import UnusableInput
from obverse.poses import read as read_poses
from obverse.reserved import read as read_reserved
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
    judged: list[str],
    reserved_tables: list[Path],
    validation_fraction: float,
    owner: str,
    seed: int,
    selection: Path,
) -> None:
    """Select the images of each part and set some aside to choose an epoch by.

    ``datasets``, ``samples``, ``splits``, ``poses`` and ``identities`` (joined by commas) say of each part where it
    comes from and what of that it takes; ``split_tables`` and ``pose_tables`` hold one table, in order, for each part
    whose split, or pose, is not ``all``. Of the ``judged`` data sets, what their evaluation classifiers learn from is
    left to them: ``reserved_tables``. About ``validation_fraction`` is set aside: images are drawn, and their
    near-duplicates go with them. Raises `UnusableInput` when an adversary would hold members, or when nothing is left
    to train on.
    """
    if owner == "adversary" and MEMBER in splits:
        raise UnusableInput(selection, "an adversary would hold members", "Take held_out, or set owner: target_owner.")
    divided, turned, kept_back = iter(split_tables), iter(pose_tables), dict(zip(judged, reserved_tables, strict=True))
    chosen = []
    for dataset, table, split, pose, people in zip(datasets, samples, splits, poses, identities, strict=True):
        usable = _usable(table, people)
        if dataset in kept_back:
            usable = usable[~usable["sample_id"].isin(_reserved(kept_back[dataset]))]
        if split != ALL:
            usable = usable[usable["sample_id"].isin(_of_split(next(divided), split))]
        if pose != ALL:
            usable = usable[usable["sample_id"].isin(_of_pose(next(turned), pose))]
        if usable.empty:
            raise _nothing(selection, dataset, split, pose, people)
        chosen.append(usable.assign(dataset=dataset))
    rows = pd.concat(chosen, ignore_index=True)
    aside = _set_aside(rows, validation_fraction, seed)
    if not 0 < aside.sum() < len(rows):
        raise UnusableInput(
            selection,
            "expected images to train on and to choose an epoch by, "
            f"found {len(rows)} in all, {aside.sum()} to choose by",
            "Give the auxiliary set more images, or another validation_fraction.",
        )
    rows["part"] = np.where(aside, auxiliaries.VALIDATION, auxiliaries.TRAIN)
    rows["owner"] = owner
    inputs = {f"samples {name}": path for name, path in zip(datasets, samples, strict=True)}
    inputs |= {f"splits {number}": path for number, path in enumerate(split_tables)}
    inputs |= {f"poses {number}": path for number, path in enumerate(pose_tables)}
    inputs |= {f"reserved {name}": path for name, path in kept_back.items()}
    facts = {"owner": owner, "splits": splits, "poses": poses, "identities": identities}
    stamp = stamps.stamp("make_auxiliary", inputs, seed=seed, validation_fraction=validation_fraction, **facts)
    table = rows.drop(columns="duplicate_group")
    auxiliaries.write(selection, pa.Table.from_pandas(table, preserve_index=False), stamp)


def _set_aside(rows: pd.DataFrame, fraction: float, seed: int) -> np.ndarray:
    """Return which of N rows are set aside, bool [N]: a ``fraction`` of them, and the near-duplicates of those."""
    count = round(fraction * len(rows))
    drawn = seeds.generator(seed, "auxiliary validation").choice(len(rows), size=count, replace=False)
    group = rows.groupby(["dataset", "duplicate_group"]).ngroup()
    return group.isin(group.iloc[drawn]).to_numpy()


def _usable(samples: Path, people: str) -> pd.DataFrame:
    """Return the usable images of ``people`` (joined by commas): sample_id and duplicate_group."""
    table = read_samples(samples).to_pandas()
    wanted = table["status"] == "ok"
    if people != ALL:
        wanted &= table["identity"].isin(people.split(","))
    return table.loc[wanted, ["sample_id", "duplicate_group"]]


def _reserved(path: Path) -> pd.Series:
    return read_reserved(path).to_pandas()["sample_id"]


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
        "Choose another part, or, for a pose, other limits under poses; of pictures of your own, the log of "
        "prepare_pictures says what was left out.",
    )


if __name__ == "__main__":
    cli.run(make_auxiliary)
