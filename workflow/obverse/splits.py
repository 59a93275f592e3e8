"""`splits.parquet`: which images a classifier is trained on, and which it never sees."""

from pathlib import Path

import pyarrow as pa

from obverse import tables

MEMBER = "member"  # the classifier's training images
HELD_OUT = "held_out"  # images of the same people that it never sees

SPLITS = (MEMBER, HELD_OUT)

SCHEMA = pa.schema([("sample_id", pa.int64()), ("label", pa.int64()), ("split", pa.string())])


def read(path: Path) -> pa.Table:
    """Read ``splits.parquet``: ``label`` is the class index in ``0 … K-1``."""
    return tables.read(path, SCHEMA)


def write(path: Path, table: pa.Table, stamp: dict[str, str]) -> None:
    """Write ``splits.parquet``."""
    tables.write(path, table, SCHEMA, stamp)
