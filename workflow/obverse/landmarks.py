"""`landmarks.parquet`: the 68 iBUG points of each picture of a data set, and the mean head they are points of.

Points are x, y in pixels of the whole picture, (0, 0) being the corner of its first pixel. Order: contour 0-16 from
image left to right, brows 17-26, nose 27-35, eyes 36-47 (image left first), mouth 48-67.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import files, tables
from obverse.errors import UnusableInput

NUMBER = 68
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)  # left and right in the image
SCHEMA = pa.schema([("sample_id", pa.int64()), ("points", pa.list_(pa.float32(), 2 * NUMBER))])


def write(path: Path, sample_ids: np.ndarray, points: np.ndarray, stamp: dict[str, str]) -> None:
    """Write points float32 [N, 68, 2]; raise `ValueError` for another shape."""
    if points.shape != (len(sample_ids), NUMBER, 2):
        raise ValueError(f"{path}: landmarks must be [{len(sample_ids)}, {NUMBER}, 2], found {list(points.shape)}")
    flat = pa.FixedSizeListArray.from_arrays(pa.array(points.ravel(), pa.float32()), 2 * NUMBER)
    tables.write(path, pa.table({"sample_id": sample_ids, "points": flat}), SCHEMA, stamp)


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return sample_ids int64 [N] and points float32 [N, 68, 2]."""
    table = tables.read(path, SCHEMA)
    points = table["points"].combine_chunks().flatten().to_numpy()
    return table["sample_id"].to_numpy(), points.reshape(-1, NUMBER, 2)


def eye_distance(points: np.ndarray) -> np.ndarray:
    """Return the distance [...] between the eyes' middles of points [..., 68, 2 or 3]."""
    return np.linalg.norm(points[..., RIGHT_EYE, :].mean(-2) - points[..., LEFT_EYE, :].mean(-2), axis=-1)


def write_head(path: Path, points: np.ndarray) -> None:
    """Write a head's points float [68, 3] (x right, y up, z to the camera), scaled to an eye distance of 1, as CSV."""
    scaled = pd.DataFrame(points / eye_distance(points), columns=list("xyz"))
    files.write_bytes(path, scaled.to_csv(index_label="point", float_format="%.5f", lineterminator="\n").encode())


def read_head(path: Path) -> np.ndarray:
    """Return a head's points float64 [68, 3]; raise `UnusableInput` when the file holds something else."""
    try:
        points = pd.read_csv(path)[list("xyz")].to_numpy(np.float64)
    except (OSError, ValueError, KeyError) as error:
        raise UnusableInput(path, f"expected columns x, y, z, found otherwise ({error})", _REMEDY) from error
    if points.shape != (NUMBER, 3) or not np.isfinite(points).all():
        raise UnusableInput(path, f"expected {NUMBER} points, found {len(points)} or some that are no number", _REMEDY)
    return points


_REMEDY = "Take the file that the project comes with, or make another by train_landmarks."
