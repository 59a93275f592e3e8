from pathlib import Path

import numpy as np
import pytest

from obverse import head_pose, landmarks, poses
from obverse.estimate_pose import estimate_pose
from obverse.faces.landmarks import MIRROR

HEAD = Path(__file__).parents[2] / "resources/head.csv"


@pytest.fixture
def run(tmp_path: Path):
    """Estimate the poses of landmarks [N, 68, 2]; return the table as columns."""

    def estimate(points: np.ndarray, **changes: float) -> dict[str, np.ndarray]:
        landmarks.write(tmp_path / "points.parquet", np.arange(len(points)) * 3 + 1, points.astype(np.float32), {})
        asked = {"focal": 2.4, "max_error": 0.12} | changes
        estimate_pose(points=tmp_path / "points.parquet", head=HEAD, **asked, angles=tmp_path / "angles.parquet")
        table = poses.read_angles(tmp_path / "angles.parquet")
        return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}

    return estimate


def frontal() -> np.ndarray:
    return landmarks.read_head(HEAD)[:, :2] * (39, -39) + (89, 111)


def test_every_picture_has_a_row_and_what_is_no_face_has_no_angles(run):
    nonsense = np.random.default_rng(0).uniform(0, 178, (68, 2))
    found = run(np.stack([frontal(), nonsense, frontal() + 5]))
    assert found["sample_id"].tolist() == [1, 4, 7]
    assert found["method"].tolist() == ["pnp", "none", "pnp"]
    assert np.isnan([found[name][1] for name in ("yaw", "pitch", "roll")]).all()
    assert found["yaw"][[0, 2]] == pytest.approx(0, abs=0.5)


def test_a_stricter_limit_accepts_less(run):
    noisy = frontal() + np.random.default_rng(0).normal(0, 1.5, (40, 68, 2))
    errors = run(noisy, max_error=1.0)["error"]
    strict = float(np.median(errors))
    assert set(run(noisy, max_error=1.0)["method"]) == {head_pose.PNP}
    assert (run(noisy, max_error=strict)["method"] == head_pose.NONE).sum() in range(10, 21)


def test_mirrored_landmarks_turn_and_tilt_the_other_way(run):
    noisy = frontal() + np.random.default_rng(0).normal(0, 1.5, (10, 68, 2))
    first, second = run(noisy), run(noisy[:, MIRROR] * (-1, 1) + (178, 0))
    for name, sign in (("yaw", -1), ("pitch", 1), ("roll", -1)):
        np.testing.assert_allclose(second[name], sign * first[name], atol=0.05)


def test_twice_gives_the_same_bytes(run, tmp_path: Path):
    run(frontal()[None])
    once = (tmp_path / "angles.parquet").read_bytes()
    run(frontal()[None])
    assert (tmp_path / "angles.parquet").read_bytes() == once
