"""How often a target names its own people right."""

import numpy as np
import pytest

from obverse import answers, hits

LABELS = np.repeat(np.arange(10), 5)
NONE = answers.NO_CLASS


def counted(told: np.ndarray, classes: int = 10) -> hits.Hits | None:
    return hits.count(told, LABELS, classes, 500, 1)


def test_right_are_those_whose_class_is_told_of_those_of_which_one_is():
    told = np.where(LABELS < 4, LABELS, 0)
    found = counted(np.where(LABELS == 9, NONE, told))
    assert (found.right, found.pictures, found.untold, found.share) == (20, 45, 5, 20 / 45)
    assert found.low < found.share < found.high and found.chance == 0.1 and not found.guessed


@pytest.mark.parametrize(
    ("told", "guessed"),
    [
        pytest.param((LABELS + 1) % 10, True, id="each the next"),
        pytest.param(0 * LABELS, True, id="always the same"),
        pytest.param(np.random.default_rng(1).integers(0, 10, 50), True, id="at random"),
        pytest.param(np.where(np.arange(50) % 5 < 2, LABELS, 0), False, id="two of five of everybody"),
        pytest.param(LABELS, False, id="all"),
    ],
)
def test_a_target_guesses_whose_interval_reaches_chance(told: np.ndarray, guessed: bool):
    assert counted(told).guessed == guessed


def test_chance_is_that_of_all_its_classes_whether_there_are_pictures_of_them_or_not():
    assert counted(LABELS, 100).chance == 0.01


def test_where_no_class_is_told_nothing_is_counted():
    assert counted(np.full(50, NONE)) is None


def test_the_same_answers_give_the_same_interval():
    told = np.where(LABELS < 4, LABELS, 0)
    assert counted(told) == counted(told)


def test_it_is_said_in_words():
    found = hits.Hits(right=1200, pictures=1300, untold=0, low=0.9, high=0.95, chance=0.1)
    assert hits.described(found) == "names 1,200 of 1,300 of these pictures right (92.3%)"
