"""Which class a target's answers name."""

import numpy as np
import pytest

from obverse import predictions
from obverse.answers import NO_CLASS, named, told
from obverse.errors import UnusableInput


@pytest.fixture
def cache(tmp_path):
    shares = np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.4, 0.2, 0.4]], np.float32)
    predictions.write(tmp_path / "cache", np.array([30, 10, 20]), np.zeros(3, int), np.log(shares), {})
    return tmp_path / "cache"


def test_it_is_that_of_the_largest_score_in_the_order_asked_for_and_of_equal_ones_the_first(cache):
    assert named(cache, 3, np.array([10, 20, 30, 10])).tolist() == [0, 0, 1, 0]


def test_what_is_told_is_the_same_and_of_equal_scores_no_class(cache):
    assert told(cache, 3, np.array([10, 20, 30, 10])).tolist() == [0, NO_CLASS, 1, 0]


def test_scores_that_are_all_rounded_to_nothing_tell_no_class(tmp_path):
    withheld = np.array([[-np.inf] * 3, [-np.inf, -1.0, -np.inf]], np.float32)
    stamp = {"obverse": '{"releases": "m2_round1"}'}
    predictions.write(tmp_path / "cache", np.array([1, 2]), np.zeros(2, int), withheld, stamp)
    assert told(tmp_path / "cache", 3, np.array([1, 2])).tolist() == [NO_CLASS, 1]


def test_an_image_without_an_answer_is_named(cache):
    with pytest.raises(UnusableInput, match="expected sample_id 40, found no such row"):
        named(cache, 3, np.array([10, 40]))
