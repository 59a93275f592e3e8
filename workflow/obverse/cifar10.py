"""CIFAR-10's binary format: in a gzipped tar, six batches of records, each a label byte and 3 x 32 x 32 pixel bytes."""

import gzip
import io
import tarfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from obverse import files
from obverse.errors import UnusableInput

SIDE = 32
CLASSES = 10
FOLDER = "cifar-10-batches-bin"
BATCHES = (*(f"{FOLDER}/data_batch_{number}.bin" for number in range(1, 6)), f"{FOLDER}/test_batch.bin")

_CLASS_NAMES = f"{FOLDER}/batches.meta.txt"
_RECORD = 1 + 3 * SIDE * SIDE
_REMEDY = "Remove it and run again, or fetch it once more."


class Batch(NamedTuple):
    """One member's labels uint8 [N] and pixels uint8 [N, 32, 32, 3]."""

    labels: np.ndarray
    pixels: np.ndarray


def write(path: Path, batches: list[Batch], class_names: list[str]) -> None:
    """Write six batches and the names of the ten classes."""
    if len(batches) != len(BATCHES) or len(class_names) != CLASSES:
        raise ValueError(f"{path}: expected {len(BATCHES)} batches and {CLASSES} class names")
    contents = {_CLASS_NAMES: "".join(f"{name}\n" for name in class_names).encode()}
    for member, (labels, pixels) in zip(BATCHES, batches, strict=True):
        planes = pixels.transpose(0, 3, 1, 2).reshape(len(labels), -1)  # red, then green, then blue
        contents[member] = np.concatenate([labels[:, None], planes], axis=1).astype(np.uint8).tobytes()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for member, content in contents.items():
            entry = tarfile.TarInfo(member)  # owner 0, time 0: the same pixels give the same bytes
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    files.write_bytes(path, gzip.compress(packed.getvalue(), mtime=0))


def read(path: Path) -> tuple[dict[str, Batch], list[str]]:
    """Return the batches by member name and the names of the classes; raise `UnusableInput` naming what is damaged.

    Members are read one by one and nothing is unpacked to disk.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            contents = {member: _content(archive, member) for member in (*BATCHES, _CLASS_NAMES)}
    except KeyError as error:
        raise UnusableInput(path, f"expected CIFAR-10's members, found none named {error.args[0]}", _REMEDY) from error
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise UnusableInput(path, f"expected CIFAR-10 as a gzipped tar, found damage ({error})", _REMEDY) from error
    class_names = contents.pop(_CLASS_NAMES).decode("utf-8", "replace").split()
    if len(class_names) != CLASSES:
        where = f"{path}, member {_CLASS_NAMES}"
        raise UnusableInput(where, f"expected {CLASSES} class names, found {len(class_names)}", _REMEDY)
    return {member: _batch(path, member, content) for member, content in contents.items()}, class_names


def _content(archive: tarfile.TarFile, member: str) -> bytes:
    try:
        stream = archive.extractfile(member)
    except KeyError:
        stream = None
    if stream is None:
        raise KeyError(member)
    return stream.read()


def _batch(path: Path, member: str, content: bytes) -> Batch:
    if not content or len(content) % _RECORD:
        problem = f"expected records of {_RECORD:,} bytes, found {len(content):,} bytes"
        raise UnusableInput(f"{path}, member {member}", problem, _REMEDY)
    records = np.frombuffer(content, np.uint8).reshape(-1, _RECORD)
    labels = records[:, 0]
    if labels.max() >= CLASSES:
        problem = f"expected labels below {CLASSES}, found {labels.max()}"
        raise UnusableInput(f"{path}, member {member}", problem, _REMEDY)
    return Batch(labels, records[:, 1:].reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1))
