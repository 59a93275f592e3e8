"""MNIST's file format, IDX: big-endian magic and sizes, then one byte a pixel or label; gzipped."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from obverse import files
from obverse.errors import UnusableInput

_UNSIGNED_BYTE = 0x08
_REMEDY = "Remove it and run again, or fetch it once more."


def write(path: Path, values: np.ndarray) -> None:
    """Write uint8 values of any shape: [N, H, W] images, [N] labels."""
    if values.dtype != np.uint8:
        raise TypeError(f"{path}: expected uint8, found {values.dtype}")
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, _UNSIGNED_BYTE, values.ndim, *values.shape)
    files.write_bytes(path, gzip.compress(head + values.tobytes(), compresslevel=6, mtime=0))


def read(path: Path, dimensions: int) -> np.ndarray:
    """Return uint8 values with ``dimensions`` axes; raise `UnusableInput` for any other file."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableInput(path, f"expected a gzipped IDX file, found damage ({error})", _REMEDY) from error
    start = 4 + 4 * dimensions
    if content[:4] != bytes([0, 0, _UNSIGNED_BYTE, dimensions]) or len(content) < start:
        problem = f"expected an IDX file of bytes with {dimensions} axes, found one that starts {content[:4].hex()!r}"
        raise UnusableInput(path, problem, _REMEDY)
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) - start != np.prod(shape, dtype=object):
        problem = f"expected {shape} values after the header, found {len(content) - start:,} bytes"
        raise UnusableInput(path, problem, _REMEDY)
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
