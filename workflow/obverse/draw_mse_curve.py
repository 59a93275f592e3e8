"""Draw mean squared error against a number: figure 8, scores kept, and figure 13, classes the target knows."""

from pathlib import Path

import pandas as pd

from obverse import cli, files, style, summaries
from obverse.attacks import FLOORS
from obverse.splits import HELD_OUT, SPLITS


def draw_mse_curve(
    *,
    title: str,
    number: str,
    meaning: str,
    scores: list[Path],
    methods: list[str],
    at: list[int],
    draws: list[int],
    resamples: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and its numbers.

    ``scores``, ``methods``, ``at`` and ``draws`` are parallel: what made the images, the ``number`` (m, k) at which,
    and against which draw of the target's classes. Files that are alike in all three come from different training
    seeds, over which images are averaged; then all images of all draws are (`summaries.pool`). ``meaning`` of the
    number stands at its axis.
    """
    rows = []
    for method, place in dict.fromkeys(zip(methods, at, strict=True)):
        found = [
            (path, draw) for path, draw, *of in zip(scores, draws, methods, at, strict=True) if of == [method, place]
        ]
        measured = summaries.pool(*zip(*found, strict=True))
        for split in SPLITS:
            own = measured[measured["split"] == split]
            said = {number: place, "method": method, "split": split}
            rows.append(said | summaries.describe(own, resamples, seed) | _by_draw(own))
    drawn = pd.DataFrame(rows)
    if (drawn["draws"] == 1).all():  # nobody drew classes
        drawn = drawn.drop(columns="draws")
    files.write_bytes(table, drawn.to_csv(index=False, float_format="%.6g").encode())
    style.save(_draw(drawn, number, f"{meaning}, {number}", title, origin), picture)


def _by_draw(rows: pd.DataFrame) -> dict[str, float]:
    """Return how many draws of classes there are, and the mean of each where there are several."""
    means = rows.groupby("draw")["mse"].mean()
    each = {f"mse_draw{draw}": float(mean) for draw, mean in means.items()} if len(means) > 1 else {}
    return {"draws": len(means)} | each


def _draw(rows: pd.DataFrame, number: str, label: str, title: str, origin: str) -> style.Figure:
    drawn = style.figure(8.6, 4.2)
    axes = drawn.add_subplot()
    # Black may lie far above all that tells methods apart: then it stands in the table and the title.
    top = rows.loc[rows["method"] != "black", "mse_high"].max() * 1.1
    black = rows.loc[rows["method"] == "black", "mse"]
    if len(black) and black.min() > top:
        rows, title = rows[rows["method"] != "black"], f"{title} (black, off the scale: {black.mean():.3f})"
    for (method, split), line in rows.groupby(["method", "split"], sort=False):
        colour, held_out = style.COLOURS[method], split == HELD_OUT
        axes.errorbar(
            line[number],
            line["mse"],
            yerr=[line["mse"] - line["mse_low"], line["mse_high"] - line["mse"]],
            color=colour,
            linestyle="--" if held_out else "-",
            marker="" if method in FLOORS else "o",
            markerfacecolor="white" if held_out else None,
            markersize=5,
            capsize=2,
            label=f"{style.LABELS[method]}, {style.LABELS[split]}",
        )
        if method not in FLOORS:
            beside = line[number] * (1.05 if held_out else 1 / 1.05)  # at their place the marks would be hidden
            for column in [name for name in rows if name.startswith("mse_draw")]:
                axes.plot(beside, line[column], ".", color=colour, markersize=4)
    places = sorted(rows[number].unique())
    axes.set(xscale="log", xlabel=label, ylabel="mean squared error per pixel")
    axes.set_xticks(places, [str(place) for place in places])
    axes.minorticks_off()
    axes.set_ylim(0, top)
    if any(name.startswith("mse_draw") for name in rows):
        axes.plot([], [], ".", color="black", markersize=4, label="one draw of the classes")
    drawn.legend(fontsize=7, frameon=False, loc="outside right upper")  # inside it would lie on the curves
    axes.set_title(title, fontsize=9, loc="left")
    style.note(drawn, origin)
    return drawn


if __name__ == "__main__":
    cli.run(draw_mse_curve)
