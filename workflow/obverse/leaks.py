"""What a policy gives away: how much nearer an attack comes with it than with nothing, and whom it lets be named."""

from collections.abc import Sequence

import pandas as pd

from obverse import policies, summaries

MEASURES = ("error_removed", "named")  # 0 for both is what can be had without asking


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


def at_floor(leak: dict[str, float]) -> bool:
    """Return whether both intervals of a leak reach 0: it cannot be told from what takes no scores."""
    return all(leak[f"{name}_low"] <= 0 for name in MEASURES)


def tight(leaks: dict[str, dict[str, float]]) -> dict[str, bool]:
    """Return of each policy whether it stays at the floor, and so does every other that can be made of it.

    Who is given more can throw some away: a policy protects no better than the weakest that it contains.
    """
    return {
        name: all(at_floor(leak) for other, leak in leaks.items() if policies.contains(name, other)) for name in leaks
    }


def most_permissive(names: Sequence[str], leaks: dict[str, dict[str, float]]) -> str | None:
    """Return the first of ``names``, the most permissive first, that stays at the floor; None where none does."""
    held = tight(leaks)
    return next((name for name in names if held[name]), None)
