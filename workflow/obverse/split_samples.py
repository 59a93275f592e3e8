"""Divide a data set's images into those a classifier is trained on and those it never sees."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import cli, duplicates, seeds, stamps
from obverse.errors import UnusableInput
from obverse.reserved import read as read_reserved
from obverse.samples import read as read_samples
from obverse.splits import HELD_OUT, MEMBER
from obverse.splits import write as write_splits


def split_samples(
    *,
    samples: Path,
    unseen: list[Path],
    reserved: Path,
    seed: int,
    draw: int,
    classes: int,
    identities: list[str],
    member_fraction: float,
    splits: Path,
) -> None:
    """Choose ``classes`` identities and divide the images of each into members and held-out images.

    They are ``identities`` where these are given. Else they are drawn, draw number ``draw``, from all names there are,
    those of ``unseen`` (csv, column ``name``) included: what a source lists without an image. So what happened to
    arrive does not decide who is drawn, but for a person who cannot be divided. The few classes of a draw are among its
    many. Near-duplicates stay on one side, so a share is met to within the largest group of them. Each identity gets
    its share, not only the whole; one whose images are all near-duplicates cannot be divided and is no class. Classes
    are numbered in the order of their names, and a person's images are divided alike whoever else is a class. What is
    ``reserved`` for the evaluation classifier is on neither side. Raises `UnusableInput` when too few identities are
    left.
    """
    usable = _usable(samples, reserved)
    names = identities or _names(samples, unseen)
    chosen = _choose(set(usable["identity"]), names, classes, seed, draw, samples)
    divided = [
        _divide(usable[usable["identity"] == identity], label, member_fraction, seed)
        for label, identity in enumerate(chosen)
    ]
    rows = pd.concat(divided).sort_values("sample_id")
    table = pa.Table.from_pandas(rows, preserve_index=False)
    inputs = {"samples": samples, "reserved": reserved} | {
        f"unseen {number}": path for number, path in enumerate(unseen)
    }
    facts = {"seed": seed, "draw": draw, "classes": classes, "identities": identities}
    write_splits(splits, table, stamps.stamp("split_samples", inputs, member_fraction=member_fraction, **facts))


def _usable(path: Path, reserved: Path) -> pd.DataFrame:
    table = read_samples(path).to_pandas()
    usable = table[
        (table["status"] == "ok") & ~table["sample_id"].isin(read_reserved(reserved)["sample_id"].to_pylist())
    ]
    return usable[usable.groupby("identity")["duplicate_group"].transform("nunique") > 1]


def _names(samples: Path, unseen: list[Path]) -> list[str]:
    """Return everybody whom the source names, in the order of names."""
    names = set(read_samples(samples)["identity"].to_pylist())
    return sorted(names.union(*(pd.read_csv(path, dtype=str, keep_default_na=False)["name"] for path in unseen)))


def _choose(usable: set[str], names: list[str], classes: int, seed: int, draw: int, where: Path) -> list[str]:
    found = usable.intersection(names)
    if len(found) < classes:
        raise UnusableInput(
            where,
            f"expected at least {classes} identities with two images that differ, found {len(found)}",
            f"Set classes to {len(found)} or fewer, or provide more data.",
        )
    drawn = seeds.generator(seed, "classes", draw).permutation(len(names))
    return sorted([names[i] for i in drawn if names[i] in usable][:classes])


def _divide(images: pd.DataFrame, label: int, member_fraction: float, seed: int) -> pd.DataFrame:
    """Return ``images`` of one identity with label and split; at least one image falls on each side."""
    random = seeds.generator(seed, f"split {images['identity'].iloc[0]}")
    members = duplicates.choose(np.array(images["duplicate_group"]), member_fraction, 1, random)
    side = np.where(members, MEMBER, HELD_OUT)
    return pd.DataFrame({"sample_id": images["sample_id"], "label": label, "split": side})


if __name__ == "__main__":
    cli.run(split_samples)
