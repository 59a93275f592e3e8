"""Pictures as a target that is asked about them reads them."""

import numpy as np
import pytest

from obverse import questions
from obverse.errors import UnusableInput


@pytest.mark.parametrize("shape", [(4, 6, 6), (4, 6, 6, 3), (1, 1, 1)])
def test_what_is_written_comes_back_and_nothing_else_is_left(tmp_path, shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    questions.write(tmp_path / "new" / "questions.npy", pixels)
    np.testing.assert_array_equal(questions.read(tmp_path / "new" / "questions.npy"), pixels)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["questions.npy"]


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00v\x00{'descr': '|u1'"])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "questions.npy").write_bytes(content)
    with pytest.raises(UnusableInput, match=r"questions\.npy: expected an array of pictures, found a damaged file"):
        questions.read(tmp_path / "questions.npy")


def test_half_a_file_is_damaged(tmp_path):
    questions.write(tmp_path / "questions.npy", np.zeros((4, 6, 6), np.uint8))
    content = (tmp_path / "questions.npy").read_bytes()
    (tmp_path / "questions.npy").write_bytes(content[:-1])
    with pytest.raises(UnusableInput, match="found a damaged file"):
        questions.read(tmp_path / "questions.npy")


@pytest.mark.parametrize("pixels", [np.zeros((4, 6, 6), np.float32), np.zeros((4, 6), np.uint8)])
def test_what_holds_no_pictures_is_refused(tmp_path, pixels):
    np.save(tmp_path / "questions.npy", pixels)
    with pytest.raises(UnusableInput, match=r"expected uint8 \[N, S, S\] or \[N, S, S, 3\], found "):
        questions.read(tmp_path / "questions.npy")
