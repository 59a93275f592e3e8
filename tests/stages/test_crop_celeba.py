"""Cutting CelebA's aligned pictures to their faces."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from obverse import archives, celeba, samples
from obverse.crop_celeba import crop_celeba
from obverse.errors import UnusableInput

BOX = [35, 70, 143, 178]


def _jpeg(seed, size=(celeba.WIDTH, celeba.HEIGHT)):
    cells = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(cells).resize(size, Image.Resampling.BICUBIC).save(stream, "JPEG", quality=95)
    return stream.getvalue()


@pytest.fixture
def crop(tmp_path):
    """Return a call that crops what an archive of the given contents holds."""

    def call(*contents, identities=(2880, 7, 2880), box=BOX, size=64):
        members = [(f"img_align_celeba/{celeba.file_name(row)}", content) for row, content in enumerate(contents)]
        archives.write(tmp_path / "c.zip", reversed(members))
        celeba.write_identities(tmp_path / "identity.txt", identities)
        crop_celeba(
            archive=tmp_path / "c.zip",
            identity_list=tmp_path / "identity.txt",
            box=box,
            size=size,
            resize="bilinear",
            images=tmp_path / "images.npy",
            crops=tmp_path / "crops.parquet",
        )
        return samples.read_images(tmp_path / "images.npy"), samples.read(tmp_path / "crops.parquet").to_pandas()

    return call


def test_rows_follow_the_identity_list_whatever_the_order_in_the_archive(crop):
    images, table = crop(_jpeg(0), _jpeg(1), _jpeg(2), size=108)
    assert table.to_dict("list") == {
        "sample_id": [1, 2, 3],
        "identity": ["2880", "7", "2880"],
        "source": [f"img_align_celeba/00000{number}.jpg" for number in (1, 2, 3)],
        "status": ["ok"] * 3,
        "duplicate_group": [1, 2, 3],
    }
    for row in range(3):
        grey = cv2.imdecode(np.frombuffer(_jpeg(row), np.uint8), cv2.IMREAD_GRAYSCALE)
        np.testing.assert_array_equal(images[row], grey[70:178, 35:143])


def test_a_corrupted_member_is_named(crop, tmp_path):
    with pytest.raises(UnusableInput, match=r"c\.zip, member img_align_celeba/000002\.jpg: expected a picture"):
        crop(_jpeg(0), _jpeg(1)[:1000], _jpeg(2))
    assert not (tmp_path / "images.npy").exists()


def test_a_picture_that_the_box_leaves_is_named(crop):
    with pytest.raises(UnusableInput, match=r"000003\.jpg: .*178x218.*picture of 100x100"):
        crop(_jpeg(0), _jpeg(1), _jpeg(2, (100, 100)))


def test_a_list_of_other_pictures_is_refused(crop):
    with pytest.raises(UnusableInput, match=r"000004\.jpg is in the identity list alone \(1 odd\)"):
        crop(_jpeg(0), _jpeg(1), _jpeg(2), identities=(1, 2, 3, 4))
    with pytest.raises(UnusableInput, match=r"000002\.jpg is in the archive alone \(2 odd\)"):
        crop(_jpeg(0), _jpeg(1), _jpeg(2), identities=(1,))
    with pytest.raises(UnusableInput, match="expected some rows, found 0"):
        crop(identities=())
