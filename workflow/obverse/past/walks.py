"""Walks along what was made of what."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def reached(starts: Iterable[T], further: Callable[[T], Iterable[T]]) -> set[T]:
    """Return ``starts`` and all that ``further`` leads to from them, also by way of others; it is asked once of each.

    A ring, as only a forged account has, is walked once.
    """
    found = set(starts)
    waiting = list(found)
    while waiting:
        new = set(further(waiting.pop())) - found
        found |= new
        waiting += new
    return found


def behind(
    targets: Collection[str], makers: Mapping[str, T], touched: Callable[[T], Iterable[str]]
) -> tuple[set[T], set[str]]:
    """Return which jobs ``targets`` come from, and these files with all that the jobs ``touched``: made or read.

    ``makers`` has the job that made each file, as far as one did.
    """

    def made(files: Iterable[str]) -> Iterable[T]:
        # Each once, by identity: the hash of a job takes as long as it has files, and it may have thousands.
        return {id(makers[file]): makers[file] for file in files if file in makers}.values()

    jobs = reached(made(targets), lambda job: made(touched(job)))
    return jobs, set(targets).union(*map(touched, jobs))
