"""Near-duplicates of one person's pictures."""

import io
import tracemalloc

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


def _turning(first, last, share):
    """Return a picture that is so far on the way from one to another."""
    return np.asarray(Image.blend(_photograph(first), _photograph(last), share))


def test_a_chain_of_pairs_is_one_group():
    chain = [_turning(0, 1, share) for share in (0.0, 0.27, 0.42, 0.58, 0.73, 1.0)]
    assert _near(chain[:1], chain[1:]) == [True] and _near(chain[:1], chain[2:]) == [False]
    images = [_turning(2, 2, 0), *(chain[place] for place in (2, 0, 5, 4, 1, 3)), _turning(3, 3, 0)]
    assert _groups(images, ["a"] * 8).tolist() == [100, *[94] * 6, 93]
    assert _groups([chain[0], chain[-1]], ["a"] * 2).tolist() == [100, 99]


def _by_a_plain_chain(images, sample_ids):
    prints = np.stack([fingerprints.fingerprint(image) for image in images]).astype(float)
    lengths = np.linalg.norm(prints, axis=1)
    near = (prints @ prints.T > fingerprints.NEAR * lengths[:, None] * lengths) | np.eye(len(images), dtype=bool)
    least = sample_ids
    while True:
        reached = np.where(near, least, sample_ids.max()).min(axis=1)
        if (reached == least).all():
            return least
        least = reached


def _many(count):
    """Return as many pictures of noise, 16 x 16, half of them on the way from one to the next, and shuffled ids."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (count // 2, 16, 16))
    ends = random.integers(0, count // 10, (2, count - count // 2))
    shares = random.choice([0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9], (ends.shape[1], 1, 1))
    between = (1 - shares) * noise[ends[0]] + shares * noise[ends[1]]
    return np.concatenate([noise, between]).astype(np.uint8)[random.permutation(count)], random.permutation(count) + 7


def test_groups_of_three_thousand_pictures_of_one_person_are_those_of_a_plain_chain():
    images, sample_ids = _many(3000)
    found = fingerprints.groups(images, sample_ids, np.zeros(len(images)))
    expected = _by_a_plain_chain(images, sample_ids)
    assert found.tolist() == expected.tolist()
    sizes = np.unique(found, return_counts=True)[1]
    assert (sizes == 1).sum() > 1000 and (sizes > 2).sum() > 10


@pytest.mark.parametrize("block", [1, 7, 100, 299, 300, 301])
def test_they_do_not_depend_on_how_many_are_compared_at_a_time(monkeypatch, block):
    images, sample_ids = _many(300)
    monkeypatch.setattr(fingerprints, "_BLOCK", block)
    found = fingerprints.groups(images, sample_ids, np.zeros(len(images)))
    assert found.tolist() == _by_a_plain_chain(images, sample_ids).tolist()


@pytest.mark.parametrize("alike", [False, True])
def test_no_array_of_all_pictures_against_all_is_held(monkeypatch, alike):
    """Also where all of them are near each other."""
    monkeypatch.setattr(fingerprints, "_BLOCK", 50)
    images, sample_ids = _many(3000)
    if alike:
        images = np.repeat(images[:1], len(images), axis=0)
    tracemalloc.start()
    try:
        found = fingerprints.groups(images, sample_ids, np.zeros(len(images)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(images) ** 2 * 8 and (len(set(found.tolist())) == 1) == alike


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
