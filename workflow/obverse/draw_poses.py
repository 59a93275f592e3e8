"""Draw the pose classes: a row of faces of each, and where all images lie between the classes."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import cli, files, seeds, style
from obverse import poses as classes
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as find_rows

_TILE = 0.62  # inches


def draw_poses(
    *,
    poses: Path,
    angles: Path,
    limits: Path,
    images: Path,
    samples: Path,
    shown: int,
    show_faces: bool,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and, with the same name, how many images each class has, beside the paper's.

    ``shown`` images of each class are drawn by ``seed``, ordered by yaw; none where ``show_faces`` is false.
    """
    sorted_in = classes.read(poses).to_pandas()
    known = classes.read_angles(angles)
    measured = known.take(find_rows(known["sample_id"].to_numpy(), sorted_in["sample_id"].to_numpy(), angles))
    counted = _counts(sorted_in)
    files.write_bytes(table, counted.to_csv(index=False, float_format="%.4f", lineterminator="\n").encode())
    yaw, pitch = (measured[name].to_numpy() for name in ("yaw", "pitch"))
    tiles = {}
    if show_faces:
        pixels, ids = read_images(images), read_samples(samples)["sample_id"].to_numpy()
        for name in classes.CLASSES:
            chosen = _chosen(sorted_in[name].to_numpy(), yaw, shown, seed)
            tiles[name] = pixels[find_rows(ids, sorted_in["sample_id"].to_numpy()[chosen], samples)]
    lines = pd.read_csv(limits).set_index("limit")["degrees"]
    style.save(_draw(counted, tiles, yaw, pitch, lines, shown, origin), picture)


def _counts(sorted_in: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for name in (*classes.CLASSES, classes.UNKNOWN):
        images, paper = int(sorted_in[name].sum()), classes.PAPER.get(name)
        rows.append({"class": name, "images": images, "share": images / len(sorted_in), "paper_images": paper})
    counted = pd.DataFrame(rows).astype({"paper_images": "Int64"})
    return counted.assign(paper_share=counted["paper_images"] / classes.PAPER_IMAGES)


def _chosen(inside: np.ndarray, yaw: np.ndarray, shown: int, seed: int) -> np.ndarray:
    members = np.flatnonzero(inside)
    drawn = seeds.generator(seed, "poses shown").choice(members, min(shown, len(members)), replace=False)
    return drawn[np.argsort(yaw[drawn], kind="stable")]


def _draw(
    counted: pd.DataFrame,
    tiles: dict[str, np.ndarray],
    yaw: np.ndarray,
    pitch: np.ndarray,
    limits: pd.Series,
    shown: int,
    origin: str,
) -> style.Figure:
    faces = shown * _TILE + 1.9 if tiles else 0.0
    drawn = style.figure(faces + 3.6, 0.9 + len(classes.CLASSES) * _TILE)
    panels = drawn.subplots(1, 2, width_ratios=(faces, 3.6)) if tiles else [None, drawn.subplots()]
    if tiles:
        _rows(panels[0], counted, tiles, shown)
    _scatter(panels[1], yaw, pitch, limits)
    drawn.suptitle("Poses: where noses point in the image", fontsize=9, x=0.01, ha="left")
    style.note(drawn, origin)
    return drawn


def _rows(panel: object, counted: pd.DataFrame, tiles: dict[str, np.ndarray], shown: int) -> None:
    names = []
    for line, (name, pixels) in enumerate(tiles.items()):
        for column, face in enumerate(pixels):
            extent = (column + 0.03, column + 0.97, line + 0.97, line + 0.03)
            panel.imshow(face, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", aspect="auto")
        row = counted.iloc[line]
        names.append(f"{name}: {row['images']:,}, {row['share']:.1%}\n(paper {row['paper_share']:.1%})")
    panel.set(xlim=(0, shown), ylim=(len(tiles), 0), xticks=[], aspect="equal")
    panel.set_yticks(np.arange(len(tiles)) + 0.5, names, fontsize=7)
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)


def _scatter(panel: object, yaw: np.ndarray, pitch: np.ndarray, limits: pd.Series) -> None:
    panel.plot(yaw, pitch, ",", color=style.COLOURS["aligned"], alpha=0.5, rasterized=True)
    for side in ("left", "right"):
        panel.axvline(limits[side], color=style.COLOURS["prior"], linewidth=0.8)
    for side in ("down", "up"):
        panel.axhline(limits[side], color=style.COLOURS["prior"], linewidth=0.8)
    for side in (-limits["frontal"], limits["frontal"]):
        panel.plot([limits["left"], limits["right"]], [side, side], ":", color=style.COLOURS["black"], linewidth=0.8)
    panel.set_xlabel("yaw in degrees: to the image's left | right", fontsize=7)
    panel.set_ylabel("pitch in degrees: down | up", fontsize=7)
    panel.tick_params(labelsize=7)


if __name__ == "__main__":
    cli.run(draw_poses)
