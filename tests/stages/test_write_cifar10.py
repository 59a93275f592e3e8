"""Patches of photographs in CIFAR-10's binary format."""

import numpy as np
import pytest

from obverse import cifar10
from obverse.write_cifar10 import PHOTOGRAPHS, write_cifar10


def test_every_class_has_its_share_and_every_batch_too(tmp_path):
    write_cifar10(seed=1, patches=120, archive=tmp_path / "c.tar.gz")
    batches, names = cifar10.read(tmp_path / "c.tar.gz")
    assert names == list(PHOTOGRAPHS) and len(names) == 10
    assert [len(batch.labels) for batch in batches.values()] == [20] * 6
    labels = np.concatenate([batch.labels for batch in batches.values()])
    assert np.bincount(labels).tolist() == [12] * 10
    pixels = np.concatenate([batch.pixels for batch in batches.values()])
    greenery = pixels[labels == names.index("flower")].astype(int).mean(axis=(0, 1, 2))
    assert greenery[1] > greenery[2]  # the channels are in order: leaves are greener than blue
    assert len(np.unique(pixels.reshape(120, -1), axis=0)) == 120


def test_the_seed_decides_the_bytes(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_cifar10(seed=seed, patches=60, archive=tmp_path / name)
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again != other


def test_nobody_is_in_the_photographs():
    people = {"data/astronaut.png", "data/camera.png", "data/lfw_subset.npy", "data/retina.jpg"}
    assert not people & {member for _, member in PHOTOGRAPHS.values()}


def test_fewer_patches_than_batches_are_refused(tmp_path):
    with pytest.raises(ValueError, match="expected at least 6 patches"):
        write_cifar10(seed=1, patches=5, archive=tmp_path / "c.tar.gz")
