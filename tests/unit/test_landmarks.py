from pathlib import Path

import numpy as np
import pytest

from obverse import landmarks
from obverse.errors import UnusableInput
from obverse.faces.landmarks import MIRROR

HEAD = Path(__file__).parents[2] / "resources/head.csv"


def test_landmarks_come_back_as_written(tmp_path: Path):
    ids, points = np.array([7, 3]), np.random.default_rng(0).normal(100, 40, (2, 68, 2)).astype(np.float32)
    landmarks.write(tmp_path / "a.parquet", ids, points, {})
    for found, written in zip(landmarks.read(tmp_path / "a.parquet"), (ids, points), strict=True):
        np.testing.assert_array_equal(found, written)


def test_another_number_of_points_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match=r"must be \[2, 68, 2\], found \[2, 5, 2\]"):
        landmarks.write(tmp_path / "a.parquet", np.arange(2), np.zeros((2, 5, 2)), {})


def test_the_committed_head_is_symmetric_and_one_eye_distance_wide():
    head = landmarks.read_head(HEAD)
    assert landmarks.eye_distance(head) == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(head[MIRROR] * (-1, 1, 1), head, atol=2e-5)
    nose, chin = head[30], head[8]
    assert nose[2] == head[:, 2].max() and chin[1] == head[:, 1].min()  # z to the camera, y up


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,b\n1,2\n", "expected columns x, y, z"),
        ("point,x,y,z\n0,1,2,3\n", "expected 68 points, found 1"),
        ("point,x,y,z\n" + "0,1,nan,3\n" * 68, "some that are no number"),
        ("point,x,y,z\n" + "0,1,word,3\n" * 68, "expected columns x, y, z"),
    ],
)
def test_a_file_that_is_no_head_is_refused(tmp_path: Path, text: str, found: str):
    (tmp_path / "head.csv").write_text(text)
    with pytest.raises(UnusableInput, match=found):
        landmarks.read_head(tmp_path / "head.csv")
