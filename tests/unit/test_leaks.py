"""How much nearer an attack comes than one that asks nothing, and what of that can be published."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

from obverse import leaks, seeds
from obverse.statistics import difference_over_identities

PERSON = np.array([0, 0, 1, 1, 1, 2])
FLOOR_MSE = np.array([0.02, 0.04, 0.06, 0.08, 0.02, 0.02])  # mean 0.04
RESAMPLES = 400
BAR = leaks.Bar(people=53, tolerance=0.1, judged=True)


def rows(mse: np.ndarray, named: np.ndarray, person: np.ndarray, training: int = 0) -> pd.DataFrame:
    """Return scores as `summaries.read` does, as far as leaks are concerned."""
    columns = {"sample_id": np.arange(len(mse)) + 7, "identity": person, "mse": mse, "evaluation1": named > 0}
    return pd.DataFrame(columns).assign(draw=0, training=training)


def few(mse: list[float], named: list[int], training: int = 0) -> pd.DataFrame:
    return rows(np.array(mse), np.array(named), PERSON, training)


FLOOR = few(FLOOR_MSE.tolist(), [1, 0, 0, 0, 0, 0])


def many(seed: int, people: int, pictures: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return an attack and the floor on as many pictures of each person; some people are harder for both."""
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), pictures)
    ease = random.gamma(4, 0.01, people)[person]
    attacked = rows(ease * (0.7 + 0.1 * random.random(len(person))), random.random(len(person)) < 0.5, person)
    return attacked, rows(ease, random.random(len(person)) < 0.1, person)


def test_error_removed_is_the_share_of_the_floors_error_that_is_gone():
    """The errors halve but for the last, which doubles: 0.24 of all becomes 0.15, and 0.09 / 0.24 is gone."""
    found = leaks.measure(few([0.01, 0.02, 0.03, 0.04, 0.01, 0.04], [0] * 6), FLOOR, RESAMPLES, 1)
    assert found["error_removed"] == pytest.approx(0.09 / 0.24)


def test_named_is_how_many_more_are_named_than_at_the_floor():
    """Four of six less one of six."""
    assert leaks.measure(few([0.0] * 6, [0, 1, 1, 1, 0, 1]), FLOOR, RESAMPLES, 1)["named"] == pytest.approx(3 / 6)


def test_pictures_are_paired_by_sample_id_whatever_their_order():
    attacked, floor = many(3, 10, 4)
    turned = attacked.sample(frac=1, random_state=1), floor.sample(frac=1, random_state=2)
    assert leaks.measure(*turned, RESAMPLES, 1) == pytest.approx(leaks.measure(attacked, floor, RESAMPLES, 1))


def test_several_trainings_are_averaged_for_each_picture_before_people_are_drawn():
    """Two trainings whose mean is a third: the same leak, interval and all, as the third alone."""
    one, two = few([0.01, 0.02, 0.03, 0.04, 0.01, 0.04], [1] * 6), few([0.03, 0.02, 0.05, 0.0, 0.01, 0.02], [1] * 6, 1)
    between = few(((one["mse"] + two["mse"]) / 2).tolist(), [1] * 6)
    both = leaks.measure(pd.concat([one, two], ignore_index=True), FLOOR, RESAMPLES, 1)
    assert both == pytest.approx(leaks.measure(between, FLOOR, RESAMPLES, 1))


def test_the_interval_is_that_of_the_paired_difference_of_the_same_draws_of_people():
    """In units of the floor's mean error, which is held: it says what the error is measured in."""
    attacked, floor = many(4, 30, 5)
    found = leaks.measure(attacked, floor, RESAMPLES, 9)
    unit = floor["mse"].mean()
    for name, more, less in (
        ("error_removed", floor["mse"] / unit, attacked["mse"] / unit),
        ("named", attacked["evaluation1"].astype(float), floor["evaluation1"].astype(float)),
    ):
        person, random = attacked["identity"].to_numpy(), seeds.generator(9, "bootstrap")
        expected = difference_over_identities((more, person), (less, person), RESAMPLES, random)
        assert [found[name], found[f"{name}_low"], found[f"{name}_high"]] == pytest.approx(expected)


def test_with_one_picture_a_person_it_is_scipys_interval():
    """Of the same differences, up to what 10,000 resamples leave to chance."""
    attacked, floor = many(5, 400, 1)
    found = leaks.measure(attacked, floor, 10_000, 2)
    gained = ((floor["mse"] - attacked["mse"]) / floor["mse"].mean()).to_numpy()
    scipys = bootstrap((gained,), np.mean, n_resamples=10_000, method="percentile", rng=3).confidence_interval
    width = scipys.high - scipys.low
    interval = found["error_removed_low"], found["error_removed_high"]
    assert interval == pytest.approx((scipys.low, scipys.high), abs=0.04 * width)


def test_the_floor_leaks_nothing_against_itself():
    _, floor = many(6, 10, 4)
    found = leaks.measure(floor, floor, RESAMPLES, 1)
    assert set(found.values()) == {0.0} and leaks.state(found, BAR) == leaks.AT_FLOOR


def leak(error: tuple[float, float], named: tuple[float, float] = (-0.1, 0.1)) -> dict[str, float]:
    """Return a leak with these intervals."""
    ends = {"error_removed_low": error[0], "error_removed_high": error[1]}
    return ends | {"named_low": named[0], "named_high": named[1]}


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (leak((0.001, 0.2)), leaks.LEAKS),
        (leak((0.0, 0.1)), leaks.AT_FLOOR),  # an interval that only touches 0 is not above it
        (leak((-0.1, 0.1), (0.001, 0.2)), leaks.LEAKS),
        (leak((-0.1, 0.1), (-0.2, -0.1)), leaks.AT_FLOOR),  # whom a failed attack does not name says nothing
        (leak((-0.2, 0.0)), leaks.AT_FLOOR),
        (leak((-0.2, -0.001)), leaks.UNDECIDED),
        (leak((-0.2, -0.1), (0.001, 0.2)), leaks.LEAKS),  # far off, and yet someone is known
    ],
)
def test_a_leak_is_one_that_lies_above_nothing_and_worse_than_nothing_is_no_proof(found: dict, state: str):
    assert leaks.state(found, BAR) == state


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (leak((-0.1, 0.1), (-0.1, 0.1)), leaks.AT_FLOOR),
        (leak((-0.1, 0.101)), leaks.UNDECIDED),
        (leak((-0.1, 0.1), (-0.1, 0.101)), leaks.UNDECIDED),
        (leak((-0.3, 0.3), (-0.3, 0.3)), leaks.UNDECIDED),
        (leak((0.001, 0.101)), leaks.LEAKS),  # what is seen needs no bound
    ],
)
def test_an_interval_that_ends_above_the_tolerance_decides_nothing_and_at_it_is_at_the_floor(found: dict, state: str):
    assert leaks.state(found, BAR) == state


@pytest.mark.parametrize("tolerance", [0.05, 0.2])
def test_the_tolerance_is_what_the_bar_says(tolerance: float):
    bar = replace(BAR, tolerance=tolerance)
    assert leaks.state(leak((-0.1, tolerance), (-0.1, 0.0)), bar) == leaks.AT_FLOOR
    assert leaks.state(leak((-0.1, tolerance + 0.001), (-0.1, 0.0)), bar) == leaks.UNDECIDED


@pytest.mark.parametrize("found", [leak((0.5, 0.6), (0.5, 0.6)), leak((-0.1, 0.1)), leak((-0.2, -0.1))])
def test_of_few_people_nothing_is_decided_whatever_the_numbers(found: dict):
    """Of five; six are enough to say what more would."""
    assert leaks.state(found, replace(BAR, people=5)) == leaks.UNDECIDED
    assert leaks.state(found, replace(BAR, people=6)) == leaks.state(found, BAR)


@pytest.mark.parametrize(
    ("named", "judged", "state"),
    [
        ((-0.3, 0.3), False, leaks.AT_FLOOR),
        ((-0.3, 0.3), True, leaks.UNDECIDED),
        ((0.001, 0.3), False, leaks.LEAKS),
        ((0.001, 0.3), True, leaks.LEAKS),
    ],
)
def test_a_judge_who_knows_nobody_counts_for_nothing_but_for_a_leak_that_he_sees(
    named: tuple[float, float], judged: bool, state: str
):
    assert leaks.state(leak((-0.1, 0.1), named), replace(BAR, judged=judged)) == state


def test_that_a_judge_knows_nobody_excuses_no_error_that_may_be_removed():
    unjudged = replace(BAR, judged=False)
    assert leaks.state(leak((-0.1, 0.101)), unjudged) == leaks.state(leak((-0.2, -0.1)), unjudged) == leaks.UNDECIDED


LEAKING, QUIET, FAILED = leak((0.1, 0.2)), leak((-0.1, 0.1)), leak((-0.2, -0.1))


def test_a_policy_protects_no_better_than_the_weakest_that_can_be_made_of_it():
    """Ten scores to one decimal do not hold five unrounded ones, nor does m5 all scores to one decimal."""
    found = leaks.states({"full": QUIET, "m10": QUIET, "round1": QUIET, "m5": LEAKING, "label": QUIET}, BAR)
    through = {"full": leaks.LEAKS, "m10": leaks.LEAKS, "m5": leaks.LEAKS}
    assert found == through | {"round1": leaks.AT_FLOOR, "label": leaks.AT_FLOOR}
    assert list(found) == ["full", "m10", "round1", "m5", "label"]


def test_what_the_label_leaks_every_policy_leaks():
    views = ["full", "round1", "m10", "m1_round1", "label"]
    found = leaks.states({name: LEAKING if name == "label" else QUIET for name in views}, BAR)
    assert set(found.values()) == {leaks.LEAKS}


def test_a_leak_is_worse_than_an_attack_that_failed_and_that_than_the_floor():
    leaked = {"full": QUIET, "m5": LEAKING, "round1": QUIET, "m1_round1": FAILED, "label": QUIET}
    found = leaks.states(leaked, BAR)
    assert found["full"] == found["m5"] == leaks.LEAKS
    assert found["round1"] == found["m1_round1"] == leaks.UNDECIDED and found["label"] == leaks.AT_FLOOR


def test_few_people_leave_every_policy_undecided():
    found = leaks.states({"full": LEAKING, "m5": QUIET, "label": FAILED}, replace(BAR, people=5))
    assert set(found.values()) == {leaks.UNDECIDED}


def test_the_most_permissive_at_the_floor_is_the_one_that_holds_the_others():
    found = {"full": leaks.LEAKS, "round1": leaks.UNDECIDED, "m1": leaks.AT_FLOOR, "label": leaks.AT_FLOOR}
    assert leaks.most_permissive(found) == ["m1"]


def test_of_two_at_the_floor_of_which_neither_holds_the_other_both_are_the_most_permissive():
    """And what can be made of either is not."""
    quiet = ["round1", "m5", "m5_round1", "m1", "label"]
    found = {"full": leaks.LEAKS} | dict.fromkeys(quiet, leaks.AT_FLOOR)
    assert leaks.most_permissive(found) == ["round1", "m5"]


@pytest.mark.parametrize("state", [leaks.LEAKS, leaks.UNDECIDED])
def test_where_none_stays_at_the_floor_none_is_named(state: str):
    assert leaks.most_permissive({"full": leaks.LEAKS, "label": state}) == []
