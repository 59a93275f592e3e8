import numpy as np
import pytest

from obverse import poses

LIMITS = poses.fixed(12, 10)
NAN = float("nan")


def classes(yaw: float, pitch: float, exclusive: bool = False, limits: poses.Limits = LIMITS) -> set[str]:
    inside = poses.sort(np.array([yaw]), np.array([pitch]), limits, exclusive)[0]
    return {name for name, found in zip(poses.CLASSES, inside, strict=True) if found}


@pytest.mark.parametrize(
    ("yaw", "pitch", "expected"),
    [
        (0, 0, {"frontal"}),
        (12, -10, {"frontal"}),  # the limits themselves
        (-12.1, 0, {"left"}),  # the nose points to the image's left
        (13, 0, {"right"}),
        (0, -11, {"down"}),
        (0, 11, {"up"}),
        (30, 11, {"right", "up"}),
    ],
)
def test_a_face_is_in_the_class_of_where_its_nose_points(yaw: float, pitch: float, expected: set[str]):
    assert classes(yaw, pitch) == expected


def test_an_exclusive_face_is_in_the_class_whose_limit_it_passes_by_most():
    assert classes(30, 11, exclusive=True) == {"right"}
    assert classes(-13, -30, exclusive=True) == {"down"}
    assert classes(0, 0, exclusive=True) == {"frontal"}


def test_a_face_without_pitch_is_left_or_right_and_one_without_angles_is_nothing():
    assert classes(-85, NAN) == classes(-85, NAN, exclusive=True) == {"left"}
    assert classes(NAN, NAN) == classes(NAN, NAN, exclusive=True) == set()


@pytest.mark.parametrize("shift", [0, 25])
def test_calibrated_limits_give_the_papers_counts(shift: float):
    """Whatever the distribution is; the sum of the five is above the number of images, as in the paper."""
    random = np.random.default_rng(0)
    yaw, pitch = random.normal(shift, 20, 50_000), random.normal(3, 8, 50_000)
    counts = poses.sort(yaw, pitch, poses.calibrated(yaw, pitch), exclusive=False).sum(axis=0)
    expected = np.array([poses.PAPER[name] for name in poses.CLASSES]) * 50_000 / poses.PAPER_IMAGES
    np.testing.assert_allclose(counts, expected, atol=1)
    assert counts.sum() > 50_000


def test_faces_without_angles_count_among_the_images_that_shares_are_of():
    random = np.random.default_rng(0)
    yaw, pitch = random.normal(0, 20, 1000), random.normal(0, 8, 1000)
    yaw[:100] = pitch[:100] = NAN
    inside = poses.sort(yaw, pitch, poses.calibrated(yaw, pitch), exclusive=False)
    assert inside[:, poses.CLASSES.index("left")].sum() == round(1000 * 48_137 / 195_727)
    assert not inside[:100].any()


def test_a_handful_of_faces_can_be_calibrated():
    yaw = np.array([-20.0, 0.0, 20.0])
    inside = poses.sort(yaw, np.zeros(3), poses.calibrated(yaw, np.zeros(3)), exclusive=False)
    assert inside[:, 1:3].sum(axis=0).tolist() == [1, 1]
