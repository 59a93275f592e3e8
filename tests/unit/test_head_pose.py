from pathlib import Path

import numpy as np
import pytest

from obverse import head_pose, landmarks
from obverse.faces.landmarks import MIRROR

HEAD = landmarks.read_head(Path(__file__).parents[2] / "resources/head.csv")
CAMERA = head_pose.camera(218, 178, 5.0)


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Return the matrix from head to camera axes (x right, y up, z to the camera), written out by the sines."""
    a, b, c = np.radians((yaw, -pitch, roll))
    ry = np.array([(np.cos(a), 0, np.sin(a)), (0, 1, 0), (-np.sin(a), 0, np.cos(a))])
    rx = np.array([(1, 0, 0), (0, np.cos(b), -np.sin(b)), (0, np.sin(b), np.cos(b))])
    rz = np.array([(np.cos(c), -np.sin(c), 0), (np.sin(c), np.cos(c), 0), (0, 0, 1)])
    return rz @ ry @ rx


def seen(yaw: float, pitch: float, roll: float, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
    """Return landmarks [68, 2] of the mean head, 39 pixels between its eyes, ``shift`` pixels off the middle."""
    away = CAMERA[0, 0] / 39.0
    turned = HEAD @ rotation(yaw, pitch, roll).T
    return 39.0 * turned[:, :2] * (1, -1) / (1 - turned[:, 2:] / away) + (89, 109) + np.array(shift)


def estimate(points: np.ndarray, max_error: float = 0.05) -> head_pose.Pose:
    return head_pose.estimate(points, HEAD, CAMERA, max_error)


def test_a_frontal_face_is_the_identity():
    pose = estimate(seen(0, 0, 0))
    assert pose[:3] == pytest.approx((0, 0, 0), abs=0.05) and pose.method == head_pose.PNP


@pytest.mark.parametrize("angles", [(30, 0, 0), (-30, 0, 0), (0, 20, 0), (0, -20, 0), (0, 0, 15), (-45, 12, -8)])
def test_angles_come_back(angles: tuple[float, float, float]):
    assert estimate(seen(*angles))[:3] == pytest.approx(angles, abs=0.1)


def test_signs_are_those_of_the_image():
    """Right: the nose is right of the eyes. Up: it is higher. Counter-clockwise: the right eye is higher."""
    nose, eyes = 30, slice(36, 48)
    frontal = seen(0, 0, 0)
    assert seen(20, 0, 0)[nose, 0] > seen(20, 0, 0)[eyes, 0].mean() + 3
    assert seen(0, 20, 0)[nose, 1] < frontal[nose, 1] - 3
    assert seen(0, 0, 20)[landmarks.RIGHT_EYE, 1].mean() < seen(0, 0, 20)[landmarks.LEFT_EYE, 1].mean()


@pytest.mark.parametrize("angles", [(25.0, -10.0, 6.0), (-3.0, 14.0, -9.0)])
def test_a_mirrored_face_turns_and_tilts_the_other_way(angles: tuple[float, float, float]):
    noisy = seen(*angles) + np.random.default_rng(0).normal(0, 1, (68, 2))
    mirrored = noisy[MIRROR] * (-1, 1) + (178, 0)
    first, second = estimate(noisy, 1.0), estimate(mirrored, 1.0)
    assert second[:3] == pytest.approx((-first.yaw, first.pitch, -first.roll), abs=0.01)


def test_where_the_crop_lay_in_its_photograph_does_not_turn_the_head():
    assert estimate(seen(20, 5, 0, shift=(60, -40)))[:3] == pytest.approx((20, 5, 0), abs=1.0)


def test_the_error_is_the_noise_in_eye_distances():
    noise = np.random.default_rng(0).normal(0, 1, (68, 2))
    error = estimate(seen(10, 0, 0) + noise, 1.0).error
    assert error == pytest.approx(np.sqrt(2) / 39, rel=0.25)


def test_what_is_no_face_is_not_given_a_pose():
    scattered = np.random.default_rng(0).uniform(0, 178, (68, 2))
    assert estimate(scattered, 0.12).method == head_pose.NONE
    assert np.isnan(estimate(scattered, 0.12)[:3]).all()


@pytest.mark.parametrize(
    "points",
    [np.zeros((68, 2)), np.stack([np.arange(68.0)] * 2, axis=1), np.full((68, 2), np.nan)],
    ids=["one place", "a line", "no numbers"],
)
def test_points_that_span_nothing_have_no_pose(points: np.ndarray):
    assert estimate(points).method == head_pose.NONE


def test_an_affine_fit_takes_over_where_perspective_fails(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(head_pose, "_perspective", lambda *given: (None, np.inf))
    pose = estimate(seen(25, -8, 5))
    assert pose.method == head_pose.AFFINE
    assert pose[:3] == pytest.approx((25, -8, 5), abs=2.5)


def test_beyond_eighty_degrees_there_is_yaw_alone():
    yaw, pitch, roll = head_pose.angles(rotation(85, 10, 5))
    assert yaw == pytest.approx(85) and np.isnan([pitch, roll]).all()
