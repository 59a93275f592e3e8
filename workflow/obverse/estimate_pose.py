"""Estimate from its landmarks where each face of CelebA looks."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import celeba, cli, head_pose, landmarks, poses, stamps, tables
from obverse.progress import Progress


def estimate_pose(*, points: Path, head: Path, focal: float, max_error: float, angles: Path) -> None:
    """Write yaw, pitch, roll and reprojection error of each picture.

    ``focal`` is the camera's focal length in larger sides of the picture, ``max_error`` the largest error accepted, in
    eye distances.
    """
    sample_ids, found = landmarks.read(points)
    solid, camera = landmarks.read_head(head), head_pose.camera(celeba.HEIGHT, celeba.WIDTH, focal)
    rows = []
    with Progress("estimate_pose", len(found), "pictures") as progress:
        for one in found.astype(np.float64):
            rows.append(head_pose.estimate(one, solid, camera, max_error))
            progress.advance(1)
    columns = dict(zip(head_pose.Pose._fields, zip(*rows, strict=True), strict=True))
    methods = columns["method"]
    print(", ".join(f"{methods.count(method):,} by {method}" for method in dict.fromkeys(methods)))
    stamp = stamps.stamp("estimate_pose", {"points": points, "head": head}, focal=focal, max_error=max_error)
    tables.write(angles, pa.table({"sample_id": sample_ids, **columns}), poses.ANGLES, stamp)


if __name__ == "__main__":
    cli.run(estimate_pose)
