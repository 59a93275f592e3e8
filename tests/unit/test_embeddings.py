"""The table of embeddings."""

import numpy as np
import pyarrow as pa
import pytest

from obverse import embeddings, tables
from obverse.errors import UnusableInput

VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4)


def test_what_is_written_is_read(tmp_path):
    embeddings.write(tmp_path / "e", np.array([3, 1, 2]), pa.array(["a", "b", "a"]), VECTORS, {})
    identities, vectors = embeddings.read(tmp_path / "e")
    assert identities.tolist() == ["a", "b", "a"]
    np.testing.assert_array_equal(vectors, VECTORS)


@pytest.mark.parametrize(
    "rows", [[[1.0, 2.0], [1.0]], [[1.0], [float("nan")]], [[1.0], None], []], ids=["uneven", "nan", "null", "none"]
)
def test_rows_that_cannot_be_compared_are_refused(tmp_path, rows):
    columns = {"sample_id": list(range(len(rows))), "identity": ["a"] * len(rows), "embedding": rows}
    tables.write(tmp_path / "e", pa.table(columns, embeddings.SCHEMA), embeddings.SCHEMA, {})
    with pytest.raises(UnusableInput, match="expected rows of one length and finite values"):
        embeddings.read(tmp_path / "e")
