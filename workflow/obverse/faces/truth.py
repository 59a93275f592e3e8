"""The truth about rendered pictures, one row a picture: what a renderer knows and photographs do not tell."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import tables
from obverse.faces.render import Picture
from obverse.faces.shots import Shot

ATTRIBUTES = ("male", "beard", "moustache", "eyeglasses", "sunglasses", "eyes_open", "mouth_open", "smiling")
ANGLES = ("yaw", "pitch", "roll")
SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),  # face_id or file number: as in samples.parquet
        ("person", pa.int64()),
        *((angle, pa.float32()) for angle in ANGLES),  # degrees, see `obverse.faces.shots.Shot`
        ("landmarks", pa.list_(pa.float32(), 136)),  # x, y of the 68 iBUG points, in pixels of the whole picture
        *((attribute, pa.bool_()) for attribute in ATTRIBUTES),
        ("duplicate_of", pa.int64()),  # sample_id of the picture that this is a copy of, or -1
    ]
)


def row(sample_id: int, person: int, shot: Shot, picture: Picture, duplicate_of: int = -1) -> dict[str, object]:
    """Return one row of the table."""
    return {
        "sample_id": sample_id,
        "person": person,
        **{angle: getattr(shot, angle) for angle in ANGLES},
        "landmarks": picture.landmarks.ravel(),
        **picture.attributes,
        "duplicate_of": duplicate_of,
    }


def write(path: Path, rows: Sequence[dict[str, object]], stamp: dict[str, str]) -> None:
    """Write the table, ordered by `sample_id`."""
    ordered = sorted(rows, key=lambda one: one["sample_id"])
    columns = {field.name: [one[field.name] for one in ordered] for field in SCHEMA if field.name != "landmarks"}
    flat = pa.array(np.concatenate([one["landmarks"] for one in ordered]), pa.float32())
    columns["landmarks"] = pa.FixedSizeListArray.from_arrays(flat, 136)
    tables.write(path, pa.table(columns), SCHEMA, stamp)


def read(path: Path) -> pa.Table:
    """Read the table."""
    return tables.read(path, SCHEMA)
