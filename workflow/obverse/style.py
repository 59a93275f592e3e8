"""How figures look, and how they are saved."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from obverse import files

# The field's words, as they stand in legends; the keys are those of the CSV files.
LABELS = {
    "aligned": "aligned",
    "prior": "prior",
    "centred": "centred features (Obverse's)",
    "mean_image": "floor: mean auxiliary image",
    "black": "floor: black",
    "class_mean": "floor: mean of the class's members",
    "nearest": "nearest auxiliary image",
    "truth": "ceiling: the true image",
    "member": "members",
    "held_out": "held-out",
}

# Okabe and Ito's palette: told apart by the colour-blind and in grey.
COLOURS = {
    "aligned": "#0072B2",
    "prior": "#D55E00",
    "centred": "#009E73",
    "mean_image": "#7f7f7f",
    "black": "#000000",
    "class_mean": "#CC79A7",
}

matplotlib.rcParams.update(
    {"font.family": "DejaVu Sans", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
)
_DPI = 150
_INCHES_A_CHARACTER = 0.055  # of a note in 7 points


def figure(width: float, height: float) -> Figure:
    """Return an empty figure; sizes in inches."""
    return Figure(figsize=(width, height), layout="constrained")


def dot(axes: Axes, place: float, one: Mapping[str, float], colour: str, is_open: bool) -> None:
    """Draw an error as a dot at height ``place`` with its interval: ``mse``, ``mse_low``, ``mse_high`` of ``one``."""
    axes.errorbar(
        one["mse"],
        place,
        xerr=[[one["mse"] - one["mse_low"]], [one["mse_high"] - one["mse"]]],
        color=colour,
        marker="o",
        markerfacecolor="white" if is_open else None,
        markersize=4,
        linewidth=1,
    )


def note(drawn: Figure, origin: str) -> None:
    """Say on the figure's face what its pictures are, when they are stand-ins."""
    if origin:
        characters = int(drawn.get_figwidth() / _INCHES_A_CHARACTER)
        drawn.supxlabel(textwrap.fill(origin, characters), fontsize=7, color="#a03030", x=0.01, ha="left")


def save(drawn: Figure, path: Path) -> None:
    """Write ``drawn`` as PNG, whole or not at all."""
    with files.replacing(path) as temporary:
        drawn.savefig(temporary, format="png", dpi=_DPI)
