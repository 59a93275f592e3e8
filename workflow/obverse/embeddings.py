"""`embeddings.parquet`: one row a face of a data set, who it is of and the direction a model gives it."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import tables
from obverse.errors import UnusableInput

SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("identity", pa.string()),
        ("embedding", pa.list_(pa.float32())),  # as many in every row, of length 1
    ]
)


def write(path: Path, sample_ids: np.ndarray, identities: pa.Array, vectors: np.ndarray, stamp: dict[str, str]) -> None:
    """Write float32 ``vectors`` [N, D] of ``identities`` [N]."""
    offsets = np.arange(len(vectors) + 1, dtype=np.int32) * vectors.shape[1]
    rows = pa.ListArray.from_arrays(pa.array(offsets), pa.array(vectors.reshape(-1), pa.float32()))
    columns = {"sample_id": sample_ids, "identity": identities, "embedding": rows}
    tables.write(path, pa.table(columns), SCHEMA, stamp)


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return who each row is of, str [N], and the vectors, float32 [N, D]; raise `UnusableInput` for uneven ones."""
    table = tables.read(path, SCHEMA)
    rows = table["embedding"].combine_chunks()
    lengths = set(rows.value_lengths().to_pylist())
    values = rows.flatten().to_numpy(zero_copy_only=False)
    if len(lengths) != 1 or None in lengths or not np.isfinite(values).all():
        problem = f"expected rows of one length and finite values, found lengths {sorted(map(str, lengths))[:3]}"
        raise UnusableInput(path, problem, "Delete it and run the same command again.")
    return table["identity"].to_numpy().astype(str), values.reshape(len(table), -1)
