"""`scores/*.parquet`: one row a victim's image, the contract between reconstructing and every figure."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from obverse import tables

SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("label", pa.int64()),  # the classifier's class of the person
        ("split", pa.string()),  # "member" or "held_out"
        ("mse", pa.float32()),  # mean over pixels in [0, 1]
        ("ssim", pa.float32()),
        ("identity_rank", pa.int64()),  # by the nearest picture of the same split; 1 is best
        ("evaluation_rank", pa.int64()),  # by the evaluation classifier, which knows other pictures; 1 is best
        ("queries", pa.int64()),  # pictures that the attack asked the target about, victims' apart; one number a table
    ]
)


def read(path: Path) -> pd.DataFrame:
    """Read one scores table."""
    return tables.read(path, SCHEMA).to_pandas()


def write(path: Path, rows: pd.DataFrame, queries: int, stamp: dict[str, str]) -> None:
    """Write the scores table of an attack that took so many ``queries``: 0 for a floor, and for joint training."""
    table = pa.Table.from_pandas(rows.assign(queries=queries), preserve_index=False)
    tables.write(path, table, SCHEMA, stamp)
