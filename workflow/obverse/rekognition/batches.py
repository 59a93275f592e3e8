"""Requests that come at once are worked on together: threads collect them for a few milliseconds."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Batches(Generic[Asked, Answer]):
    """Some threads that call ``work`` on what has come: at most ``most`` at once, none kept longer than ``patience``.

    ``work`` returns one answer each, in their order. What it raises reaches everybody whose request was in that batch.
    A context manager: leaving it lets what was submitted be answered first.
    """

    def __init__(
        self, work: Callable[[Sequence[Asked]], Sequence[Answer]], *, most: int, patience: float, threads: int = 1
    ) -> None:
        self._work, self._most, self._patience = work, most, patience  # patience in seconds
        self._waiting: queue.SimpleQueue[tuple[Asked, Future[Answer]] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._run, name="batches", daemon=True) for _ in range(threads)]
        self.sizes: list[int] = []  # of the batches so far

    def __enter__(self) -> "Batches[Asked, Answer]":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def submit(self, asked: Asked) -> "Future[Answer]":
        """Return what will hold the answer."""
        answer: Future[Answer] = Future()
        self._waiting.put((asked, answer))
        return answer

    def _run(self) -> None:
        ended = False
        while not ended and (first := self._waiting.get()) is not None:
            batch = [first]
            ended = self._fill(batch)
            self._answer(batch)

    def _fill(self, batch: list[tuple[Asked, Future[Answer]]]) -> bool:
        """Add what comes in time; return whether nothing more will come."""
        until = time.monotonic() + self._patience
        while len(batch) < self._most:
            try:
                more = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return False
            if more is None:
                return True
            batch.append(more)
        return False

    def _answer(self, batch: list[tuple[Asked, Future[Answer]]]) -> None:
        taken = [(asked, answer) for asked, answer in batch if answer.set_running_or_notify_cancel()]
        if not taken:
            return
        self.sizes.append(len(taken))
        try:
            found = self._work([asked for asked, _ in taken])
            for (_, answer), one in zip(taken, found, strict=True):
                answer.set_result(one)
        except Exception as error:
            for _, answer in taken:
                if not answer.done():
                    answer.set_exception(error)
