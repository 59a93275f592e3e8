"""Draw who of CelebA is in FaceScrub too: how many were removed, beside the paper's, and the pairs to judge it by."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import cli, files, overlaps, style
from obverse.portraits import Portraits

_PAIRS = 10  # shown of each decision
_TILE, _ROW = 0.72, 2.0  # inches a picture, and a row of pairs
# The least alike of the removed and the most alike of the rest: where a mistake would be.
_SHOWN = {
    overlaps.REMOVED: "removed\n(the least alike)",
    overlaps.REVIEW: "to be looked at,\nnot removed",
    overlaps.KEPT: "kept\n(the most alike)",
}
_METHODS = {
    "names": "by name",
    "embeddings": "by face",
    "none": "not looked for: CelebA may hold FaceScrub's people",
}


def draw_overlap(
    *,
    pairs: Path,
    report: Path,
    images: Path,
    samples: Path,
    known_images: Path,
    known_samples: Path,
    shown: list[str],
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and, with the same name, the numbers removed beside the paper's.

    ``images`` and ``samples`` are CelebA's, ``known_…`` FaceScrub's; ``shown`` names the roles whose pictures may be in
    a report ("celeba", "facescrub").
    """
    compared, said = overlaps.read(pairs), overlaps.read_report(report)
    celeba = Portraits(images, samples, "celeba" in shown)
    known = Portraits(known_images, known_samples, "facescrub" in shown)
    numbers = _numbers(celeba.table, compared, said)
    files.write_bytes(table, numbers.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode())
    style.save(_draw(compared, said, numbers, celeba, known, origin), picture)


def _numbers(people: pd.DataFrame, compared: pd.DataFrame, said: dict[str, object]) -> pd.DataFrame:
    """Return one row a number: what it is of, ours and the paper's."""
    removed, review = (compared[compared["decision"] == chosen] for chosen in (overlaps.REMOVED, overlaps.REVIEW))
    ours = {
        "identities": people["identity"].nunique(),
        "identities_removed": len(removed),
        "images": len(people),
        "images_removed": removed["images"].sum(),
        "identities_to_review": len(review),
    }
    if "threshold" in said:
        ours |= {"threshold": said["threshold"], "comparisons": said["comparisons"]}
        # Rates within CelebA, on halves of a person's pictures: across the two data sets they may differ.
        ours |= {"share_missed": said.get("missed"), "false_match_rate": said.get("matched")}
    paper = pd.array([overlaps.PAPER.get(name) for name in ours], "Int64")
    return pd.DataFrame({"number": list(ours), "here": np.array(list(ours.values()), float), "paper": paper})


def _draw(
    compared: pd.DataFrame,
    said: dict[str, object],
    numbers: pd.DataFrame,
    celeba: Portraits,
    known: Portraits,
    origin: str,
) -> style.Figure:
    lines = {chosen: rows for chosen in _SHOWN if len(rows := _chosen(compared, chosen))}
    distributions = "impostor" in said
    height = 0.9 + _ROW * len(lines) + 2.2 * distributions
    drawn = style.figure(0.9 + _PAIRS * (_TILE + 0.12), height)
    ratios = [_ROW] * len(lines) + [2.2] * distributions
    panels = drawn.subplots(len(ratios), 1, squeeze=False, height_ratios=ratios)[:, 0] if ratios else []
    for panel, (chosen, rows) in zip(panels, lines.items(), strict=False):
        _pairs(panel, rows, _SHOWN[chosen], celeba, known)
    if distributions:
        _distributions(panels[-1], compared, said)
    drawn.suptitle(_title(numbers.set_index("number")["here"], said), fontsize=9, x=0.01, ha="left")
    hidden = (
        ""
        if (celeba.shown and known.shown) or not lines
        else "Grey: real people's pictures, shown only if show_faces is set."
    )
    style.note(drawn, " — ".join(filter(None, [origin, hidden])))
    return drawn


def _chosen(compared: pd.DataFrame, decision: str) -> pd.DataFrame:
    rows = compared[compared["decision"] == decision]
    return rows.tail(_PAIRS) if decision == overlaps.REMOVED else rows.head(_PAIRS)


def _title(here: pd.Series, said: dict[str, object]) -> str:
    paper = overlaps.PAPER
    return (
        f"People of CelebA who are in FaceScrub too, {_METHODS[said['method']]}\n"
        f"removed: {here['identities_removed']:,.0f} of {here['identities']:,.0f} people, "
        f"{here['images_removed']:,.0f} of {here['images']:,.0f} pictures "
        f"(paper: {paper['identities_removed']:,} of {paper['identities']:,}, "
        f"{paper['images_removed']:,} of {paper['images']:,})"
    )


def _pairs(panel: object, rows: pd.DataFrame, label: str, celeba: Portraits, known: Portraits) -> None:
    for place, pair in enumerate(rows.itertuples()):
        for line, portrait in enumerate((celeba.of(pair.identity), known.of(pair.matched_name))):
            shown = np.full((1, 1), 160, np.uint8) if portrait is None else portrait
            extent = (place + 0.05, place + 0.95, line + 0.99, line + 0.01)
            panel.imshow(shown, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest")
        panel.text(place + 0.5, -0.06, f"{pair.similarity:.3f}", ha="center", va="bottom", fontsize=7)
        words = f"{pair.name or pair.identity}\n{pair.matched_name}".replace("_", " ")
        panel.text(place + 0.5, 2.06, words, ha="center", va="top", fontsize=4.5)
    panel.set(xlim=(0, _PAIRS), ylim=(2.5, -0.35), xticks=[], aspect="equal")
    panel.set_yticks([0.5, 1.5], ["CelebA", "FaceScrub"], fontsize=7)
    panel.set_title(label.replace("\n", " "), fontsize=8, loc="left", pad=2)
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)


def _distributions(panel: object, compared: pd.DataFrame, said: dict[str, object]) -> None:
    """Draw densities, since pairs of different people are many times as many as people."""
    edges = np.linspace(-1, 1, overlaps.BINS + 1)
    found = np.histogram(compared["similarity"], edges)[0]
    lines = {
        "different people of CelebA": (said["impostor"], "#7f7f7f"),
        "two halves of one person's pictures, CelebA": (said["genuine"], "#0072B2"),
        "CelebA's people and the nearest of FaceScrub's": (found, "#D55E00"),
    }
    for name, (counts, colour) in lines.items():
        density = np.asarray(counts) / max(np.sum(counts), 1) / (edges[1] - edges[0])
        panel.stairs(density, edges, color=colour, label=name, fill=name.startswith("different"), alpha=0.8)
    limit = said["threshold"]
    panel.axvline(limit, color="black", linewidth=0.8)
    panel.set(
        xlim=(-1, 1),
        xlabel=f"cosine (removed from {limit:.3f}; misses {said['missed']:.1%} of halves)",
        ylabel="density",
    )
    panel.legend(fontsize=6, frameon=False)


if __name__ == "__main__":
    cli.run(draw_overlap)
