"""How figures look, and how they are saved."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib.figure import Figure

from obverse import files

# The field's words, as they stand in legends; the keys are those of the CSV files.
LABELS = {
    "aligned": "ours (aligned)",
    "prior": "prior",
    "centred": "centred features (not the paper's)",
    "mean_image": "floor: mean auxiliary image",
    "black": "floor: black",
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
}

_FONT = {"font.family": "DejaVu Sans", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
_DPI = 150


def figure(width: float, height: float) -> Figure:
    """Return an empty figure; sizes in inches."""
    with matplotlib.rc_context(_FONT):
        return Figure(figsize=(width, height), layout="constrained")


def note(drawn: Figure, origin: str) -> None:
    """Say on the figure's face what its pictures are, when they are stand-ins."""
    if origin:
        drawn.supxlabel(origin, fontsize=7, color="#a03030", x=0.01, ha="left")


def save(drawn: Figure, path: Path) -> None:
    """Write ``drawn`` as PNG, whole or not at all."""
    with files.replacing(path) as temporary, matplotlib.rc_context(_FONT):
        drawn.savefig(temporary, format="png", dpi=_DPI)
