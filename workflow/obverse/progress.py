"""Progress of long work: a bar when a person runs a stage, sparse lines in a log, and the same lines on the terminal.

Under Snakemake a stage's output goes to its log; the controlling terminal, where there is one, gets the lines too.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TypeVar

_SPARSE_SECONDS = 5.0
_T = TypeVar("_T")


class Progress:
    """Counts units of work; use as a context manager and call `advance`."""

    def __init__(self, label: str, total: int, unit: str) -> None:
        self.label, self.total, self.unit = label, total, unit
        self.done, self.note = 0, ""
        self._start = self._shown = time.monotonic()
        self._bar = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._show(final=True)

    def advance(self, count: int, note: str = "") -> None:
        """Report ``count`` more units done; ``note`` is shown beside them (a loss, a share that is fine)."""
        self.done += count
        self.note = note or self.note
        if time.monotonic() - self._shown >= (0.2 if self._bar else _SPARSE_SECONDS):
            self._show(final=False)

    def over(self, units: Iterable[_T]) -> Iterator[_T]:
        """Yield ``units``, each of them reported once it is used."""
        for unit in units:
            yield unit
            self.advance(1)

    def line(self) -> str:
        """Return the state in words: share done, rate, time left, note."""
        elapsed = max(time.monotonic() - self._start, 1e-9)
        rate = self.done / elapsed
        left = f"{(self.total - self.done) / rate:.0f} s left" if 0 < self.done < self.total else f"{elapsed:.0f} s"
        words = [f"{self.done:,}/{self.total:,} {self.unit}", f"{rate:,.0f} {self.unit}/s", left, self.note]
        return f"{self.label}: " + ", ".join(word for word in words if word)

    def _show(self, final: bool) -> None:
        self._shown = time.monotonic()
        if self._bar:
            width = 24 * self.done // max(self.total, 1)
            print(f"\r[{'#' * width:<24}] {self.line()}\033[K", end="\n" if final else "", file=sys.stderr, flush=True)
            return
        print(self.line(), file=sys.stderr, flush=True)
        _to_terminal(self.line())


def _to_terminal(line: str) -> None:
    try:
        with open("/dev/tty", "w") as terminal:
            print(line, file=terminal)
    except OSError:  # no controlling terminal: a cluster, a test, a cron job
        pass
