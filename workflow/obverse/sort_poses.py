"""Sort CelebA's usable pictures into the pose classes of the paper's section 5.2."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import cli, files, stamps, tables
from obverse import poses as classes
from obverse.errors import UnusableInput
from obverse.samples import read as read_samples
from obverse.samples import rows as find_rows


def sort_poses(
    *, angles: Path, samples: Path, mode: str, yaw: float, pitch: float, overlap: str, poses: Path, limits: Path
) -> None:
    """Write which classes each image of status ok is in, and (csv) the limits between the classes in degrees.

    ``mode`` is "fixed" (frontal up to ``yaw`` and ``pitch`` degrees) or "calibrate" (as many as in the paper);
    ``overlap`` is "allow" or "exclusive". Raises `UnusableInput` when an image has no row of angles.
    """
    for name, found, known in (("mode", mode, _MODES), ("overlap", overlap, _OVERLAPS)):
        if found not in known:
            raise ValueError(f"expected {name} to be one of {', '.join(known)}, found {found!r}")
    usable = read_samples(samples).to_pandas().query("status == 'ok'")["sample_id"].to_numpy()
    if len(usable) == 0:
        raise UnusableInput(samples, "expected images of status ok, found none", "Look at what marked them.")
    measured = classes.read_angles(angles)
    rows = find_rows(measured["sample_id"].to_numpy(), usable, angles)
    turned, raised = (measured[name].to_numpy()[rows].astype(np.float64) for name in ("yaw", "pitch"))
    chosen = classes.calibrated(turned, raised) if mode == "calibrate" else classes.fixed(yaw, pitch)
    inside = classes.sort(turned, raised, chosen, exclusive=overlap == "exclusive")
    columns = dict(zip(classes.CLASSES, inside.T, strict=True)) | {classes.UNKNOWN: np.isnan(turned)}
    stamp = stamps.stamp(
        "sort_poses", {"angles": angles, "samples": samples}, mode=mode, overlap=overlap, limits=chosen._asdict()
    )
    tables.write(poses, pa.table({"sample_id": usable} | columns), classes.POSES, stamp)
    listed = pd.DataFrame(chosen._asdict().items(), columns=["limit", "degrees"])
    files.write_bytes(limits, listed.to_csv(index=False, float_format="%.4f", lineterminator="\n").encode())


_MODES, _OVERLAPS = ("fixed", "calibrate"), ("allow", "exclusive")


if __name__ == "__main__":
    cli.run(sort_poses)
