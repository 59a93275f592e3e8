"""Measure where the faces on pictures look: reconstructions, or what else is drawn as CelebA's crops are."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import checkpoints, cli, devices, pose_readers, samples, stamps, tables
from obverse.errors import UnusableInput

_NAMED = pa.schema([("sample_id", pa.int64())])


def measure_poses(*, pictures: Path, named_by: list[Path], reader: Path, threads: int, angles: Path) -> None:
    """Write yaw, pitch and error (degrees) of each picture, uint8 [N, H, W], in their order.

    ``named_by`` is empty or one table, with a sample_id for each picture in their order; without it they are numbered
    from 0. Raises `UnusableInput` when it has more or fewer rows than there are pictures.
    """
    device = devices.prepare("float32", threads)
    shown = samples.read_images(pictures)
    names = _names(named_by, pictures, len(shown))
    network = checkpoints.load(reader, pose_readers.PoseReader)
    found, error = pose_readers.read(network, shown, device.torch)
    inputs = {"pictures": pictures, "reader": reader, **dict(zip(["named_by"], named_by, strict=False))}
    pose_readers.write(angles, names, found, error, stamps.stamp("measure_poses", inputs, **device.describe()))
    yaw, pitch = np.median(found, axis=0)
    print(f"{len(shown):,} pictures; median yaw {yaw:.1f}, pitch {pitch:.1f} degrees")


def _names(named_by: list[Path], pictures: Path, count: int) -> np.ndarray:
    """Return the sample_ids int64 [N]."""
    if not named_by:
        return np.arange(count)
    (path,) = named_by
    names = tables.read(path, _NAMED)["sample_id"].to_numpy()
    if len(names) != count:
        problem = f"expected a row for each of the {count:,} pictures of {pictures}, found {len(names):,}"
        raise UnusableInput(path, problem, "They do not belong together: delete both and run the same command again.")
    return names


if __name__ == "__main__":
    cli.run(measure_poses)
