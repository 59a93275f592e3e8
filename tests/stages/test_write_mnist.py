"""Handwritten digits in MNIST's files."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from obverse import idx
from obverse.write_mnist import write_mnist


def _written(folder, seed):
    names = ("train_images", "train_labels", "test_images", "test_labels")
    paths = {name: folder / name for name in names}
    write_mnist(seed=seed, **paths)
    return paths


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    paths = _written(tmp_path_factory.mktemp("mnist"), 1)
    return {name: idx.read(path, 3 if "images" in name else 1) for name, path in paths.items()}


def test_one_digit_in_seven_is_for_testing_and_none_is_lost(digits):
    assert digits["train_images"].shape == (1541, 28, 28) and digits["test_images"].shape == (256, 28, 28)
    labels = np.concatenate([digits["train_labels"], digits["test_labels"]])
    np.testing.assert_array_equal(np.bincount(labels), np.bincount(load_digits().target))


def test_digits_are_enlarged_and_keep_their_labels(digits):
    small = digits["test_images"][:, :, :].reshape(-1, 28 * 28).astype(float)
    original = np.repeat(np.repeat(load_digits().images, 7, axis=1), 7, axis=2)  # 56 x 56
    original = original.reshape(-1, 28, 2, 28, 2).mean(axis=(2, 4)).reshape(-1, 28 * 28)
    centred = [values - values.mean(axis=1, keepdims=True) for values in (small, original)]
    unit = [values / np.linalg.norm(values, axis=1, keepdims=True) for values in centred]
    nearest = (unit[0] @ unit[1].T).argmax(axis=1)
    assert (load_digits().target[nearest] == digits["test_labels"]).mean() > 0.99
    assert digits["train_images"].max() == 255 and digits["train_images"].min() == 0


def test_the_seed_decides_the_order_and_the_bytes(tmp_path):
    first, again, other = (_written(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    for name in first:
        assert first[name].read_bytes() == again[name].read_bytes() != other[name].read_bytes()
