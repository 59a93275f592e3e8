"""Draw figure 14: what attacks take classes for, one attack a row, and a training picture of each class below."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import class_pictures, cli, files, panels, seeds, style
from obverse import splits as split_tables

_TILE = 0.62  # inches
_BELOW = "training class"
_STAR = "* not the published cost: one whose slope does not vanish where the target is sure of somebody else"


def draw_classes(
    *,
    title: str,
    methods: list[str],
    pictures: list[Path],
    tables: list[Path],
    images: Path,
    samples: Path,
    splits: Path,
    classes: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and, with the same name, which classes are shown and how each attack's picture is judged.

    ``methods``, ``pictures`` and ``tables`` are parallel. The ``classes`` shown and a member's picture of each are
    drawn by ``seed``.
    """
    attacks = [class_pictures.read(*each) for each in zip(methods, tables, pictures, strict=True)]
    chosen = _choose(split_tables.read(splits).to_pandas(), classes, seed)
    labels = chosen["label"].tolist()
    listed = pd.concat([attack.rows(labels).assign(below=chosen["sample_id"].tolist()) for attack in attacks])
    columns = ["label", "identity", "method", "mse", "evaluation_rank", "plain", "below"]
    files.write_bytes(table, listed[columns].to_csv(index=False, float_format="%.6g").encode())
    truth = panels.Truth(images, samples)
    rows = [[attack.pictures[label] for label in labels] for attack in attacks]
    rows.append([truth.picture(sample_id) for sample_id in chosen["sample_id"]])
    said = [remark for attack in attacks for remark in attack.remark()]
    said += [_STAR] * any(method.endswith("*") for method in methods)
    style.save(_draw(rows, [*methods, _BELOW], title, " — ".join([*said, origin])), picture)


def _choose(table: pd.DataFrame, classes: int, seed: int) -> pd.DataFrame:
    """Return label and sample_id of one member of each of ``classes`` classes, in the order of their labels."""
    members = table[table["split"] == split_tables.MEMBER].sort_values("sample_id")
    random = seeds.generator(seed, "classes shown")
    labels = np.sort(random.choice(members["label"].unique(), size=classes, replace=False))
    ids = [random.choice(members.loc[members["label"] == label, "sample_id"]) for label in labels]
    return pd.DataFrame({"label": labels, "sample_id": ids})


def _draw(rows: list[list[np.ndarray]], names: list[str], title: str, remarks: str) -> style.Figure:
    width, height = len(rows[0]), len(rows)
    drawn = style.figure(1.2 + width * _TILE, 1.0 + height * _TILE)
    board = drawn.subplots()
    panels.frame(board, width, height, "")
    for down, row in enumerate(rows):
        for across, pixels in enumerate(row):
            panels.tile(board, pixels, across, down)
    board.set_yticks(np.arange(height) + 0.5, names, fontsize=7)
    drawn.suptitle(title, fontsize=9, x=0.01, ha="left")
    style.note(drawn, remarks)
    return drawn


if __name__ == "__main__":
    cli.run(draw_classes)
