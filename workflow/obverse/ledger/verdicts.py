"""Verdicts on a claim, each computed by a rule that stands beside it."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
UNDECIDED = "cannot be decided"  # the rule beside it says why
PENDING = "pending"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, UNDECIDED, PENDING)

TOLERANCE = 0.25  # of the paper's number: other pictures were fetched, other people removed
_LEAST = 0.005  # of accuracies: what another training may change


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval over people, and its standard deviation over training seeds (NaN: one seed)."""

    value: float
    low: float
    high: float
    sd_seeds: float = float("nan")


@dataclass(frozen=True)
class Verdict:
    """What follows from a number, and the rule by which it does, in words."""

    verdict: str
    rule: str


def _verdict(holds: bool, rule: str) -> Verdict:
    return Verdict(REPRODUCED if holds else NOT_REPRODUCED, rule)


def above(difference: Estimate) -> Verdict:
    """Judge a claim that one thing exceeds another by what it exceeds it by."""
    return _verdict(difference.low > 0, "the interval of the difference lies above zero")


def not_below(difference: Estimate) -> Verdict:
    """Judge a claim that one thing is at least another."""
    return _verdict(difference.high >= 0, "the interval of the difference does not lie below zero")


def alike(difference: Estimate, reference: float, tolerance: float = TOLERANCE) -> Verdict:
    """Judge a claim that two things are comparable, by their difference and the size of one of them."""
    within = -tolerance * reference < difference.low and difference.high < tolerance * reference
    return _verdict(within, f"the interval of the difference lies within {tolerance:.0%} of the second number")


def shrinks(gaps: list[Estimate]) -> Verdict:
    """Judge a claim that a difference shrinks to nothing, or towards it."""
    steps = all(later.value <= earlier.value for earlier, later in itertools.pairwise(gaps))
    return _verdict(
        steps and gaps[0].low > 0, "no gap is above the one before, and the first one's interval above zero"
    )


def falls(means: list[float], whole: Estimate) -> Verdict:
    """Judge a claim that ``means`` fall, by them and by the first less the last."""
    steps = all(later <= earlier for earlier, later in itertools.pairwise(means))
    rule = "no mean is above the one before, and the interval of first less last lies above zero"
    return _verdict(steps and whole.low > 0, rule)


def cell(ours: float, paper: float, stand_ins: Iterable[str]) -> Verdict:
    """Judge an absolute number of the paper, which only the paper's data can decide: none of them a stand-in."""
    if played := sorted(stand_ins):
        return Verdict(UNDECIDED, f"an absolute number, and stand-ins play {', '.join(played)}")
    if isnan(paper):
        return Verdict(UNDECIDED, "the paper gives no number")
    return _verdict(abs(ours - paper) <= TOLERANCE * paper, f"within {TOLERANCE:.0%} of the paper's number")


def accuracy(ours: float, paper: float, stand_ins: Iterable[str]) -> Verdict:
    """Judge an accuracy, 0 to 1, as `cell` does an error: by what is wrong, since nearly all is right."""
    found = cell(1 - ours, 1 - paper, stand_ins)
    if found.verdict == UNDECIDED:
        return found
    limit = max(TOLERANCE * (1 - paper), _LEAST)
    rule = f"the share of errors within {TOLERANCE:.0%} of the paper's, or {100 * _LEAST:g} points"
    return _verdict(abs(ours - paper) <= limit, rule)


def equal(ours: float, expected: float) -> Verdict:
    """Judge a count that must come out exactly."""
    return _verdict(ours == expected, "equal")


def at_most(ours: float, limit: float, unit: str) -> Verdict:
    """Judge a claim that something is small, by a limit that stands in for the paper's words."""
    return _verdict(ours <= limit, f"at most {limit:g} {unit}")


def at_least(ours: float, limit: float, unit: str) -> Verdict:
    """Judge a claim that something is large, by a limit that stands in for the paper's words."""
    return _verdict(ours >= limit, f"at least {limit:g} {unit}")


def below(ours: Estimate, limit: float, unit: str) -> Verdict:
    """Judge a claim that something costs little, by the largest cost that the paper reports."""
    return _verdict(ours.high < limit, f"the interval lies below {limit:g} {unit}")


def both(parts: list[str]) -> Verdict:
    """Judge a summary by the verdicts of the claims it is made of: not reproduced where one is not."""
    rule = "reproduced where every claim it rests on is"
    decided = [part for part in parts if part != UNDECIDED]
    if PENDING in decided or not decided:
        return Verdict(PENDING if PENDING in decided else UNDECIDED, rule)
    return _verdict(all(part == REPRODUCED for part in decided), rule)
