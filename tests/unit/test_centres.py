"""People as directions, and how alike is too alike."""

import numpy as np
import pytest

from obverse import centres
from obverse.errors import UnusableInput


def crowd(people, pictures, noise, seed=0):
    """Return embeddings [people * pictures, 16] around a direction of each person, and whose they are."""
    random = np.random.default_rng(seed)
    directions = centres.unit(random.normal(size=(people, 16)))
    shown = np.repeat(directions, pictures, axis=0) + noise * random.normal(size=(people * pictures, 16))
    return shown.astype(np.float32), np.repeat([f"p{number:03d}" for number in range(people)], pictures)


def test_a_centre_is_the_mean_direction_whatever_the_lengths_and_the_order():
    embeddings = np.array([[0, 3], [9, 0], [1, 1], [0, 1]], np.float32)
    people, found = centres.centres(embeddings, np.array(["b", "a", "a", "b"]))
    expected = np.array([1 + np.sqrt(0.5), np.sqrt(0.5)])
    assert people.tolist() == ["a", "b"]
    np.testing.assert_allclose(found, [expected / np.linalg.norm(expected), [0, 1]], atol=1e-6)


def test_halves_are_every_other_picture_of_who_has_two():
    embeddings = np.array([[1, 0], [5, 5], [0, 1], [1, 0], [0, 2], [2, 0]], np.float32)
    first, second = centres.halves(embeddings, np.array(["a", "alone", "a", "b", "a", "b"]))
    np.testing.assert_allclose(first, [centres.unit(np.array([[1, 1.0]]))[0], [1, 0]], atol=1e-6)
    np.testing.assert_allclose(second, [[0, 1], [1, 0]], atol=1e-6)


def test_every_pair_of_halves_of_different_people_is_counted_once_whatever_the_block(monkeypatch):
    shown, identities = crowd(30, 4, 0.2)
    whole = centres.likeness(shown, identities)
    monkeypatch.setattr(centres, "_BLOCK", 7)
    blocks = centres.likeness(shown, identities)
    first, second = centres.halves(shown, identities)
    cosines = first @ second.T
    np.testing.assert_allclose(whole.genuine, np.diag(cosines), atol=1e-6)
    assert whole.impostor.sum() == 30 * 29
    np.testing.assert_array_equal(blocks.impostor, whole.impostor)
    others = cosines[~np.eye(30, dtype=bool)]
    assert np.abs(np.cumsum(whole.impostor)[centres.BINS // 2 - 1] - (others < 0).sum()) <= 1


@pytest.mark.parametrize("rate", [0.3, 0.01, 0.0005])
def test_a_calibrated_threshold_is_the_lowest_that_no_more_than_the_rate_reach(rate):
    shown, identities = crowd(100, 4, 0.3)
    alike = centres.likeness(shown, identities)
    limit = alike.threshold(rate)
    first, second = centres.halves(shown, identities)
    others = (first @ second.T)[~np.eye(100, dtype=bool)]
    assert (others >= limit + 1e-6).mean() <= rate
    assert (others >= limit - 2 / centres.BINS - 1e-6).mean() > rate
    assert alike.matched(limit) <= rate


def test_a_rate_below_one_pair_lets_no_pair_reach():
    shown, identities = crowd(10, 4, 0.3)
    alike = centres.likeness(shown, identities)
    first, second = centres.halves(shown, identities)
    assert alike.threshold(1e-9) > (first @ second.T)[~np.eye(10, dtype=bool)].max() and alike.matched(0.9999) == 0


def test_missed_is_the_share_of_people_less_alike_to_themselves():
    alike = centres.Likeness(np.array([0.2, 0.5, 0.9, 0.95], np.float32), np.ones(centres.BINS, np.int64))
    assert alike.missed(0.6) == 0.5 and alike.missed(-1.0) == 0


def test_one_person_cannot_calibrate_and_the_error_says_what_to_do():
    alike = centres.likeness(*crowd(1, 4, 0.1))
    with pytest.raises(UnusableInput, match=r"expected two people(.|\n)*embedder\.threshold"):
        alike.threshold(1e-4)


def test_nearest_is_the_row_of_the_largest_cosine():
    people, known = np.array([[1.0, 0], [0, 1]]), np.array([[0, 1.0], [0.6, 0.8], [-1, 0]])
    rows, cosines = centres.nearest(people, known)
    assert rows.tolist() == [1, 0] and cosines.tolist() == [0.6, 1.0]
