"""`images.npy` and `samples.parquet`: a data set, one row an image, row i of the table being image i of the array."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import files, tables
from obverse.errors import UnusableInput

SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),  # face_id, image number or index in the source's own numbering; unique
        ("identity", pa.string()),  # person, digit or object class, in the source's own spelling
        ("source", pa.string()),  # the file this picture came from
        ("status", pa.string()),  # "ok", or why the image must not be used ("overlap", "two_names")
        ("duplicate_group", pa.int64()),  # smallest sample_id among near-duplicates; its own where there are none
    ]
)


def write_images(path: Path, images: np.ndarray) -> None:
    """Write uint8 images [N, H, W]; raise `UnusableInput` for an empty set."""
    if images.dtype != np.uint8 or images.ndim != 3:
        raise TypeError(f"images must be uint8 [N, H, W], found {images.dtype} {images.shape}")
    if len(images) == 0:
        raise _empty(path)
    with files.replacing(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, images)


def stream_images(path: Path, shape: tuple[int, int, int], images: Iterable[np.ndarray]) -> None:
    """Write uint8 images [H, W] as they come, so that memory does not grow with their number; ``shape`` is [N, H, W].

    The file is the one `write_images` writes of them all. Raises `UnusableInput` for an empty set.
    """
    if shape[0] == 0:
        raise _empty(path)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    count = 0
    with files.replacing(path) as temporary, temporary.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for image in images:
            if image.dtype != np.uint8 or image.shape != shape[1:]:
                raise TypeError(f"image {count} must be uint8 {shape[1:]}, found {image.dtype} {image.shape}")
            stream.write(image.tobytes())
            count += 1
        if count != shape[0]:
            raise ValueError(f"{path}: expected {shape[0]:,} images, found {count:,}")


def _empty(path: Path) -> UnusableInput:
    return UnusableInput(path, "expected at least one image, found an empty data set", "Look at its source's log.")


def read_images(path: Path) -> np.ndarray:
    """Return memory-mapped uint8 images [N, H, W]; raise `UnusableInput` when the file is damaged or empty."""
    try:
        images = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise UnusableInput(
            path, f"expected an array of images, found a damaged file ({error})", "Delete it and run again."
        ) from error
    if images.dtype != np.uint8 or images.ndim != 3 or len(images) == 0:
        raise UnusableInput(
            path,
            f"expected uint8 [N, H, W] with N > 0, found {images.dtype} {images.shape}",
            "Delete it and run again.",
        )
    return images


def read(path: Path) -> pa.Table:
    """Read ``samples.parquet``."""
    return tables.read(path, SCHEMA)


def write(path: Path, table: pa.Table, stamp: dict[str, str]) -> None:
    """Write ``samples.parquet``; raise `ValueError` when a ``sample_id`` occurs twice."""
    if len(table["sample_id"].unique()) != len(table):
        raise ValueError(f"{path}: sample_id must be unique")
    tables.write(path, table, SCHEMA, stamp)


def rows(known: np.ndarray, wanted: np.ndarray, where: Path) -> np.ndarray:
    """Return the row of each ``wanted`` sample_id among the ``known`` ones; raise `UnusableInput` for a missing one."""
    if len(known) == 0:
        found, missing = np.empty(0, np.int64), np.arange(len(wanted))
    else:
        order = np.argsort(known, kind="stable")
        found = order[np.searchsorted(known, wanted, sorter=order).clip(max=len(known) - 1)]
        missing = np.flatnonzero(known[found] != wanted)
    if len(missing):
        raise UnusableInput(
            where,
            f"expected sample_id {wanted[missing[0]]}, found no such row ({len(missing)} missing)",
            "Its inputs do not belong together: delete it and run the same command again.",
        )
    return found
