"""Say how well poses are read off unclear pictures: true faces of people it was not taught on, made unclear."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import torch

from obverse import checkpoints, cli, devices, files, pose_readers, samples, tables
from obverse.blurs import blurred
from obverse.errors import UnusableInput
from obverse.images import stored

_REFERENCE = pa.schema([("sample_id", pa.int64()), ("yaw", pa.float32()), ("pitch", pa.float32())])
_BLURS = (0.0, 1.0, 1.5, 2.0, 2.5)  # pixels of 32, standard deviation
_AVERAGED = 9  # faces of nearly one pose
_NEIGHBOURS_AT_ONCE = 500
_TURNED = 12.0  # degrees beyond which a face is asked for its side


def score_pose_reader(
    *,
    images: Path,
    samples: Path,
    reference: Path,
    reader: Path,
    held_out: float,
    seed: int,
    threads: int,
    errors: Path,
) -> None:
    """Write, for each way of making faces unclear, the errors of yaw and pitch in degrees, as CSV.

    ``reference`` has the angles taken for right; ``held_out`` and ``seed`` are those the reader was taught with. Each
    row has the mean absolute error, bias, slope and correlation over ``n`` pictures, and of the ``turned`` of them that
    look more than 12 degrees aside (up or down) the share ``side`` whose side is found.
    """
    device = devices.prepare("float32", threads)
    pictures, right = _strangers(images, samples, reference, held_out, seed)
    network = checkpoints.load(reader, pose_readers.PoseReader)
    rows = []
    for name, unclear, angles in _made_unclear(pictures, right):
        found, _ = pose_readers.read(network, unclear, device.torch)
        rows += [{"pictures": name} | row for row in _errors(found, angles)]
    table = pd.DataFrame(rows)
    print(table.round(3).to_string(index=False))
    files.write_bytes(errors, table.to_csv(index=False, float_format="%.4f", lineterminator="\n").encode())


def _strangers(
    image_path: Path, sample_path: Path, reference: Path, fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures uint8 [N, 32, 32] of the people held out, and their angles [N, 2]."""
    table, known = samples.read(sample_path).to_pandas(), tables.read(reference, _REFERENCE).to_pandas()
    rows = samples.rows(known["sample_id"].to_numpy(), table["sample_id"].to_numpy(), reference)
    angles = known[["yaw", "pitch"]].to_numpy()[rows]
    aside = pose_readers.held_out(table["identity"].to_numpy(), fraction, seed)
    chosen = np.flatnonzero(aside & (table["status"] == "ok").to_numpy() & np.isfinite(angles).all(axis=1))
    if len(chosen) < 2:
        problem = f"expected usable faces with angles of the people held out, found {len(chosen)}"
        raise UnusableInput(reference, problem, "Hold out more people: poses.reader.held_out.")
    return stored(pose_readers.seen(torch.from_numpy(samples.read_images(image_path)[chosen]))), angles[chosen]


def _made_unclear(pictures: np.ndarray, angles: np.ndarray) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield a name, pictures uint8 [N, 32, 32] and their angles [N, 2]: blurred ones, then means of several people.

    An inverter that knew nothing but the pose would draw such means; theirs are the means of the angles.
    """
    seen = torch.from_numpy(pictures).unsqueeze(1).float() / 255
    for sigma in _BLURS:
        yield f"blurred by {sigma:g}", stored(blurred(seen, sigma)), angles
    near = _nearest(angles, min(_AVERAGED, len(angles)))
    yield f"means of {near.shape[1]}", np.rint(pictures[near].mean(axis=1)).astype(np.uint8), angles[near].mean(axis=1)


def _nearest(angles: np.ndarray, count: int) -> np.ndarray:
    """Return the rows [N, count] of the faces that look most as each does, itself among them."""
    parts = np.split(angles, range(_NEIGHBOURS_AT_ONCE, len(angles), _NEIGHBOURS_AT_ONCE))
    apart = (np.linalg.norm(part[:, None] - angles, axis=2) for part in parts)
    return np.concatenate([np.argsort(distances, axis=1, kind="stable")[:, :count] for distances in apart])


def _errors(found: np.ndarray, right: np.ndarray) -> Iterator[dict[str, object]]:
    """Yield the row of yaw, then that of pitch."""
    for column, name in enumerate(("yaw", "pitch")):
        read, true = found[:, column].astype(np.float64), right[:, column].astype(np.float64)
        centred, turned = true - true.mean(), np.abs(true) > _TURNED
        shared, spread = centred @ (read - read.mean()), centred @ centred
        yield {
            "angle": name,
            "n": len(true),
            "error": np.abs(read - true).mean(),
            "bias": (read - true).mean(),
            "slope": shared / spread,
            "correlation": shared / np.sqrt(spread * np.square(read - read.mean()).sum()),
            "turned": int(turned.sum()),
            "side": (np.sign(read) == np.sign(true))[turned].mean() if turned.any() else np.nan,
        }


if __name__ == "__main__":
    cli.run(score_pose_reader)
