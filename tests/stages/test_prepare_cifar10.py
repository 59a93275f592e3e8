"""Bringing CIFAR-10 to the form every data set has."""

import cv2
import numpy as np
import pytest

from obverse import cifar10, samples
from obverse.errors import UnusableInput
from obverse.prepare_cifar10 import prepare_cifar10

NAMES = [f"class{number}" for number in range(10)]


def _batches():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, 12, dtype=np.uint8)
    return [cifar10.Batch(labels[start : start + 2], pixels[start : start + 2]) for start in range(0, 12, 2)]


def _prepared(tmp_path, size):
    products = {"images": tmp_path / "images.npy", "samples": tmp_path / "samples.parquet"}
    prepare_cifar10(archive=tmp_path / "c.tar.gz", size=size, resize="bilinear", **products)
    return samples.read_images(products["images"]), samples.read(products["samples"]).to_pandas()


def test_pictures_are_grey_in_the_order_of_the_batches_and_named_by_class(tmp_path):
    cifar10.write(tmp_path / "c.tar.gz", _batches(), NAMES)
    images, table = _prepared(tmp_path, 32)
    colours = np.concatenate([batch.pixels for batch in _batches()])
    grey = np.stack([cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY) for colour in colours])
    np.testing.assert_allclose(images.astype(int), grey.astype(int), atol=1)
    labels = np.concatenate([batch.labels for batch in _batches()])
    assert table["identity"].to_list() == [NAMES[label] for label in labels]
    assert table["source"].to_list()[1:3] == [cifar10.BATCHES[0], cifar10.BATCHES[1]]
    assert table["sample_id"].to_list() == list(range(12)) and set(table["status"]) == {"ok"}


def test_pictures_are_resized(tmp_path):
    cifar10.write(tmp_path / "c.tar.gz", _batches(), NAMES)
    assert _prepared(tmp_path, 64)[0].shape == (12, 64, 64)


def test_an_archive_cut_short_is_named_and_nothing_is_written(tmp_path):
    cifar10.write(tmp_path / "c.tar.gz", _batches(), NAMES)
    (tmp_path / "c.tar.gz").write_bytes((tmp_path / "c.tar.gz").read_bytes()[:-5000])
    with pytest.raises(UnusableInput, match=r"c\.tar\.gz: expected CIFAR-10"):
        _prepared(tmp_path, 32)
    assert not (tmp_path / "images.npy").exists()
