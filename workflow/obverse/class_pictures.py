"""What an attack takes each class of a target for: pictures uint8 [K, H, W], class i in row i, and a table beside."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import samples, tables
from obverse.errors import UnusableInput

SCHEMA = pa.schema(
    [
        ("label", pa.int64()),  # the target's class, 0 … K-1: row i is class i
        ("identity", pa.string()),  # whose class it is
        ("mse", pa.float32()),  # to the mean picture of the class's members, over pixels in [0, 1]
        ("evaluation_rank", pa.int64()),  # by the evaluation classifier, which knows other pictures; 1 is best
        ("plain", pa.bool_()),  # of one grey, as the black that a search starts from
    ]
)


@dataclass(frozen=True, eq=False)
class Inferred:
    """One attack's pictures uint8 [K, H, W], and their `SCHEMA` table, row by row."""

    name: str
    table: pd.DataFrame
    pictures: np.ndarray

    def rows(self, labels: list[int]) -> pd.DataFrame:
        """Return the table of some classes, in their order, with the attack's name as ``method``."""
        return self.table.iloc[labels].assign(method=self.name)

    def remark(self) -> list[str]:
        """Return what a figure must say of these pictures: how many of them are plain, if any."""
        plain = int(self.table["plain"].sum())
        said = f"{self.name}: {plain} of {len(self.table)} pictures are of one grey, nothing was found"
        return [said] if plain else []


def read(name: str, table: Path, pictures: Path) -> Inferred:
    """Read one attack; raise `UnusableInput` when table and pictures are not of the same classes."""
    rows, found = tables.read(table, SCHEMA).to_pandas(), samples.read_images(pictures)
    if rows["label"].tolist() != list(range(len(found))):
        problem = f"expected a picture for each of the {len(rows)} classes of {table}, found {len(found)}"
        raise UnusableInput(pictures, problem, "Delete both and run again.")
    return Inferred(name, rows, found)


def write(path: Path, rows: pd.DataFrame, stamp: dict[str, str]) -> None:
    """Write the table of one attack."""
    tables.write(path, pa.Table.from_pandas(rows, preserve_index=False), SCHEMA, stamp)
