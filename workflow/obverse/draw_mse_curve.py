"""Draw figure 8: mean squared error against how many scores the victim's vector keeps."""

from pathlib import Path

import pandas as pd

from obverse import cli, files, seeds, style
from obverse.attacks import FLOORS
from obverse.scores import read as read_scores
from obverse.statistics import mean_over_identities


def draw_mse_curve(
    *,
    scores: list[Path],
    methods: list[str],
    m: list[int],
    floors: list[Path],
    floor_methods: list[str],
    resamples: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and its numbers.

    ``scores``, ``methods`` and ``m`` are parallel; files with the same method and m come from different training seeds
    and are averaged image by image. A floor asks nothing, so it is the same at every m.
    """
    measured = [
        (
            method,
            kept,
            _average([path for path, *which in zip(scores, methods, m, strict=True) if which == [method, kept]]),
        )
        for method, kept in dict.fromkeys(zip(methods, m, strict=True))
    ]
    for path, method in zip(floors, floor_methods, strict=True):
        measured += [(method, kept, _average([path])) for kept in sorted(set(m))]
    rows = pd.DataFrame([row for group in measured for row in _summarise(*group, resamples, seed)])
    files.write_bytes(table, rows.to_csv(index=False, float_format="%.6g").encode())
    style.save(_draw(rows, origin), picture)


def _average(paths: list[Path]) -> pd.DataFrame:
    """Return one row an image: its scores' means over training seeds, and how often its person ranked first."""
    tables = [read_scores(path).assign(rank1=lambda table: table["identity_rank"] == 1) for path in paths]
    together = pd.concat(tables).groupby(["sample_id", "label", "split"], as_index=False)
    return together[["mse", "ssim", "rank1"]].mean().assign(seeds=len(tables))


def _summarise(method: str, m: int, images: pd.DataFrame, resamples: int, seed: int) -> list[dict]:
    rows = []
    for split, group in images.groupby("split", sort=True):
        # One stream for all methods: intervals of two methods rest on the same draws of people.
        random = seeds.generator(seed, "bootstrap", m)
        mean, low, high = mean_over_identities(group["mse"].to_numpy(), group["label"].to_numpy(), resamples, random)
        rows.append(
            {"m": m, "method": method, "split": split, "mse": mean, "mse_low": low, "mse_high": high}
            | {"n": len(group), "identities": group["label"].nunique(), "seeds": int(group["seeds"].iloc[0])}
            | {"ssim": group["ssim"].mean(), "rank1": group["rank1"].mean()}
        )
    return rows


def _draw(rows: pd.DataFrame, origin: str) -> style.Figure:
    drawn = style.figure(6.4, 4.2)
    axes = drawn.add_subplot()
    for (method, split), line in rows.groupby(["method", "split"], sort=False):
        held_out = split == "held_out"
        axes.errorbar(
            line["m"],
            line["mse"],
            yerr=[line["mse"] - line["mse_low"], line["mse_high"] - line["mse"]],
            color=style.COLOURS[method],
            linestyle="--" if held_out else "-",
            marker="" if method in FLOORS else "o",
            markerfacecolor="white" if held_out else None,
            markersize=5,
            capsize=2,
            label=f"{style.LABELS[method]}, {style.LABELS[split]}",
        )
    kept = sorted(rows["m"].unique())
    axes.set(xscale="log", xlabel="scores kept, m", ylabel="mean squared error per pixel")
    axes.set_xticks(kept, [str(m) for m in kept])
    axes.minorticks_off()
    # Black may lie far above all that tells methods apart: then it stands in the table and the title.
    top = rows.loc[rows["method"] != "black", "mse_high"].max() * 1.1
    axes.set_ylim(0, top)
    axes.legend(fontsize=7, frameon=False, ncols=2)
    axes.set_title("Figure 8: error against scores kept" + _off_scale(rows, top), fontsize=9, loc="left")
    style.note(drawn, origin)
    return drawn


def _off_scale(rows: pd.DataFrame, top: float) -> str:
    black = rows.loc[rows["method"] == "black", "mse"]
    return f" (black, off the scale: {black.mean():.3f})" if len(black) and black.min() > top else ""


if __name__ == "__main__":
    cli.run(draw_mse_curve)
