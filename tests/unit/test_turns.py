import numpy as np
import pytest

from obverse.turns import MARGIN, turned, turns

FRONTAL = np.array([[1.0, -2.0]])


@pytest.mark.parametrize(
    ("wanted", "yaw", "pitch"), [("left", -9, -2), ("right", 11, -2), ("down", 1, -12), ("up", 1, 8)]
)
def test_a_picture_that_looks_ten_degrees_further_has_turned_and_its_reference_has_not(
    wanted: str, yaw: float, pitch: float
):
    angles = np.array([[yaw, pitch]], float)
    assert turns(angles, FRONTAL, wanted) == pytest.approx(10)
    assert turned(angles, FRONTAL, wanted).all() and not turned(FRONTAL, angles, wanted).any()


def test_turning_to_one_side_is_no_turning_to_another():
    angles = np.array([[-15.0, -2.0]])
    assert [wanted for wanted in ("left", "right", "down", "up") if turned(angles, FRONTAL, wanted)[0]] == ["left"]


def test_more_frontal_is_nearer_to_the_middle():
    aside, nearer = np.array([[0.0, 5.0], [-30.0, 40.0]]), np.array([[0.0, -5.0], [3.0, -4.0]])
    assert turns(nearer, aside, "frontal") == pytest.approx([0, 45])


def test_less_than_the_margin_is_no_turn():
    """Two inverters of one auxiliary set are some degrees apart on all their pictures."""
    random = np.random.default_rng(0)
    frontal = random.normal(0, 3, (200, 2))
    other = frontal + (MARGIN / 2, MARGIN / 2) + random.normal(0, 0.5, (200, 2))
    assert (turns(other, frontal, "up") > 0).mean() > 0.99 and turned(other, frontal, "up").mean() < 0.01


def test_a_picture_without_angles_has_not_turned():
    nowhere = np.full((1, 2), np.nan)
    for wanted in ("frontal", "left"):
        assert np.isnan(turns(nowhere, FRONTAL, wanted)).all() and not turned(nowhere, FRONTAL, wanted).any()


def test_other_directions_and_unequal_sets_are_refused():
    with pytest.raises(ValueError, match="expected one of frontal, left, right, down, up, found 'sideways'"):
        turns(FRONTAL, FRONTAL, "sideways")
    with pytest.raises(ValueError, match=r"expected two equal shapes \[N, 2\]"):
        turns(FRONTAL, np.zeros((2, 2)), "left")
