"""What tells two histories apart: which changes explain it, and which jobs differ only because an input did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from obverse.lineage import changes
from obverse.lineage.changes import FILE, Cause, Change
from obverse.lineage.histories import History
from obverse.past.jobs import Job

_SHORT = 12  # hex digits of a sha256 that are shown


@dataclass(frozen=True)
class Difference:
    """Two histories, job by job, sources first.

    ``causes`` explain; of those, the jobs in ``idle`` made the same bytes nevertheless. ``followers`` differ because an
    input does. ``unexplained`` made other bytes though nothing recorded differs. ``before`` and ``now`` are jobs that
    the other history has not. ``jobs`` counts those that both have.
    """

    causes: tuple[Cause, ...]
    idle: tuple[Job, ...]
    followers: tuple[Job, ...]
    unexplained: tuple[Job, ...]
    before: tuple[Job, ...]
    now: tuple[Job, ...]
    jobs: int

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return any((self.causes, self.followers, self.unexplained, self.before, self.now))


def difference(before: History, now: History, targets: Sequence[str]) -> Difference:
    """Return what tells the histories apart behind ``targets``, behind everything where none is named.

    Raises `UnusableInput` as `History.behind` does.
    """
    olds, news = (history.behind(targets)[0] if targets else list(history.jobs) for history in (before, now))
    by_output = {output: job for job in olds for output in job.outputs}
    pairs, alone = [], []
    for job in in_order(news):
        old = next((by_output[output] for output in job.outputs if output in by_output), None)
        if old is None:
            alone.append(job)
        else:
            pairs.append((old, job))
    paired = {old.outputs for old, _ in pairs}
    gone = tuple(job for job in in_order(olds) if job.outputs not in paired)
    return _Comparison(before, now).of(pairs, gone, tuple(alone))


def in_order(jobs: Iterable[Job]) -> list[Job]:
    """Return ``jobs`` such that each comes after those that made its inputs, level by level, by outputs within one."""
    jobs = list(jobs)
    makers = {output: job for job in jobs for output in job.outputs}
    levels: dict[tuple[str, ...], int] = {}
    waiting = [(job, False) for job in jobs]
    while waiting:
        job, entered = waiting.pop()
        needed = {makers[path].outputs: makers[path] for path in job.inputs if path in makers}
        if entered:
            levels[job.outputs] = 1 + max((levels.get(outputs, 0) for outputs in needed), default=0)
        elif job.outputs not in levels:
            levels[job.outputs] = 0  # until those it needs have theirs
            waiting += [(job, True), *((one, False) for outputs, one in needed.items() if outputs not in levels)]
    return sorted(jobs, key=lambda job: (levels[job.outputs], job.outputs))


class _Comparison:
    """Compares jobs of two histories."""

    def __init__(self, before: History, now: History) -> None:
        self._before, self._now = before, now
        self._made = before.makers().keys() & now.makers().keys()

    def of(self, pairs: list[tuple[Job, Job]], before: tuple[Job, ...], now: tuple[Job, ...]) -> Difference:
        found, idle, followers, unexplained = [], [], [], []
        for old, new in pairs:
            other_bytes = self._differ({*old.outputs, *new.outputs})
            own = self._own(old, new, bool(other_bytes))
            if own:
                found.append((new, own))
                idle += [] if other_bytes else [new]
            elif self._differ(set(new.inputs) & self._made):
                followers.append(new)
            elif other_bytes:
                unexplained.append(new)
        causes = tuple(changes.causes(found))
        return Difference(causes, tuple(idle), tuple(followers), tuple(unexplained), before, now, len(pairs))

    def _own(self, old: Job, new: Job, other_bytes: bool) -> list[Change]:
        """Return the changes of a job itself; what it ran with counts where nothing else explains other bytes."""
        files = self._differ((set(old.inputs) & set(new.inputs)) - self._made)
        found = changes.told(old, new)
        found += [Change(FILE, path, was[:_SHORT], is_[:_SHORT]) for path, (was, is_) in sorted(files.items())]
        if other_bytes:
            found += changes.commanded(old, new)
        if other_bytes and not found and not self._differ(set(new.inputs) & self._made):
            found = changes.ran(self._before.run(old), self._now.run(new))
        return found

    def _differ(self, paths: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """Return those of which both sha256 are known, and differ."""
        hashes = {path: (self._before.sha256(path), self._now.sha256(path)) for path in paths}
        return {path: (old, new) for path, (old, new) in hashes.items() if old and new and old != new}
