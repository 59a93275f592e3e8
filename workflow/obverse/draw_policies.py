"""Draw how near attacks come to what a target's owner could release of each prediction vector."""

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from obverse import cli, files, policies, style, summaries
from obverse.splits import HELD_OUT, MEMBER, SPLITS

NOTHING = "nothing"  # the view of a floor
_LINE = 0.42  # inches a view
_LEGEND = (
    "Mean squared error a pixel, 95 % intervals over identities. Filled: members. Open: held-out.\n"
    "At the right: of how many held-out pictures the evaluation classifier names the person.\n"
    "Who is given more can throw some away: a policy protects no better than the weakest that it contains."
)


def draw_policies(
    *,
    title: str,
    scores: list[Path],
    methods: list[str],
    views: list[str],
    resamples: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and its numbers.

    ``scores``, ``methods`` and ``views`` are parallel: what made the images, and from which view; ``nothing`` is a
    floor's. Files that are alike in both come from different training seeds, over which images are averaged.
    """
    rows = []
    for method, view in dict.fromkeys(zip(methods, views, strict=True)):
        paths = [path for path, *of in zip(scores, methods, views, strict=True) if of == [method, view]]
        measured = summaries.read(paths)
        for split in SPLITS:
            said = {"view": view, "method": method, "split": split}
            rows.append(said | summaries.describe(measured[measured["split"] == split], resamples, seed))
    drawn = pd.DataFrame(rows)
    files.write_bytes(table, drawn.to_csv(index=False, float_format="%.6g").encode())
    style.save(_draw(drawn, title, origin), picture)


def _draw(rows: pd.DataFrame, title: str, origin: str) -> style.Figure:
    attacks, floors = rows[rows["view"] != NOTHING], rows[rows["view"] == NOTHING]
    views, methods = list(attacks["view"].unique()), list(attacks["method"].unique())
    drawn = style.figure(8.6, 1.6 + _LINE * len(views))
    axes = drawn.add_subplot()
    for place, view in enumerate(views):
        own = attacks[attacks["view"] == view].set_index(["method", "split"])
        for number, method in enumerate(methods):
            shift = 0.6 * ((number + 0.5) / len(methods) - 0.5)
            _draw_method(axes, place + shift, own.loc[method], style.COLOURS[method])
    for method, line in floors[floors["split"] == HELD_OUT].groupby("method", sort=False):
        axes.axvline(line["mse"].item(), color=style.COLOURS[method], linewidth=1, label=style.LABELS[method])
    for method in methods:
        axes.plot([], [], "o", color=style.COLOURS[method], label=style.LABELS[method])
    axes.set_yticks(range(len(views)), [policies.described(view) for view in views])
    axes.set_ylim(len(views) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(_LEGEND, fontsize=7)
    axes.set_title(title, fontsize=9, loc="left")
    drawn.legend(fontsize=7, frameon=False, loc="outside upper right", ncols=2)
    style.note(drawn, origin)
    return drawn


def _draw_method(axes: Axes, place: float, line: pd.DataFrame, colour: str) -> None:
    """Draw what one method makes of one view; ``line`` has a row for each split."""
    for split, shift in ((MEMBER, -0.06), (HELD_OUT, 0.06)):
        style.dot(axes, place + shift, line.loc[split], colour, is_open=split == HELD_OUT)
    named = f"{line.loc[HELD_OUT]['evaluation1']:.0%}"
    axes.text(1.01, place, named, transform=axes.get_yaxis_transform(), color=colour, fontsize=7, va="center")


if __name__ == "__main__":
    cli.run(draw_policies)
