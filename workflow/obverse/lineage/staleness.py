"""What would run again in a working directory now, and for which reason: before is what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from obverse import stamps
from obverse.lineage import changes, histories
from obverse.lineage.changes import COMMAND, FILE, INCOMPLETE, MISSING, NONE, SOFTWARE, Cause, Change
from obverse.lineage.histories import History
from obverse.past.jobs import Job

_SHORT = 12  # hex digits of a sha256 that are shown


@dataclass(frozen=True)
class Planned:
    """A job as the workflow has it now; paths are as Snakemake has them.

    ``runs``: it would run, in particular for outputs that are ``missing`` or ``incomplete``, inputs that were
    ``updated``, another ``command`` in its rule, or another ``software`` environment. ``known``: Snakemake recorded it.
    """

    job: Job
    runs: bool
    missing: tuple[str, ...]
    incomplete: tuple[str, ...]
    updated: tuple[str, ...]
    command: bool
    software: bool
    known: bool


@dataclass(frozen=True)
class Stale:
    """The ``jobs`` of all ``planned`` that would run; ``followers`` of them only because an input will be made again.

    ``unknown`` are jobs whose outputs are there, but not what they were made with: Snakemake takes them as they are.
    """

    causes: tuple[Cause, ...]
    jobs: tuple[Job, ...]
    followers: tuple[Job, ...]
    unknown: tuple[Job, ...]
    planned: int


def stale(history: History, plan: Sequence[Planned]) -> Stale:
    """Return what of ``plan`` would run again, and which changes against ``history`` explain it."""
    makers = history.makers()
    again = {histories.named(path) for one in plan if one.runs for path in one.job.outputs}
    found, followers = [], []
    for one in plan:
        if one.runs and one.job.outputs:
            now = histories.renamed(one.job)
            before = next((makers[path] for path in now.outputs if path in makers), None)
            own = _own(history, one, before, now, again)
            if own:
                found.append((now, own))
            else:
                followers.append(now)
    jobs = tuple(histories.renamed(one.job) for one in plan if one.job.outputs)
    running = tuple(job for job in jobs if again.issuperset(job.outputs))
    unknown = tuple(histories.renamed(one.job) for one in plan if one.job.outputs and not one.known and not one.runs)
    return Stale(tuple(changes.causes(found)), running, tuple(followers), unknown, len(jobs))


def _own(history: History, one: Planned, before: Job | None, now: Job, again: set[str]) -> list[Change]:
    """Return the changes of a job itself; a changed file is one that no job makes again."""
    found = [Change(MISSING, histories.named(path)) for path in one.missing]
    found += [Change(INCOMPLETE, histories.named(path)) for path in one.incomplete]
    if before is None:
        return found
    found += changes.told(before, now)
    found += _files(history, one, before, again)
    if one.command:
        options = changes.commanded(before, now)
        found += options or [Change(COMMAND, "")]
    if one.software:
        found.append(Change(SOFTWARE, ""))
    return found


def _files(history: History, one: Planned, before: Job, again: set[str]) -> list[Change]:
    """Return the inputs whose bytes are not those that were read; Snakemake looks no further than the first reason."""
    found = []
    oldest = min((_time(history.directory / path) for path in one.job.outputs), default=0.0)
    for path in one.job.inputs:
        named, file = histories.named(path), history.directory / path
        if named in again or not file.is_file() or not (path in one.updated or _time(file) > oldest):
            continue
        was, is_ = before.checksums.get(named, ""), stamps.digest(file)
        if was != is_:
            found.append(Change(FILE, named, was[:_SHORT] or NONE, is_[:_SHORT]))
    return found


def _time(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0
