"""Draw figure 1: training pictures rebuilt from scores beside their truth, and what the person's class is taken for."""

from pathlib import Path

import pandas as pd

from obverse import class_pictures, cli, files, panels, style
from obverse.splits import MEMBER

_TILE = 0.75  # inches
_GAP = 0.35  # between the two halves, in tiles
_HEAD = 0.75  # above the pictures, in tiles
_HALVES = ("Training data reconstruction", "Training class inference")


def draw_overview(
    *,
    title: str,
    methods: list[str],
    m: list[int],
    reconstructions: list[Path],
    scores: list[Path],
    class_methods: list[str],
    pictures: list[Path],
    tables: list[Path],
    images: Path,
    samples: Path,
    victims: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and, with the same name, who is shown and how near each picture comes.

    ``methods``, ``m``, ``reconstructions`` and ``scores`` are parallel, and so are ``class_methods``, ``pictures`` and
    ``tables``. ``victims`` members' pictures are drawn by ``seed``, each a row.
    """
    attacks = [panels.read(*each) for each in zip(methods, scores, reconstructions, strict=True)]
    inferred = [class_pictures.read(*each) for each in zip(class_methods, tables, pictures, strict=True)]
    truth = panels.Truth(images, samples)
    chosen = panels.choose(attacks, truth, victims, seed, scores[0])
    chosen = chosen[chosen["split"] == MEMBER]
    listed = panels.listing(attacks, chosen, m=m)
    labels = listed["label"].iloc[: len(chosen)].tolist()
    classes = pd.concat([attack.rows(labels) for attack in inferred])
    columns = ["panel", *(column for column in listed.columns if column != "split"), "plain"]
    whole = pd.concat([listed, classes], ignore_index=True).convert_dtypes()
    whole["panel"] = [panel for panel in "abcefg" for _ in labels]
    files.write_bytes(table, whole[columns].to_csv(index=False, float_format="%.6g").encode())
    names = [f"{method}\nm = {kept}" for method, kept in zip(methods, m, strict=True)] + ["truth", *class_methods]
    shown = [[attack.picture(sample_id) for attack in [*attacks, truth]] for sample_id in chosen["sample_id"]]
    lines = [line + [attack.pictures[label] for attack in inferred] for line, label in zip(shown, labels, strict=True)]
    said = [remark for attack in inferred for remark in attack.remark()]
    style.save(_draw(lines, names, len(attacks) + 1, title, " — ".join([*said, origin])), picture)


def _draw(lines: list[list], names: list[str], first: int, title: str, remarks: str) -> style.Figure:
    """Return the figure: the ``first`` columns are one half, the others the other."""
    width, height = len(names) + _GAP, len(lines)
    drawn = style.figure(0.4 + width * _TILE, 0.9 + (height + _HEAD) * _TILE)
    board = drawn.subplots()
    panels.frame(board, width, height, "")
    board.set_ylim(height, -_HEAD)
    lefts = [place + _GAP * (place >= first) for place in range(len(names))]
    for left, name, letter in zip(lefts, names, "abcdefg", strict=True):
        board.text(left + 0.5, -0.5, f"({letter})\n{name}", ha="center", va="top", fontsize=6)
    for left, right, half in zip((0, lefts[first]), (first, width), _HALVES, strict=True):
        board.text((left + right) / 2, -_HEAD, half, ha="center", va="top", fontsize=7)
    for down, line in enumerate(lines):
        for left, pixels in zip(lefts, line, strict=True):
            panels.tile(board, pixels, left, down)
    drawn.suptitle(title, fontsize=9, x=0.01, ha="left")
    style.note(drawn, remarks)
    return drawn


if __name__ == "__main__":
    cli.run(draw_overview)
