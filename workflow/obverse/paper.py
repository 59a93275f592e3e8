"""What the paper's tables print, cell by cell, and what section 5 says of them: ``resources/paper_tables.csv``.

``table`` is ``table1`` … ``table4``, or ``section5``; ``task`` the data set; ``row`` the label of the row, as the
figures' rows in the configuration have it; ``column`` what the cell is of; ``value`` the paper's words or number;
``note`` what must be known to compare with it.
"""

from pathlib import Path

import pandas as pd

from obverse.errors import UnusableInput

KEYS = ["table", "task", "row", "column"]


class Paper:
    """The cells of the paper's tables."""

    def __init__(self, path: Path) -> None:
        """Read the file; raise `UnusableInput` where columns are missing or a cell stands twice."""
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
        if list(cells.columns) != [*KEYS, "value", "note"]:
            expected = f"expected columns {', '.join(KEYS)}, value, note, found {', '.join(cells.columns)}"
            raise UnusableInput(path, expected, "Restore it from version control.")
        twice = cells[cells.duplicated(KEYS)]
        if len(twice):
            cell = ", ".join(twice.iloc[0][KEYS])
            raise UnusableInput(path, f"expected each cell once, found {cell} twice", "Leave one of them.")
        self._cells = cells.set_index(KEYS)

    def words(self, table: str, task: str, row: str, column: str) -> str:
        """Return what a cell says; nothing where the paper has no such cell."""
        return self._get((table, task, row, column), "value")

    def number(self, table: str, task: str, row: str, column: str) -> float:
        """Return a cell's number, NaN where the paper has no such cell."""
        return float(self.words(table, task, row, column) or "nan")

    def note(self, table: str, task: str, row: str, column: str) -> str:
        """Return what must be known to compare with a cell, or nothing."""
        return self._get((table, task, row, column), "note")

    def _get(self, cell: tuple[str, str, str, str], column: str) -> str:
        return str(self._cells.loc[cell, column]) if cell in self._cells.index else ""
