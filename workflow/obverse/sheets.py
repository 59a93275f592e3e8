"""A table as a picture, set as in print: rules above, under the head and below, a thin one between groups."""

import math
import textwrap
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.textpath import TextPath

from obverse import style

_POINTS = 8  # of a cell's text
_GAP = 0.16  # inches between columns
_LINE, _ROW = 0.15, 0.21  # inches, of a line of a cell and of a row of one line
_MARGIN = 0.1
_NOTE_CHARACTER, _NOTE_LINE = 0.058, 0.13  # of a note in 7 points


@dataclass(frozen=True)
class Sheet:
    """What a table holds: ``head`` has a title for each column, and each of ``rows`` a text for each; both may have
    line breaks. The first ``words`` columns are words, set from the left; others are numbers, set to the right. Rows
    belong together while their first ``grouped`` texts are equal, which are then said once. ``notes`` stand below.
    """

    title: str
    head: list[str]
    rows: list[list[str]]
    words: int
    grouped: int = 1
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Raise `ValueError` where a row has more or fewer texts than there are columns."""
        for row in self.rows:
            if len(row) != len(self.head):
                raise ValueError(f"expected {len(self.head)} texts in a row, found {len(row)}: {row}")


def number(value: float, digits: int) -> str:
    """Return a number as a table sets it, a dash where it is NaN: there is none."""
    if math.isfinite(value):
        return f"{value:.{digits}f}"
    return "–" if math.isnan(value) else "∞"


def interval(low: float, high: float, digits: int) -> str:
    """Return an interval as a table sets it, a dash where there is none."""
    return "–" if math.isnan(low) else f"{low:.{digits}f} – {high:.{digits}f}"


def seeds(measured: pd.DataFrame) -> str:
    """Return over how many training seeds the means of a table are, by its column ``seeds``."""
    most = int(measured["seeds"].max())
    return f"{most} training seed{'s' * (most > 1)}"


def draw(sheet: Sheet, origin: str) -> style.Figure:
    """Return the picture, as large as what it holds needs, and ``origin``, what it is made from, at its foot."""
    widths = [_width(column) for column in zip(sheet.head, *sheet.rows, strict=True)]
    across = sum(widths) + _GAP * (len(widths) + 1)
    notes = _wrapped(sheet.notes, across)
    down = _height(sheet.head) + sum(map(_height, sheet.rows)) + _NOTE_LINE * len(notes) + 2 * _MARGIN
    drawn = style.figure(across + 2 * _MARGIN, down + 0.35 + 0.25 * bool(origin))
    axes = drawn.add_subplot()
    axes.set(xlim=(0, across), ylim=(down, 0), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(sheet.title, fontsize=9, loc="left")
    bottom = _set(axes, sheet, widths, across)
    axes.text(0, bottom + _MARGIN, "\n".join(notes), fontsize=7, va="top", linespacing=1.25)
    style.note(drawn, origin)
    return drawn


def _set(axes: Axes, sheet: Sheet, widths: list[float], across: float) -> float:
    """Set the head and the rows from the top, and return where they end."""
    edges = [_GAP + sum(widths[:column]) + _GAP * column for column in range(len(widths))]
    _rule(axes, 0.0, across, 1.0)
    top = _row(axes, sheet.head, edges, widths, sheet.words, 0.0)
    _rule(axes, top, across, 0.6)
    above: list[str] = []
    for row in sheet.rows:
        same = sum(row[: depth + 1] == above[: depth + 1] for depth in range(sheet.grouped))  # texts already said
        if above and not same:
            _rule(axes, top, across, 0.3)
        top = _row(axes, [""] * same + row[same:], edges, widths, sheet.words, top)
        above = row
    _rule(axes, top, across, 1.0)
    return top


def _row(axes: Axes, texts: list[str], edges: list[float], widths: list[float], words: int, top: float) -> float:
    """Set one row below ``top`` and return where it ends."""
    bottom = top + _height(texts)
    for column, text in enumerate(texts):
        left = column < words
        place = edges[column] if left else edges[column] + widths[column]
        axes.text(place, (top + bottom) / 2, text, ha="left" if left else "right", va="center", fontsize=_POINTS)
    return bottom


def _rule(axes: Axes, height: float, across: float, thickness: float) -> None:
    axes.plot([0, across], [height, height], color="black", linewidth=thickness, clip_on=False)


def _width(column: tuple[str, ...]) -> float:
    """Return how wide the widest line of a column is set, in inches."""
    lines = {line for text in column for line in text.split("\n")} - {""}
    return max((TextPath((0, 0), line, size=_POINTS).get_extents().width / 72 for line in lines), default=0.0)


def _height(texts: list[str]) -> float:
    return _ROW + _LINE * max(text.count("\n") for text in texts)


def _wrapped(notes: list[str], across: float) -> list[str]:
    return [line for note in notes for line in textwrap.wrap(note, int(across / _NOTE_CHARACTER))]
