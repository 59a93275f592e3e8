"""MNIST's files."""

import gzip

import numpy as np
import pytest
from torchvision.datasets import mnist

from obverse import idx
from obverse.errors import UnusableInput


def _values(shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("shape", [(5, 28, 27), (7,)])
def test_values_come_back_and_torchvision_reads_the_same(tmp_path, shape):
    values = _values(shape)
    idx.write(tmp_path / "x.gz", values)
    np.testing.assert_array_equal(idx.read(tmp_path / "x.gz", len(shape)), values)
    (tmp_path / "x").write_bytes(gzip.decompress((tmp_path / "x.gz").read_bytes()))
    read = mnist.read_image_file if len(shape) == 3 else mnist.read_label_file
    np.testing.assert_array_equal(read(str(tmp_path / "x")).numpy(), values)


def test_the_same_values_give_the_same_bytes_at_any_time(tmp_path, monkeypatch):
    idx.write(tmp_path / "a.gz", _values((3,)))
    monkeypatch.setattr("time.time", lambda: 2e9)
    idx.write(tmp_path / "b.gz", _values((3,)))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_a_file_cut_short_is_named(tmp_path):
    idx.write(tmp_path / "x.gz", _values((5, 8, 8)))
    whole = (tmp_path / "x.gz").read_bytes()
    (tmp_path / "x.gz").write_bytes(whole[:-40])
    with pytest.raises(UnusableInput, match=r"x\.gz: expected a gzipped IDX file"):
        idx.read(tmp_path / "x.gz", 3)
    (tmp_path / "x.gz").write_bytes(gzip.compress(gzip.decompress(whole)[:-1]))
    with pytest.raises(UnusableInput, match=r"expected \(5, 8, 8\) values after the header, found 319 bytes"):
        idx.read(tmp_path / "x.gz", 3)


def test_labels_are_not_images_and_html_is_neither(tmp_path):
    idx.write(tmp_path / "x.gz", _values((5,)))
    with pytest.raises(UnusableInput, match="with 3 axes, found one that starts '00000801'"):
        idx.read(tmp_path / "x.gz", 3)
    (tmp_path / "x.gz").write_bytes(b"<html>")
    with pytest.raises(UnusableInput, match="found damage"):
        idx.read(tmp_path / "x.gz", 1)
    with pytest.raises(UnusableInput, match="found damage"):
        idx.read(tmp_path / "absent.gz", 1)
