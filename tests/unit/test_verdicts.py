"""Each verdict follows from numbers by its rule, and no number gives another one."""

import inspect
from math import nan

import pytest

from obverse.ledger import verdicts
from obverse.ledger.verdicts import NOT_REPRODUCED, PENDING, REPRODUCED, UNDECIDED, Estimate


def interval(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("low", "high", "above", "not_below"),
    [
        (0.1, 0.2, REPRODUCED, REPRODUCED),
        (-0.1, 0.2, NOT_REPRODUCED, REPRODUCED),  # it cannot be told: not more, but not less either
        (-0.2, -0.1, NOT_REPRODUCED, NOT_REPRODUCED),
    ],
)
def test_an_ordering_is_decided_by_the_interval_of_the_difference(low, high, above, not_below):
    assert verdicts.above(interval(low, high)).verdict == above
    assert verdicts.not_below(interval(low, high)).verdict == not_below


def test_alike_is_within_a_quarter():
    assert verdicts.alike(interval(-0.2, 0.2), 1.0).verdict == REPRODUCED
    assert verdicts.alike(interval(-0.2, 0.3), 1.0).verdict == NOT_REPRODUCED
    assert verdicts.alike(interval(-0.3, 0.2), 1.0).verdict == NOT_REPRODUCED


@pytest.mark.parametrize(
    ("means", "low", "verdict"),
    [
        ([3, 2, 2, 1], 1, REPRODUCED),
        ([3, 2, 2.1, 1], 1, NOT_REPRODUCED),  # one step up
        ([3, 2, 2, 1], -0.1, NOT_REPRODUCED),  # the whole fall may be chance
    ],
)
def test_a_fall_needs_every_step_and_the_whole(means, low, verdict):
    assert verdicts.falls(means, interval(low, 3)).verdict == verdict


def test_an_absolute_number_is_left_open_on_stand_ins_and_decided_on_the_papers_data():
    assert verdicts.cell(0.0107, 0.0107, stand_ins={"celeba"}).verdict == UNDECIDED
    assert verdicts.cell(0.0120, 0.0107, stand_ins=()).verdict == REPRODUCED
    assert verdicts.cell(0.0140, 0.0107, stand_ins=()).verdict == NOT_REPRODUCED
    assert verdicts.cell(0.0107, nan, stand_ins=()).verdict == UNDECIDED


@pytest.mark.parametrize(
    ("ours", "paper", "verdict"),
    [
        (0.83, 0.857, REPRODUCED),
        (0.80, 0.857, NOT_REPRODUCED),  # seven in eight of the paper's, but four in ten more errors
        (0.992, 0.996, REPRODUCED),
        (0.98, 0.996, NOT_REPRODUCED),
    ],
)
def test_an_accuracy_is_compared_by_its_errors(ours, paper, verdict):
    assert verdicts.accuracy(ours, paper, ()).verdict == verdict
    assert verdicts.accuracy(ours, paper, {"mnist"}).verdict == UNDECIDED
    assert verdicts.accuracy(ours, nan, ()).verdict == UNDECIDED


def test_counts_limits_and_ranges():
    assert verdicts.equal(53, 53).verdict == REPRODUCED and verdicts.equal(52, 53).verdict == NOT_REPRODUCED
    assert verdicts.at_most(10, 10, "ms").verdict == REPRODUCED
    assert verdicts.at_most(100, 10, "ms").verdict == NOT_REPRODUCED
    assert verdicts.at_least(0.9, 0.9, "").verdict == REPRODUCED
    assert verdicts.at_least(0.89, 0.9, "").verdict == NOT_REPRODUCED
    assert verdicts.below(interval(-0.01, 0.003), 0.015, "points").verdict == REPRODUCED
    assert verdicts.below(interval(-0.01, 0.02), 0.015, "points").verdict == NOT_REPRODUCED


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([REPRODUCED, REPRODUCED, UNDECIDED], REPRODUCED),
        ([REPRODUCED, NOT_REPRODUCED], NOT_REPRODUCED),
        ([REPRODUCED, PENDING], PENDING),
        ([UNDECIDED], UNDECIDED),
        ([], UNDECIDED),
    ],
)
def test_a_summary_is_as_good_as_its_worst_part(parts, verdict):
    assert verdicts.both(parts).verdict == verdict


def test_every_rule_says_itself():
    one = interval(0, 1)
    said = {
        "above": verdicts.above(one),
        "not_below": verdicts.not_below(one),
        "alike": verdicts.alike(one, 1),
        "shrinks": verdicts.shrinks([one]),
        "falls": verdicts.falls([1, 0], one),
        "cell": verdicts.cell(1, 1, {"celeba"}),
        "accuracy": verdicts.accuracy(1, 1, ()),
        "equal": verdicts.equal(1, 1),
        "at_most": verdicts.at_most(1, 1, "s"),
        "at_least": verdicts.at_least(1, 1, "s"),
        "below": verdicts.below(one, 1, "points"),
        "both": verdicts.both([]),
    }
    judges = {name for name, _ in inspect.getmembers(verdicts, inspect.isfunction) if not name.startswith("_")}
    assert judges - {"dataclass", "isnan"} == said.keys()
    rules = [verdict.rule for verdict in said.values()]
    assert all(len(rule) > 4 for rule in rules) and len(set(rules)) == len(rules)


@pytest.mark.parametrize(
    ("gaps", "verdict"),
    [([0.3, 0.2, 0.0], REPRODUCED), ([0.2, 0.3, 0.0], NOT_REPRODUCED), ([0.05, 0.0, -0.2], NOT_REPRODUCED)],
)
def test_a_gap_shrinks_when_each_is_at_most_the_one_before_and_the_first_is_clear(gaps, verdict):
    found = verdicts.shrinks([interval(gap - 0.1, gap + 0.1) for gap in gaps])
    assert found.verdict == verdict
