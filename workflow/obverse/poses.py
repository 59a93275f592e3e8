"""Poses: each picture's angles, and the five classes of the paper's section 5.2.

Left and right are the image's: the nose of a face in class "left" points to the image's left. The paper does not say
whose left it means.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from obverse import tables

CLASSES = ("frontal", "left", "right", "down", "up")
UNKNOWN = "unknown"  # no acceptable pose was found

# Section 5.2; together 1,729 more than there are images, so some are in two classes.
PAPER = {"frontal": 109_105, "left": 48_137, "right": 33_632, "down": 4_278, "up": 2_304}
PAPER_IMAGES = 195_727

ANGLES = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("yaw", pa.float32()),  # degrees, positive to the image's right; NaN where there is none
        ("pitch", pa.float32()),  # degrees, positive up
        ("roll", pa.float32()),  # degrees, positive counter-clockwise
        ("error", pa.float32()),  # reprojection, root mean square, in eye distances
        ("method", pa.string()),  # how it was found: pnp, affine or none
    ]
)
POSES = pa.schema([("sample_id", pa.int64()), *((name, pa.bool_()) for name in (*CLASSES, UNKNOWN))])


class Limits(NamedTuple):
    """Where classes end, in degrees: left below, right above, down below, up above; frontal |pitch| at most."""

    left: float
    right: float
    down: float
    up: float
    frontal: float


def fixed(yaw: float, pitch: float) -> Limits:
    """Return limits that are the same to both sides."""
    return Limits(-yaw, yaw, -pitch, pitch, pitch)


def calibrated(yaw: np.ndarray, pitch: np.ndarray) -> Limits:
    """Return the limits that put the paper's shares of the images [N] into its classes.

    Left, right, down and up are quantiles; frontal are those of the middle with the smallest |pitch|. An image without
    angles (NaN) is in no class but counts among the N.
    """
    share = {name: count / PAPER_IMAGES for name, count in PAPER.items()}
    left, right = _lowest(yaw, share["left"]), -_lowest(-yaw, share["right"])
    middle = np.where((yaw >= left) & (yaw <= right), np.abs(pitch), np.nan)
    return Limits(
        left, right, _lowest(pitch, share["down"]), -_lowest(-pitch, share["up"]), _lowest(middle, share["frontal"])
    )


def _lowest(values: np.ndarray, share: float) -> float:
    """Return the value below which ``share`` of all values lie, NaN counting as the highest."""
    known = np.sort(values[np.isfinite(values)].astype(np.float64))
    place = min(round(share * len(values)), len(known))
    if place in (0, len(known)):
        return -np.inf if place == 0 else np.inf
    return float((known[place - 1] + known[place]) / 2)


def sort(yaw: np.ndarray, pitch: np.ndarray, limits: Limits, exclusive: bool) -> np.ndarray:
    """Return bool [N, 5]: whether each image is in each of `CLASSES`.

    An image without pitch is left or right, or nothing. With ``exclusive`` an image is in one class: the one whose
    limit it passes by most degrees, frontal only where it passes none.
    """
    beyond = np.stack([limits.left - yaw, yaw - limits.right, limits.down - pitch, pitch - limits.up], axis=1)
    outside = beyond > 0  # NaN compares false
    frontal = ~outside[:, :2].any(axis=1) & (np.abs(pitch) <= limits.frontal)
    if exclusive:
        most = np.where(outside, beyond, -np.inf).argmax(axis=1)
        outside &= most[:, None] == np.arange(4)
        frontal &= ~outside.any(axis=1)
    return np.column_stack([frontal, outside])


def read_angles(path: Path) -> pa.Table:
    """Read ``angles.parquet``."""
    return tables.read(path, ANGLES)


def read(path: Path) -> pa.Table:
    """Read ``poses.parquet``."""
    return tables.read(path, POSES)
