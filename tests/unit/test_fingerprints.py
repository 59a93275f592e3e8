"""Near-duplicates of one person's pictures."""

import io

import numpy as np
import pytest
from PIL import Image

from obverse import fingerprints


def _photograph(seed):
    cells = np.random.default_rng(seed).integers(0, 256, (12, 12), dtype=np.uint8)
    return Image.fromarray(cells).resize((120, 120), Image.Resampling.BICUBIC)


def _recompressed(picture):
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=50)
    return Image.open(io.BytesIO(stream.getvalue()))


def _crop(picture, left=10, top=10):
    return np.asarray(picture.crop((left, top, left + 100, top + 100)).resize((64, 64), Image.Resampling.BILINEAR))


def _groups(images, identities):
    sample_ids = np.arange(100, 100 - len(images), -1)
    return fingerprints.groups(np.stack(images), sample_ids, np.array(identities))


def test_recompressed_brightened_and_shifted_copies_share_the_smallest_sample_id():
    picture = _photograph(0)
    copies = [
        _crop(picture),
        _crop(_recompressed(picture)),
        _crop(picture.point(lambda value: min(255, value * 1.1))),
        _crop(picture, left=11, top=9),
    ]
    assert _groups([_crop(_photograph(1)), *copies], ["a"] * 5).tolist() == [100, 96, 96, 96, 96]


def test_the_same_picture_of_two_people_is_not_joined():
    assert _groups([_crop(_photograph(0))] * 2, ["a", "b"]).tolist() == [100, 99]


def _near(images, known):
    return fingerprints.near(np.stack(images), np.array([fingerprints.fingerprint(image) for image in known])).tolist()


def test_copies_of_what_is_known_are_near_it_and_other_pictures_are_not():
    picture, other = _photograph(0), _photograph(1)
    copies = [_crop(picture), _crop(_recompressed(picture)), _crop(picture, left=11, top=9)]
    known = [_crop(_photograph(2)), _crop(picture), _crop(_photograph(3))]
    assert _near([_crop(other), *copies, _crop(_photograph(4))], known) == [False, True, True, True, False]


def test_whether_a_picture_is_near_does_not_depend_on_how_many_are_compared_at_a_time(monkeypatch):
    images = [_crop(_photograph(seed)) for seed in (0, 1, 2, 1, 0)]
    known = [_crop(_photograph(1))]
    monkeypatch.setattr(fingerprints, "_BLOCK", 2)
    assert _near(images, known) == [False, True, False, True, False]


def test_nothing_is_near_a_picture_without_any_contrast():
    flat, picture = np.full((64, 64), 7, np.uint8), _crop(_photograph(0))
    assert _near([flat, picture], [flat, flat]) == [False, False] and _near([flat], [picture]) == [False]


def test_pictures_without_any_contrast_stay_alone():
    assert _groups([np.full((64, 64), 7, np.uint8)] * 2, ["a", "a"]).tolist() == [100, 99]


def test_a_chain_of_pairs_is_one_group():
    near = np.eye(5, dtype=bool)
    for left, right in [(0, 3), (3, 4), (4, 1)]:
        near[left, right] = near[right, left] = True
    reached = fingerprints._smallest_reached(near, np.array([5, 6, 1, 8, 9]))
    assert reached.tolist() == [5, 5, 1, 5, 5]


def test_a_fingerprint_is_the_change_between_neighbouring_cells():
    ramp = np.repeat(np.arange(16, dtype=np.uint8) * 10, 4)
    image = np.tile(ramp, (64, 1))
    down, right = np.split(fingerprints.fingerprint(image), 2)
    assert set(down) == {0} and set(right) == {10}


@pytest.mark.parametrize("count", [1, 2])
def test_any_number_of_pictures_will_do(count):
    assert len(_groups([_crop(_photograph(seed)) for seed in range(count)], ["a"] * count)) == count


def _two_names(*faces):
    names, files, boxes = zip(*faces, strict=True)
    return fingerprints.two_names(np.array(names), np.array(files), np.array(boxes)).tolist()


def test_one_face_of_one_file_under_two_names_is_marked_at_both():
    box, moved = (10, 10, 110, 110), (20, 15, 120, 115)
    assert _two_names(("a", "f", box), ("b", "f", moved), ("c", "g", box), ("c", "f", (0, 0, 9, 9))) == [
        *(True, True, False, False)
    ]


def test_two_people_in_one_photograph_stay():
    assert _two_names(("a", "f", (0, 0, 50, 50)), ("b", "f", (40, 0, 90, 50))) == [False, False]


def test_a_file_listed_twice_for_one_person_is_not_under_two_names():
    assert _two_names(("a", "f", (0, 0, 50, 50)), ("a", "f", (0, 0, 50, 50))) == [False, False]
