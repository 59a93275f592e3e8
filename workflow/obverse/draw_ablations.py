"""Draw what the ablations come to: a panel each, a line a variant, what was decided in bold on a blue ground."""

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from obverse import cli, style
from obverse.splits import HELD_OUT, MEMBER

_COLUMNS = (("prior", "hidden"), ("offset", "digits", "pixels", "checkpoint", "batch"))  # of about one height
_TITLES = {
    "prior": "the prior attack, fed m of all scores",
    "hidden": "width of the target's hidden layer, k classes",
    "offset": "the constant c, m scores released",
    "digits": "which digits the target knows",
    "pixels": "how pixels are scaled (the units differ)",
    "checkpoint": "which epoch of the inverter is kept",
    "batch": "images in a step, and the step size",
}
_BY = {"prior": "m", "offset": "m", "hidden": "k"}  # a panel's lines stand in groups
_LINE = 0.21  # inches
_LEGEND = (
    "Where the paper is silent or contradicts itself: mean squared error a pixel, 95 % intervals over identities. "
    "Bold, blue: as decided.\nFilled: members. Open: held-out. Grey stroke: the mean auxiliary image. "
    "At the right: held-out difference from what was decided, grey where its interval holds 0."
)
_DECIDED, _OTHER = style.COLOURS["aligned"], "#404040"


def draw_ablations(*, table: Path, origin: str, picture: Path) -> None:
    """Draw the table of `tabulate_ablations`: mean squared errors with intervals, and a percentage beside each.

    It is the held-out difference from the decided variant, in black where its interval leaves 0 out; where the pixels'
    unit or the victims are not the same, the error as a share of the mean auxiliary image's.
    """
    rows = pd.read_csv(table)
    columns = [[_Panel(name, rows[rows["ablation"] == name]) for name in names] for names in _COLUMNS]
    height = max(sum(panel.height for panel in column) for column in columns)
    drawn = style.figure(11.5, 1.0 + _LINE * height)
    for part, column in zip(drawn.subfigures(1, len(columns)), columns, strict=True):
        boards = part.subplots(len(column), 1, squeeze=False, height_ratios=[panel.height for panel in column])
        for axes, panel in zip(boards[:, 0], column, strict=True):
            panel.draw(axes)
    drawn.suptitle(_LEGEND, fontsize=8, x=0.01, ha="left")
    style.note(drawn, origin)
    style.save(drawn, picture)


class _Panel:
    """One ablation: its lines from top to bottom, a group's heading being a line without a dot."""

    def __init__(self, name: str, rows: pd.DataFrame) -> None:
        self.name = name
        self.lines: list[tuple[str, pd.DataFrame | None]] = []
        by = _BY.get(name)
        for value, group in rows.groupby(by, sort=True) if by else [(None, rows)]:
            alike = group.groupby("split")["floor"].nunique().max() == 1
            self.lines += [(f"{by} = {value}", None)] if by else []
            self.lines += [(name, line.assign(alike=alike)) for name, line in group.groupby("variant", sort=False)]
        self.height = len(self.lines) + 3.5  # and what its title and scale take

    def draw(self, axes: Axes) -> None:
        """Draw all lines, and the names beside them."""
        named = [(place, name) for place, (name, line) in enumerate(self.lines) if line is not None]
        axes.set_yticks(*zip(*named, strict=True), fontsize=7)
        for label, (place, _) in zip(axes.get_yticklabels(), named, strict=True):
            label.set_fontweight("bold" if self.lines[place][1]["decided"].all() else "normal")
        for place, (name, line) in enumerate(self.lines):
            if line is None:
                axes.text(0.01, place, name, transform=axes.get_yaxis_transform(), fontsize=7, va="center")
            else:
                _draw_line(axes, place, line.set_index("split"))
        axes.set_ylim(len(self.lines) - 0.4, -0.6)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(5))  # more would run into one another where they have four digits
        axes.tick_params(axis="x", labelsize=7)
        axes.tick_params(axis="y", length=0)
        axes.set_title(_TITLES[self.name], fontsize=8, loc="left")


def _draw_line(axes: Axes, place: int, line: pd.DataFrame) -> None:
    """Draw one variant, members above held-out; ``line`` has a row for each split."""
    decided = bool(line["decided"].all())
    if decided:
        axes.axhspan(place - 0.45, place + 0.45, color=_DECIDED, alpha=0.1, linewidth=0)
    for split, shift in ((MEMBER, -0.14), (HELD_OUT, 0.14)):
        one = line.loc[split]
        style.dot(axes, place + shift, one, _DECIDED if decided else _OTHER, is_open=split == HELD_OUT)
        axes.plot(one["floor"], place + shift, marker="|", color="#a0a0a0", markersize=5)
    said, clear = _said(line.loc[HELD_OUT])
    colour = "black" if clear else "#909090"
    axes.text(1.01, place, said, transform=axes.get_yaxis_transform(), color=colour, fontsize=7, va="center")


def _said(one: pd.Series) -> tuple[str, bool]:
    """Return the percentage beside a line, and whether it stands in black."""
    if not one["alike"]:
        return f"{one['share']:.0%} of the stroke", True
    if pd.isna(one["difference"]):
        return "", True
    clear = one["difference_low"] > 0 or one["difference_high"] < 0
    share = round(one["difference"] / (one["mse"] - one["difference"]), 3) + 0.0  # what rounds to nothing has no sign
    return f"{share:+.1%}", clear


if __name__ == "__main__":
    cli.run(draw_ablations)
