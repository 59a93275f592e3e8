"""Set images of each person aside for the evaluation classifier, before anything else is made of a data set."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import cli, duplicates, seeds, stamps
from obverse.errors import UnusableInput
from obverse.reserved import check_differ
from obverse.reserved import write as write_reserved
from obverse.samples import read as read_samples

_LEFT = 2  # groups of near-duplicates left of each person: a target trains on one and is tested on another


def reserve_samples(*, samples: Path, fraction: float, seed: int, reserved: Path) -> None:
    """Reserve about ``fraction`` of the usable images of each identity, near-duplicates together.

    An identity of fewer than three pictures that differ gives none, and is no class of the evaluation classifier.
    Each is drawn from by a stream of its own name, so that what is reserved of one depends on nobody else. Classes are
    numbered in the order of names. Raises `UnusableInput` when fewer than two identities can give any, and when none
    gives two that differ: the evaluation classifier could not be measured.
    """
    table = read_samples(samples).to_pandas()
    usable = table[table["status"] == "ok"]
    enough = usable[usable.groupby("identity")["duplicate_group"].transform("nunique") > _LEFT]
    names = sorted(enough["identity"].unique())
    if len(names) < 2:
        raise UnusableInput(
            samples,
            f"expected at least two identities with {_LEFT + 1} images that differ, found {len(names)}",
            "Provide more data: the evaluation classifier must have somebody to confuse.",
        )
    chosen = [_reserve(enough[enough["identity"] == name], label, fraction, seed) for label, name in enumerate(names)]
    rows = pd.concat(chosen).sort_values("sample_id")
    check_differ(rows["label"].to_numpy(), rows.pop("duplicate_group").to_numpy(), samples)
    stamp = stamps.stamp("reserve_samples", {"samples": samples}, fraction=fraction, seed=seed)
    write_reserved(reserved, pa.Table.from_pandas(rows, preserve_index=False), stamp)


def _reserve(images: pd.DataFrame, label: int, fraction: float, seed: int) -> pd.DataFrame:
    """Return what is reserved of one identity's images."""
    random = seeds.generator(seed, f"reserved {images['identity'].iloc[0]}")
    in_order = images.sort_values("sample_id")
    mine = duplicates.choose(np.array(in_order["duplicate_group"]), fraction, _LEFT, random)
    return in_order.loc[mine, ["sample_id", "identity", "duplicate_group"]].assign(label=label)


if __name__ == "__main__":
    cli.run(reserve_samples)
