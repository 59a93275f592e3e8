"""`auxiliaries/*.parquet`: the images an adversary trains on, what each is for, and whose it is."""

from pathlib import Path

import pyarrow as pa

from obverse import tables

TRAIN = "train"
VALIDATION = "validation"  # chooses the epoch that is kept: an adversary has no victim's image to choose by

SCHEMA = pa.schema([("dataset", pa.string()), ("sample_id", pa.int64()), ("part", pa.string()), ("owner", pa.string())])


def read(path: Path) -> pa.Table:
    """Read an auxiliary set."""
    return tables.read(path, SCHEMA)


def write(path: Path, table: pa.Table, stamp: dict[str, str]) -> None:
    """Write an auxiliary set."""
    tables.write(path, table, SCHEMA, stamp)
