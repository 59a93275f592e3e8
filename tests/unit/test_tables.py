from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from obverse import tables
from obverse.errors import UnusableInput

SCHEMA = pa.schema([("sample_id", pa.int64()), ("name", pa.string())])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A table of a thousand rows, so that there is something to cut."""
    written = tmp_path / "table.parquet"
    table = pa.table({"sample_id": range(1000), "name": [f"name {i * i}" for i in range(1000)]})
    tables.write(written, table, SCHEMA, {"obverse": "made here"})
    return written


def refused(path: Path) -> list[str]:
    with pytest.raises(UnusableInput) as error:
        tables.read(path, SCHEMA)
    return str(error.value).splitlines()


def test_a_table_comes_back_with_the_columns_of_the_schema_in_its_order(tmp_path: Path):
    given = pa.table({"more": [1, 2], "name": ["a", "b"], "sample_id": pa.array([5, 7], pa.int32())})
    tables.write(tmp_path / "t", given, SCHEMA, {})
    read = tables.read(tmp_path / "t", SCHEMA)
    assert read.to_pydict() == {"sample_id": [5, 7], "name": ["a", "b"]} and read.column_names == SCHEMA.names


def test_the_file_says_how_it_was_made(path: Path):
    assert pq.read_schema(path).metadata == {b"obverse": b"made here"}


def test_the_same_table_gives_the_same_bytes(path: Path, tmp_path: Path):
    tables.write(tmp_path / "again.parquet", tables.read(path, SCHEMA), SCHEMA, {"obverse": "made here"})
    assert (tmp_path / "again.parquet").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("kept", [0, 3, 4, 1000, -9, -8, -1])
def test_a_truncated_file_is_named(path: Path, kept: int):
    path.write_bytes(path.read_bytes()[:kept])
    first, second = refused(path)
    assert first.startswith(f"{path}: expected a parquet file, found something unreadable")
    assert second.startswith("Delete it and run the same command again")


def test_a_damaged_page_is_named(path: Path):
    """The footer is whole, the columns are not."""
    content = bytearray(path.read_bytes())
    content[100:2000] = bytes(1900)
    path.write_bytes(content)
    assert refused(path)[0].startswith(f"{path}: expected a parquet file, found something unreadable")


def test_a_missing_file_is_named(tmp_path: Path):
    assert refused(tmp_path / "none.parquet")[0].startswith(f"{tmp_path / 'none.parquet'}: ")


def test_a_missing_column_is_named(path: Path):
    pq.write_table(pa.table({"sample_id": [1]}), path)
    assert refused(path)[0] == f"{path}: expected column 'name' of type string, found no such column"


def test_a_column_of_another_type_is_named(path: Path):
    pq.write_table(pa.table({"sample_id": ["1"], "name": ["a"]}), path)
    assert refused(path)[0] == f"{path}: expected column 'sample_id' of type int64, found string"


def test_a_value_that_the_schema_cannot_hold_leaves_the_old_file(path: Path):
    before = path.read_bytes()
    with pytest.raises(pa.ArrowInvalid):
        tables.write(path, pa.table({"sample_id": ["one"], "name": ["a"]}), SCHEMA, {})
    assert path.read_bytes() == before and [found.name for found in path.parent.iterdir()] == ["table.parquet"]
