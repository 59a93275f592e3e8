from pathlib import Path

import numpy as np
import pytest
import torch

from obverse import pose_readers
from obverse.pose_readers import PoseReader

CPU = torch.device("cpu")


@pytest.fixture
def reader() -> PoseReader:
    """Return a reader of random weights, whose batch norms have seen something."""
    torch.manual_seed(0)
    network = PoseReader(width=4)
    network(torch.rand(50, 1, 32, 32))
    return network.eval()


def noise(count: int, size: int) -> np.ndarray:
    return np.random.default_rng(size).integers(0, 256, (count, size, size), dtype=np.uint8)


def test_a_mirrored_picture_is_read_the_other_way(reader: PoseReader):
    """Whatever the weights; and as sure."""
    pictures = noise(7, 32)
    angles, error = pose_readers.read(reader, pictures, CPU)
    mirrored, same = pose_readers.read(reader, pictures[:, :, ::-1], CPU)
    np.testing.assert_allclose(mirrored, angles * (-1, 1), atol=1e-4)
    np.testing.assert_allclose(same, error, atol=1e-4)
    assert np.abs(angles).max() > 0.01 and (error > 0).all()


def test_brightness_and_contrast_do_not_matter(reader: PoseReader):
    pictures = (noise(5, 32) // 8 * 4).astype(np.uint8)
    angles, _ = pose_readers.read(reader, pictures, CPU)
    brighter, _ = pose_readers.read(reader, pictures + 100, CPU)
    fainter, _ = pose_readers.read(reader, pictures // 4, CPU)
    np.testing.assert_allclose(brighter, angles, atol=1e-3)
    np.testing.assert_allclose(fainter, angles, atol=0.2)


def test_a_picture_of_one_grey_is_read_as_a_number(reader: PoseReader):
    assert np.isfinite(pose_readers.read(reader, np.full((2, 32, 32), 90, np.uint8), CPU)[0]).all()


def test_pictures_of_any_size_are_seen_at_one(reader: PoseReader):
    small = noise(3, 32)
    large = small.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(
        pose_readers.read(reader, large, CPU)[0], pose_readers.read(reader, small, CPU)[0], atol=1e-4
    )
    assert pose_readers.seen(torch.from_numpy(noise(3, 16))).shape == (3, 1, 32, 32)


def test_batches_do_not_matter(reader: PoseReader):
    pictures = noise(501, 32)
    angles, error = pose_readers.read(reader, pictures, CPU)
    assert angles.shape == (501, 2) and error.shape == (501,)
    np.testing.assert_allclose(angles[500:], pose_readers.read(reader, pictures[500:], CPU)[0], atol=1e-4)


@pytest.mark.parametrize(("fraction", "people"), [(0.3, 3), (0.001, 1), (0.999, 9)])
def test_all_pictures_of_some_people_are_held_out(fraction: float, people: int):
    identities = np.repeat([f"person {number}" for number in range(10)], 4)
    aside = pose_readers.held_out(identities, fraction, seed=1)
    assert len(np.unique(identities[aside])) == people
    assert not set(identities[aside]) & set(identities[~aside])
    assert (aside == pose_readers.held_out(identities, fraction, seed=1)).all()


def test_what_was_read_comes_back(tmp_path: Path):
    angles, error = np.array([[1.5, -2.5], [3.0, 4.0]], np.float32), np.array([0.5, 0.25], np.float32)
    pose_readers.write(tmp_path / "a.parquet", np.array([7, 3]), angles, error, {})
    assert pose_readers.load(tmp_path / "a.parquet").to_pydict() == {
        "sample_id": [7, 3],
        "yaw": [1.5, 3.0],
        "pitch": [-2.5, 4.0],
        "error": [0.5, 0.25],
    }
