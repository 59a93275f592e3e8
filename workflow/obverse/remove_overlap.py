"""Keep the people whom the target classifier knows out of the adversary's CelebA."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from obverse import celeba, cli, files, stamps
from obverse import facescrub as lists
from obverse import samples as data_set
from obverse.errors import UnusableInput
from obverse.names import normalise

OVERLAP = "overlap"
_COLUMNS = ["identity", "name", "matched_name", "images"]


def remove_overlap(
    *, crops: Path, names: str, facescrub: list[Path], method: str, samples: Path, removed: Path
) -> None:
    """Mark the images of those of CelebA's identities whom FaceScrub's lists name too with status "overlap".

    ``method`` is "names" (equal normalised names; ``names`` is CelebA's list of names) or "none" (mark nobody).
    ``removed`` (csv) says who was marked. Raises `UnusableInput` without a list of names, or when it lacks a picture.
    """
    if method not in ("names", "none"):
        raise ValueError(f"expected the method 'names' or 'none', found {method!r}")
    table = data_set.read(crops)
    inputs = {"crops": crops}
    found = pd.DataFrame(columns=_COLUMNS)
    if method == "names":
        if not names:
            raise UnusableInput("CelebA's overlap with FaceScrub", "expected a list of names, found none", _NO_NAMES)
        inputs |= {"names": Path(names)} | {f"facescrub_{number}": path for number, path in enumerate(facescrub)}
        found = _matches(table.to_pandas(), Path(names), facescrub)
    marked = set(found["identity"])
    old = zip(table["identity"].to_pylist(), table["status"].to_pylist(), strict=True)
    statuses = pa.array([OVERLAP if identity in marked else status for identity, status in old], pa.string())
    table = table.set_column(table.schema.get_field_index("status"), "status", statuses)
    print(f"overlap: {len(marked):,} identities, {statuses.to_pylist().count(OVERLAP):,} of {len(table):,} images")
    data_set.write(samples, table, stamps.stamp("remove_overlap", inputs, method=method))
    files.write_bytes(removed, found.to_csv(index=False, lineterminator="\n").encode())


_NO_NAMES = (
    "CelebA's owners give out numbers alone. Name a file of lines '000001.jpg First_Last' (first line the count, "
    "second 'image_id identity_name') in config.yaml, or choose the method none and say so beside every figure."
)


def _matches(table: pd.DataFrame, names: Path, known_lists: list[Path]) -> pd.DataFrame:
    """Return one row an identity that has a name of the lists, in the order of their numbers."""
    known = {normalise(name): name for path in known_lists for name in lists.read_list(path)["name"].unique()}
    named = celeba.read_names(names)
    name_of = dict(zip(map(celeba.file_number, named["image_id"]), named["name"], strict=True))
    unnamed = [sample_id for sample_id in table["sample_id"] if sample_id not in name_of]
    if unnamed:
        problem = f"expected a name for every picture, found none for {celeba.file_name(unnamed[0] - 1)}"
        raise UnusableInput(names, f"{problem} ({len(unnamed):,} missing)", "Is it the list of another CelebA?")
    people = table.assign(name=table["sample_id"].map(name_of))
    images = people.groupby("identity")["sample_id"].size()
    # An identity whose pictures carry several spellings is removed if one of them matches.
    people = people.drop_duplicates(["identity", "name"]).sort_values("sample_id")
    rows = [
        (person.identity, person.name, known[normalise(person.name)], images[person.identity])
        for person in people.itertuples()
        if normalise(person.name) in known
    ]
    found = pd.DataFrame(rows, columns=_COLUMNS).drop_duplicates("identity")
    return found.sort_values("identity", key=lambda numbers: numbers.astype(int), ignore_index=True)


if __name__ == "__main__":
    cli.run(remove_overlap)
