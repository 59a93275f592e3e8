"""What a policy gives away: how much nearer an attack comes with it than with nothing, and whom it lets be named."""

import pandas as pd

from obverse import policies, summaries

MEASURES = ("error_removed", "named")  # 0 for both is what can be had without asking
LEAKS, UNDECIDED, AT_FLOOR = "leaks", "undecided", "at the floor"
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


def state(leak: dict[str, float]) -> str:
    """Return what a leak shows: `LEAKS`, an interval lies above 0; `AT_FLOOR`, it cannot be told from asking nothing.

    `UNDECIDED` where pictures come out farther off than with no scores at all: the attack failed, since showing the
    mean image would have done better, and what another would find is not known.
    """
    if any(leak[f"{name}_low"] > 0 for name in MEASURES):
        return LEAKS
    return UNDECIDED if leak["error_removed_high"] < 0 else AT_FLOOR


def states(leaks: dict[str, dict[str, float]]) -> dict[str, str]:
    """Return the `state` of each policy, or the worst of those that can be made of it.

    Who is given more can throw some away: a policy protects no better than the weakest that it contains.
    """
    return {
        name: min((state(leak) for other, leak in leaks.items() if policies.contains(name, other)), key=_WORST.index)
        for name in leaks
    }


def most_permissive(found: dict[str, str]) -> str | None:
    """Return the first policy, of `states` with the most permissive first, that stays at the floor; None if none."""
    return next((name for name, one in found.items() if one == AT_FLOOR), None)
