"""What a policy gives away: how much nearer an attack comes with it than with nothing, and whom it lets be named."""

from dataclasses import dataclass

import pandas as pd

from obverse import policies, summaries

MEASURES = ("error_removed", "named")  # 0 for both is what can be had without asking
LEAKS, UNDECIDED, AT_FLOOR = "leaks", "undecided", "at the floor"
FEW = 6  # people; of fewer an interval of 95 % misses too often (docs/decisions.md)
_WORST = (LEAKS, UNDECIDED, AT_FLOOR)


def measure(rows: pd.DataFrame, floor: pd.DataFrame, resamples: int, seed: int) -> dict[str, float]:
    """Return what an attack gains over ``floor``, which asks nothing; both are as `summaries.read` returns them.

    ``error_removed``: the share of the floor's mean squared error that is gone, at most 1, below 0 where the attack is
    farther off. ``named``: the share of pictures whose person the evaluation classifier ranks first, less that share of
    the floor's. Each with its 95 % interval, people being drawn for attack and floor at once, as ``…_low``, ``…_high``.
    """
    beside = floor.set_index("sample_id")
    own = rows["sample_id"]
    gained = rows.assign(
        error_removed=(own.map(beside["mse"]) - rows["mse"]) / beside["mse"].mean(),
        named=rows["evaluation1"].astype(float) - own.map(beside["evaluation1"]).astype(float),
    )
    found: dict[str, float] = {}
    for name in MEASURES:
        estimated = summaries.estimate(gained, name, resamples, seed)
        estimated.pop(f"{name}_sd_seeds")
        found |= estimated
    return found


@dataclass(frozen=True)
class Bar:
    """What it takes to say that nothing shows.

    Of how many ``people`` there are victims, how large a leak must be out of the question (``tolerance``, a share),
    and whether the judge of names knows the people: ``judged``.
    """

    people: int
    tolerance: float
    judged: bool


def state(leak: dict[str, float], bar: Bar) -> str:
    """Return what a leak shows: `LEAKS`, an interval lies above 0; `AT_FLOOR`, neither does, nor ends above tolerance.

    `UNDECIDED` otherwise: of so few people no interval can be trusted; or it is so wide that a leak may hide in it; or
    pictures come out farther off than with no scores at all, and then the attack failed, since showing the mean image
    would have done better. Where the judge of names knows nobody, that it names nobody counts for nothing.
    """
    if bar.people < FEW:
        return UNDECIDED
    if any(leak[f"{name}_low"] > 0 for name in MEASURES):
        return LEAKS
    counted = MEASURES if bar.judged else MEASURES[:1]
    small = all(leak[f"{name}_high"] <= bar.tolerance for name in counted)
    return AT_FLOOR if small and leak["error_removed_high"] >= 0 else UNDECIDED


def states(leaks: dict[str, dict[str, float]], bar: Bar) -> dict[str, str]:
    """Return the `state` of each policy, or the worst of those that can be made of it.

    Who is given more can throw some away: a policy protects no better than the weakest that it contains.
    """
    return {
        name: min(
            (state(leak, bar) for other, leak in leaks.items() if policies.contains(name, other)), key=_WORST.index
        )
        for name in leaks
    }


def most_permissive(found: dict[str, str]) -> list[str]:
    """Return the policies, of `states`, that stay at the floor and can be made of no other that does."""
    quiet = [name for name, one in found.items() if one == AT_FLOOR]
    return [name for name in quiet if not any(policies.contains(other, name) for other in quiet if other != name)]
