"""Draw figures that show one attack a row, or a column, and the truth last: 5, 6, 7, 11, 12, 15 and 16."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import cli, files, panels, style

_TILE = 0.55  # inches
ACROSS = ("rows", "columns")


def draw_grid(
    *,
    title: str,
    labels: list[str],
    reconstructions: list[Path],
    scores: list[Path],
    images: Path,
    samples: Path,
    victims: int,
    attacks_as: str,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and, with the same name, who is shown and how near each picture comes.

    ``labels``, ``reconstructions`` and ``scores`` are parallel; ``attacks_as`` is ``rows`` or ``columns``. Victims are
    drawn by ``seed`` among those who are on the same side, members or held-out, for every attack's target.
    """
    if attacks_as not in ACROSS:
        raise ValueError(f"expected attacks as one of {', '.join(ACROSS)}, found {attacks_as!r}")
    attacks = [panels.read(*each) for each in zip(labels, scores, reconstructions, strict=True)]
    truth = panels.Truth(images, samples)
    chosen = panels.choose(attacks, truth, victims, seed, scores[0])
    listed = panels.listing(attacks, chosen)
    files.write_bytes(table, listed.to_csv(index=False, float_format="%.6g").encode())
    style.save(_draw(attacks, truth, chosen, title, origin, attacks_as == "columns"), picture)


def _draw(
    attacks: list[panels.Shown], truth: panels.Truth, chosen: pd.DataFrame, title: str, origin: str, columns: bool
) -> style.Figure:
    shown = [*attacks, truth]
    victims = len(chosen) // len(panels.SPLITS)
    width, height = (len(shown), victims) if columns else (victims, len(shown))
    longest = max(len(attack.label) for attack in attacks)
    drawn = style.figure(0.5 + 0.06 * longest * (not columns) + 2 * (width + 0.3) * _TILE, 1.0 + height * _TILE)
    boards = drawn.subplots(1, len(panels.SPLITS))
    names = [*(attack.label for attack in attacks), "truth"]
    for board, split in zip(boards, panels.SPLITS, strict=True):
        panels.frame(board, width, height, style.LABELS[split])
        panels.stack(board, shown, chosen.loc[chosen["split"] == split, "sample_id"], columns)
        if columns:
            for place, name in enumerate(names):
                board.text(place + 0.5, -0.05, name, ha="center", va="bottom", fontsize=6)
    if not columns:
        boards[0].set_yticks(np.arange(len(names)) + 0.5, names, fontsize=7)
    drawn.suptitle(title, fontsize=9, x=0.01, ha="left")
    style.note(drawn, origin)
    return drawn


if __name__ == "__main__":
    cli.run(draw_grid)
