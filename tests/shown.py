"""What a figure shows, read off its picture; and tiles that can be told apart in it."""

from pathlib import Path

import numpy as np
from matplotlib.image import imread

from obverse import samples

NOTE = (160, 48, 48)  # the colour of what is said of stand-ins


def pixels(picture: Path) -> np.ndarray:
    """Return the picture as int [H, W, 3], 0 to 255."""
    return np.rint(imread(picture)[..., :3] * 255).astype(int)


def greys(picture: Path) -> set[int]:
    """Return the greys that fill a tile or more, to the nearest five; neither white nor black."""
    shown = pixels(picture)
    neutral = shown[shown.max(axis=2) == shown.min(axis=2)][:, 0]
    shares = np.bincount(neutral, minlength=256) / shown[..., 0].size
    return {5 * round(grey / 5) for grey in np.flatnonzero(shares[1:255] > 0.003) + 1}


def says_stand_ins(picture: Path) -> bool:
    """Whether there is writing at the foot in the colour in which figures say what they are made from."""
    shown = pixels(picture)
    foot = shown[-len(shown) // 4 :]
    return bool((np.abs(foot - NOTE).max(axis=2) < 24).sum() > 50)


def paint(images: Path, tiles: list[int]) -> None:
    """Let each of the pictures in an array be of one grey."""
    samples.write_images(images, np.array([np.full((8, 8), grey, np.uint8) for grey in tiles]))
