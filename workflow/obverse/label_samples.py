"""List the victims of a target one can only ask: the user's labelled pictures, by the target's classes."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from obverse import cli, stamps
from obverse.errors import UnusableInput
from obverse.reserved import read as read_reserved
from obverse.samples import read as read_samples
from obverse.splits import HELD_OUT, MEMBER
from obverse.splits import write as write_splits


def label_samples(
    *, samples: Path, reserved: Path, classes: int, names: list[str], trained_on: bool, splits: Path
) -> None:
    """Give each usable picture that is not ``reserved`` the number of its class.

    ``names`` are those of the ``classes``, in the order of the target's scores, and subfolders are called so; without
    them there must be as many subfolders as classes, in the order of their names. All pictures are members if the
    target was ``trained_on`` them, else held out: its owner says which. Raises `UnusableInput` for a picture of no
    class.
    """
    table = read_samples(samples).to_pandas()
    numbers = {name: number for number, name in enumerate(_classes(table, names, classes, samples))}
    strangers = sorted(set(table["identity"]) - set(numbers))
    if strangers:
        raise UnusableInput(
            samples,
            f"expected a class for each subfolder, found {strangers[0]!r} and {len(strangers) - 1} more without one",
            "List the target's classes under names, in the order of its scores, and call subfolders so.",
        )
    apart = table["sample_id"].isin(read_reserved(reserved)["sample_id"].to_pylist())
    victims = table[(table["status"] == "ok") & ~apart]
    rows = pd.DataFrame(
        {
            "sample_id": victims["sample_id"],
            "label": victims["identity"].map(numbers),
            "split": MEMBER if trained_on else HELD_OUT,
        }
    )
    inputs = {"samples": samples, "reserved": reserved}
    stamp = stamps.stamp("label_samples", inputs, classes=classes, names=names, trained_on=trained_on)
    write_splits(splits, pa.Table.from_pandas(rows, preserve_index=False), stamp)


def _classes(table: pd.DataFrame, names: list[str], classes: int, where: Path) -> list[str]:
    """Return the names of the classes, in the order of scores."""
    found = names or sorted(set(table["identity"]) - {""})  # a picture that lies in no subfolder is of no class
    if len(found) != classes or len(set(found)) != len(found):
        kind = "names" if names else "subfolders, each for one class,"
        raise UnusableInput(
            where,
            f"expected {classes} {kind} that differ, found {len(found)}",
            "Set classes of this target under asked to the number that it scores; where pictures of some are missing, "
            "list all of them under names, in the order of scores.",
        )
    return found


if __name__ == "__main__":
    cli.run(label_samples)
