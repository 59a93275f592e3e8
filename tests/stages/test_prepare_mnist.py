"""Bringing MNIST's files to the form every data set has."""

import cv2
import numpy as np
import pytest

from obverse import idx, samples
from obverse.errors import UnusableInput
from obverse.prepare_mnist import prepare_mnist


@pytest.fixture
def prepare(tmp_path):
    """Return a call that prepares written arrays."""

    def call(train, test, train_labels, test_labels):
        arrays = {"train_images": train, "test_images": test, "train_labels": train_labels, "test_labels": test_labels}
        for name, values in arrays.items():
            idx.write(tmp_path / f"{name}.gz", np.asarray(values, np.uint8))
        products = {"images": tmp_path / "images.npy", "samples": tmp_path / "samples.parquet"}
        prepare_mnist(**{name: tmp_path / f"{name}.gz" for name in arrays}, size=32, resize="bilinear", **products)
        return samples.read_images(products["images"]), samples.read(products["samples"]).to_pandas()

    return call


def _digits(count):
    rng = np.random.default_rng(count)
    return np.stack([cv2.resize(rng.integers(0, 256, (7, 7), dtype=np.uint8), (28, 28)) for _ in range(count)])


def test_training_digits_come_first_and_are_interpolated_to_the_size(prepare):
    images, table = prepare(_digits(3), _digits(2), [7, 0, 9], [1, 7])
    assert images.shape == (5, 32, 32)
    for image, digit in zip(images, np.concatenate([_digits(3), _digits(2)]), strict=True):
        expected = cv2.resize(digit, (32, 32), interpolation=cv2.INTER_LINEAR)  # the same when it enlarges
        np.testing.assert_allclose(image.astype(int), expected.astype(int), atol=1)
    assert table["identity"].to_list() == ["7", "0", "9", "1", "7"]
    assert table["source"].to_list() == ["train_images.gz"] * 3 + ["test_images.gz"] * 2
    assert table["sample_id"].to_list() == table["duplicate_group"].to_list() == [0, 1, 2, 3, 4]
    assert set(table["status"]) == {"ok"}


def test_images_and_labels_of_different_number_are_refused(prepare):
    with pytest.raises(UnusableInput, match=r"test_labels\.gz: expected a label for each of the 2 images"):
        prepare(_digits(3), _digits(2), [7, 0, 9], [1])


def test_an_empty_data_set_is_refused(prepare):
    empty = np.empty((0, 28, 28), np.uint8)
    with pytest.raises(UnusableInput, match="found an empty data set"):
        prepare(empty, empty, [], [])
