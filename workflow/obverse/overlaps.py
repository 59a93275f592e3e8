"""Who of CelebA may be in FaceScrub too: one row a person with the nearest of FaceScrub's, and how it was decided."""

import json
from pathlib import Path

import pandas as pd

from obverse import files
from obverse.errors import UnusableInput

METHODS = ("names", "embeddings", "none")
REMOVED, REVIEW, KEPT = "removed", "review", "kept"
DECISIONS = (REMOVED, REVIEW, KEPT)
COLUMNS = {
    "identity": str,  # CelebA's number of the person
    "name": str,  # as CelebA's list of names spells it; empty without one
    "matched_name": str,  # the most alike of FaceScrub's people
    "similarity": float,  # of names, 0 to 1; of faces, a cosine
    "decision": str,  # one of `DECISIONS`; REVIEW: a person should look, the images stay
    "images": int,
}

BINS = 100  # of the distributions in the report, between cosine -1 and 1

# The paper, section 5: 202,599 pictures of 10,177 people, of which 195,727 and 9,881 were left.
PAPER = {"identities": 10_177, "identities_removed": 296, "images": 202_599, "images_removed": 6_872}


def empty() -> pd.DataFrame:
    """Return the table of a method that compares nobody."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})


def write(path: Path, pairs: pd.DataFrame) -> None:
    """Write the table as csv: the removed first, then those to review, the most alike of each first."""
    rank = pairs["decision"].map(dict(zip(DECISIONS, range(len(DECISIONS)), strict=True)))
    number = pd.to_numeric(pairs["identity"])
    ordered = pairs.assign(rank=rank, number=number).sort_values(
        ["rank", "similarity", "number"], ascending=[True, False, True]
    )
    text = ordered[list(COLUMNS)].to_csv(index=False, lineterminator="\n", float_format="%.4f")
    files.write_bytes(path, text.encode())


def read(path: Path) -> pd.DataFrame:
    """Read the table; raise `UnusableInput` when it is none."""
    try:
        table = pd.read_csv(path, dtype=COLUMNS, keep_default_na=False)
        if list(table.columns) != list(COLUMNS) or not set(table["decision"]) <= set(DECISIONS):
            raise ValueError(f"columns {list(table.columns)}")
    except (OSError, ValueError) as error:
        problem = f"expected a table of who is in both data sets, found otherwise ({error})"
        raise UnusableInput(path, problem, "Delete it and run the same command again.") from error
    return table


def write_report(path: Path, report: dict[str, object]) -> None:
    """Write how people were compared: ``method`` and, for embeddings, threshold, error rates and distributions."""
    files.write_bytes(path, (json.dumps(report, indent=1, sort_keys=True) + "\n").encode())


def read_report(path: Path) -> dict[str, object]:
    """Read how people were compared."""
    return json.loads(path.read_text())
