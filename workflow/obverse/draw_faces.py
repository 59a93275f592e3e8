"""Draw figures 2 and 17: faces rebuilt from what Rekognition says of them, one row an attack, and the truth last."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import cli, files, panels, style
from obverse.rekognition import scores as of_faces
from obverse.samples import read_images

_TILE = 0.55  # inches
_HEADINGS = {"unknown": "unknown people", "known": "known people, other pictures"}


def draw_faces(
    *,
    title: str,
    parts: list[str],
    labels: list[str],
    reconstructions: list[Path],
    scores: list[Path],
    images: list[Path],
    samples: list[Path],
    victims: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and, with the same name, who is shown and how near each picture comes.

    ``parts`` are boards from left to right, ``images`` and ``samples`` the data set of each; ``labels`` the rows from
    above. ``reconstructions`` and ``scores`` go by board, and within one by row. Victims are drawn by ``seed``.
    """
    rows, boards, listed = len(labels), [], []
    for place, part in enumerate(parts):
        own = slice(place * rows, (place + 1) * rows)
        shown = [_read(*each) for each in zip(labels, scores[own], reconstructions[own], strict=True)]
        truth = panels.Truth(images[place], samples[place])
        chosen = panels.choose(shown, truth, victims, seed, scores[own][0], splits=(part,))
        listed.append(panels.listing(shown, chosen))
        boards.append((_HEADINGS[part], [*shown, truth], chosen["sample_id"]))
    files.write_bytes(table, pd.concat(listed).to_csv(index=False, float_format="%.6g").encode())
    style.save(_draw(boards, [*labels, "truth"], victims, title, origin), picture)


def _read(label: str, score_file: Path, pictures: Path) -> panels.Shown:
    return panels.Shown(label, of_faces.read(score_file).set_index("sample_id"), read_images(pictures))


def _draw(boards: list, names: list[str], victims: int, title: str, origin: str) -> style.Figure:
    longest = max(map(len, names))
    drawn = style.figure(0.5 + 0.06 * longest + len(boards) * (victims + 0.3) * _TILE, 1.0 + len(names) * _TILE)
    axes = drawn.subplots(1, len(boards), squeeze=False)[0]
    for board, (heading, shown, sample_ids) in zip(axes, boards, strict=True):
        panels.frame(board, victims, len(names), heading)
        panels.stack(board, shown, sample_ids)
    axes[0].set_yticks(np.arange(len(names)) + 0.5, names, fontsize=7)
    drawn.suptitle(title, fontsize=9, x=0.01, ha="left")
    style.note(drawn, origin)
    return drawn


if __name__ == "__main__":
    cli.run(draw_faces)
