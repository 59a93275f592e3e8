"""How fast a service may be asked: requests spread evenly, whatever the number of threads."""

import threading
import time


class Rate:
    """A bucket of one token that is filled so many times a second; for several threads."""

    def __init__(self, per_second: float) -> None:
        """Let ``per_second`` pass, more than 0; infinity lets all pass. Raises `ValueError` for others."""
        if not per_second > 0:
            raise ValueError(f"expected more than 0 a second, found {per_second}")
        self._apart, self._next, self._guard = 1 / per_second, 0.0, threading.Lock()

    def reserve(self, now: float) -> float:
        """Take the next token, at the time ``now`` in seconds; return how many seconds it will be until it is there."""
        with self._guard:
            turn = max(self._next, now)
            self._next = turn + self._apart
            return turn - now

    def wait(self) -> None:
        """Take the next token, and wait until it is there."""
        time.sleep(self.reserve(time.monotonic()))
