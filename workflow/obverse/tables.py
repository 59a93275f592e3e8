"""Parquet files with a declared schema: written whole and stamped, read with every doubt raised."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from obverse import files
from obverse.errors import UnusableInput


def write(path: Path, table: pa.Table, schema: pa.Schema, stamp: dict[str, str]) -> None:
    """Write ``table`` cast to ``schema``; ``stamp`` (`stamps.stamp`) becomes the file's metadata."""
    stamped = table.select(schema.names).cast(schema).replace_schema_metadata(stamp)
    with files.replacing(path) as temporary:
        pq.write_table(stamped, temporary, compression="zstd", store_schema=True)


def read(path: Path, schema: pa.Schema) -> pa.Table:
    """Read a table; raise `UnusableInput` when the file is damaged or lacks a column of ``schema``."""
    if not path.exists():
        raise UnusableInput(
            path, "expected a parquet file, found no file", "Make it by its rule, or name the right one."
        )
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnusableInput(
            path,
            f"expected a parquet file, found something unreadable ({str(error).splitlines()[0]})",
            "Delete it and run the same command again: the rule that makes it will.",
        ) from error
    for field in schema:
        found = table.schema.field(field.name).type if field.name in table.schema.names else None
        if found != field.type:
            raise UnusableInput(
                path,
                f"expected column {field.name!r} of type {field.type}, found {found or 'no such column'}",
                "It was written by another version: delete it and run the same command again.",
            )
    return table.select(schema.names)
