"""CelebA's lists."""

import hashlib
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from obverse import celeba
from obverse.errors import UnusableInput


@pytest.fixture
def release(tmp_path):
    """Write a CelebA of four pictures and return its folder and what is in it."""
    folder, rng = tmp_path / "celeba", np.random.default_rng(0)
    attributes = pd.DataFrame(rng.choice([-1, 1], (4, 40)), columns=celeba.ATTRIBUTES)
    points, boxes = rng.integers(0, 178, (4, 5, 2)), rng.integers(1, 400, (4, 4))
    celeba.write_identities(folder / "identity_CelebA.txt", [2880, 7, 2880, 10177])
    celeba.write_partitions(folder / "list_eval_partition.txt", [0, 1, 0, 2])
    celeba.write_attributes(folder / "list_attr_celeba.txt", attributes)
    celeba.write_landmarks(folder / "list_landmarks_align_celeba.txt", points)
    celeba.write_boxes(folder / "list_bbox_celeba.txt", boxes)
    stream = io.BytesIO()
    Image.new("RGB", (celeba.WIDTH, celeba.HEIGHT), (9, 90, 200)).save(stream, "JPEG")
    (folder / celeba.FOLDER).mkdir()
    for row in range(4):
        (folder / celeba.FOLDER / celeba.file_name(row)).write_bytes(stream.getvalue())
    return folder, attributes, points


def known_md5(path):
    """Return what torchvision is to find: it skips archives."""
    return hashlib.md5(path.read_bytes()).hexdigest() if path.suffix != ".zip" else ""


def test_torchvision_reads_a_written_release(release, monkeypatch):
    from torchvision.datasets import CelebA

    folder, attributes, points = release
    written = [(key, known_md5(folder / name), name) for key, _, name in CelebA.file_list]
    monkeypatch.setattr(CelebA, "file_list", written)  # its checksums are of the official release
    everything = CelebA(str(folder.parent), split="all", target_type="identity")
    assert everything.identity.squeeze().tolist() == [2880, 7, 2880, 10177]
    np.testing.assert_array_equal(everything.attr.numpy() * 2 - 1, attributes)
    np.testing.assert_array_equal(everything.landmarks_align.numpy(), points.reshape(4, 10))
    assert everything.attr_names == celeba.ATTRIBUTES
    with everything[3][0] as picture:
        assert picture.size == (178, 218)
    assert CelebA(str(folder.parent), split="train").filename == ["000001.jpg", "000003.jpg"]


def test_every_list_comes_back(release, tmp_path):
    folder, attributes, points = release
    identities = celeba.read_identities(folder / "identity_CelebA.txt")
    assert identities["image_id"].to_list() == [f"00000{number}.jpg" for number in (1, 2, 3, 4)]
    assert identities["identity"].to_list() == [2880, 7, 2880, 10177]
    read = celeba.read_attributes(folder / "list_attr_celeba.txt")
    np.testing.assert_array_equal(read[celeba.ATTRIBUTES], attributes)
    np.testing.assert_array_equal(celeba.read_landmarks(folder / "list_landmarks_align_celeba.txt"), points)
    np.testing.assert_array_equal(celeba.read_partitions(folder / "list_eval_partition.txt"), [0, 1, 0, 2])
    celeba.write_names(tmp_path / "names.txt", ["Zoë_Alder", "B_C"])
    assert (tmp_path / "names.txt").read_text("utf-8") == (
        "2\nimage_id identity_name\n000001.jpg Zoë_Alder\n000002.jpg B_C\n"
    )
    assert celeba.read_names(tmp_path / "names.txt")["name"].to_list() == ["Zoë_Alder", "B_C"]


def test_the_irregular_spaces_of_the_official_lists_are_read(tmp_path):
    (tmp_path / "a.txt").write_text("1\n" + " ".join(celeba.ATTRIBUTES) + " \n000001.jpg" + " -1  1" * 20 + "\n")
    assert celeba.read_attributes(tmp_path / "a.txt").iloc[0, 1:].to_list() == [-1, 1] * 20


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("000001.jpg 1\n000002.jpg\n", "line 2: expected a file name and 1 numbers, found '000002.jpg'"),
        ("000001.jpg x\n", "line 1: expected"),
        ("<html> 5\n", "line 1: expected"),
        ("", "expected some rows, found 0"),
    ],
)
def test_a_broken_row_is_named_by_file_and_line(tmp_path, content, expected):
    (tmp_path / "identity.txt").write_text(content)
    with pytest.raises(UnusableInput, match=expected):
        celeba.read_identities(tmp_path / "identity.txt")


def test_a_list_cut_short_is_refused(tmp_path):
    (tmp_path / "names.txt").write_text("3\nimage_id identity_name\n000001.jpg A_B\n000002.jpg C_D\n")
    with pytest.raises(UnusableInput, match="expected 3 rows, found 2"):
        celeba.read_names(tmp_path / "names.txt")


def test_values_that_the_format_cannot_hold_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="must not be empty or hold a space"):
        celeba.write_names(tmp_path / "x", ["A B"])
    with pytest.raises(ValueError, match=r"\+1 or -1"):
        celeba.write_attributes(tmp_path / "x", pd.DataFrame(np.zeros((1, 40)), columns=celeba.ATTRIBUTES))
    with pytest.raises(ValueError, match=r"int \[N, 5, 2\]"):
        celeba.write_landmarks(tmp_path / "x", np.zeros((1, 5, 2)))
    assert not (tmp_path / "x").exists()
