"""Draw up the list of images an adversary trains on."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import auxiliaries, cli, seeds, stamps
from obverse.errors import UnusableInput
from obverse.samples import read as read_samples
from obverse.splits import MEMBER
from obverse.splits import read as read_splits

ALL = "all"  # every usable image of a data set, not one split of a classifier's


def make_auxiliary(
    *,
    datasets: list[str],
    samples: list[Path],
    splits: list[str],
    split_tables: list[Path],
    validation_fraction: float,
    owner: str,
    seed: int,
    selection: Path,
) -> None:
    """Select the images of each part and set some aside to choose an epoch by.

    ``datasets``, ``samples`` and ``splits`` say of each part where it comes from and which split it takes;
    ``split_tables`` holds one table, in order, for each part whose split is not ``all``. Raises `UnusableInput` when an
    adversary would hold members, or when nothing is left to train on.
    """
    if owner == "adversary" and MEMBER in splits:
        raise UnusableInput(selection, "an adversary would hold members", "Take held_out, or set owner: target_owner.")
    tables = iter(split_tables)
    chosen = [
        _part(dataset, table, split, next(tables) if split != ALL else None)
        for dataset, table, split in zip(datasets, samples, splits, strict=True)
    ]
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
    stamp = stamps.stamp(
        "make_auxiliary", inputs, seed=seed, owner=owner, splits=splits, validation_fraction=validation_fraction
    )
    auxiliaries.write(selection, pa.Table.from_pandas(rows, preserve_index=False), stamp)


def _part(dataset: str, samples: Path, split: str, split_table: Path | None) -> pd.DataFrame:
    table = read_samples(samples).to_pandas()
    usable = table.loc[table["status"] == "ok", "sample_id"]
    if split_table is not None:
        divided = read_splits(split_table).to_pandas()
        usable = usable[usable.isin(divided.loc[divided["split"] == split, "sample_id"])]
    return pd.DataFrame({"dataset": dataset, "sample_id": usable})


if __name__ == "__main__":
    cli.run(make_auxiliary)
