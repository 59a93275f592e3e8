"""`traces/*.parquet`: how near an inverter came to each victim after each epoch; no adversary has it."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from obverse import tables

SCHEMA = pa.schema(
    [
        ("epoch", pa.int64()),  # 1 is the first
        ("sample_id", pa.int64()),
        ("label", pa.int64()),  # the classifier's class of the person
        ("split", pa.string()),  # "member" or "held_out"
        ("mse", pa.float32()),  # mean over pixels in [0, 1]
    ]
)


def read(path: Path) -> pd.DataFrame:
    """Read a trace."""
    return tables.read(path, SCHEMA).to_pandas()


def write(path: Path, rows: pd.DataFrame, stamp: dict[str, str]) -> None:
    """Write a trace."""
    tables.write(path, pa.Table.from_pandas(rows, preserve_index=False), SCHEMA, stamp)
