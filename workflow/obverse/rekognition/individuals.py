"""`results/rekognition/individuals.parquet`: whose pictures teach the adversary, whose are rebuilt."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import tables
from obverse.errors import UnusableInput

KNOWN = "known"  # other pictures of people who are in the auxiliary set: CelebA's
UNKNOWN = "unknown"  # of people who are not: FaceScrub's
DATASETS = {KNOWN: "celeba", UNKNOWN: "facescrub"}  # whose pictures victims are

SCHEMA = pa.schema(
    [
        ("dataset", pa.string()),
        ("sample_id", pa.int64()),
        ("identity", pa.string()),
        ("part", pa.string()),  # "train", "validation": the adversary's (auxiliaries.py); "known", "unknown": victims
    ]
)


def write(path: Path, table: pa.Table, stamp: dict[str, str]) -> None:
    """Write the table, a row a picture."""
    tables.write(path, table, SCHEMA, stamp)


def of(path: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return sample_id int64 [N] and identity [N] of the pictures of one part; raise `UnusableInput` for none."""
    table = tables.read(path, SCHEMA)
    columns = {name: table[name].to_numpy(zero_copy_only=False) for name in ("sample_id", "identity", "part")}
    chosen = columns["part"] == part
    if not chosen.any():
        remedy = "Its log counts the pictures. Provide more, or choose another rekognition.auxiliary_fraction."
        raise UnusableInput(path, f"expected pictures of part {part!r}, found none", remedy)
    return columns["sample_id"][chosen], columns["identity"][chosen]
