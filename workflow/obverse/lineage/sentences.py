"""Changes and what follows from them, in lines for a person."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from obverse.lineage import changes
from obverse.lineage.changes import Cause
from obverse.lineage.differences import Difference
from obverse.lineage.staleness import Stale
from obverse.lineage.trees import WIDTH
from obverse.past.jobs import Job
from obverse.terminal import escaped

_MOST = 3  # files of a kind that are named one by one
_LISTED = (changes.INPUT, changes.MISSING, changes.INCOMPLETE)  # of which there may be hundreds
_WORDS = {
    changes.MODULE: "module {name}: {before} → {now}",
    changes.LIBRARY: "library {name}: {before} → {now}",
    changes.FILE: "file {name}: sha256 {before} → {now}",
    changes.RAN: "ran with another {name}: {before} → {now}",
    changes.MISSING: "{rules}: {name} is not there",
    changes.INCOMPLETE: "{rules}: {name} was left half-done",
    changes.COMMAND: "{rules}: its command is another",
    changes.SOFTWARE: "{rules}: its software environment is another",
}


def different(before: Path, now: Path, targets: Sequence[str], found: Difference) -> list[str]:
    """Return what tells two histories apart; one line where nothing does."""
    what = f" behind {', '.join(targets)}" if targets else ""
    if not found:
        return [escaped(f"Equal: {before} and {now} have the same {found.jobs} jobs{what}.")]
    lines = [f"{before} → {now}: {found.jobs} jobs{what} are in both.", *_explained(found.causes)]
    lines += _counted("The same bytes came of it nevertheless", found.idle)
    lines += _counted("Differ only because an input does", found.followers)
    lines += _counted("Made other bytes though nothing recorded differs", found.unexplained)
    lines += _counted(f"Only in {before}", found.before)
    lines += _counted(f"Only in {now}", found.now)
    return list(map(escaped, lines))


def stale(targets: Sequence[str], found: Stale, unmade: Sequence[str]) -> list[str]:
    """Return what would run again and why; one line where nothing would.

    Those of the targets in ``unmade`` are not there, and were not made here; where no job makes one it is a rule.
    """
    what = ", ".join(targets)
    unknown = _counted("Made elsewhere, provenance missing, taken as they are", found.unknown)
    if not found.jobs:
        return list(map(escaped, [f"Nothing to do: {what} is as the workflow would make it.", *unknown]))
    said = _never_made(targets, [path for job in found.jobs for path in job.outputs if path in unmade])
    lines = [f"{what}: {said}{len(found.jobs)} of {found.planned} jobs would run.", *_explained(found.causes)]
    lines += _counted("Follow because an input will be made again", found.followers)
    return list(map(escaped, [*lines, *unknown]))


def _never_made(targets: Sequence[str], unmade: Sequence[str]) -> str:
    if not unmade:
        return ""
    which = "it" if len(targets) == 1 else ", ".join(unmade)
    return f"{which} {'was' if len(unmade) == 1 else 'were'} never made: "


def _explained(causes: Iterable[Cause]) -> list[str]:
    """Return a line for each change, and one for the jobs of those before it; of many files the first, and how many."""
    lines: list[str] = []
    for jobs, found in _by_jobs(causes):
        told: Counter[tuple[str, str]] = Counter()
        for cause in found:
            kind = cause.change.kind, cause.change.before
            told[kind] += 1
            if kind[0] not in _LISTED or told[kind] <= _MOST:
                lines += _filled(_sentence(cause), "  ", "    ")
        for (kind, _), count in told.items():
            if kind in _LISTED and count > _MOST:
                lines += _filled(f"{_rules(jobs)}: {count - _MOST} more such files", "  ", "    ")
        if any(kind not in _LISTED for kind, _ in told):
            lines += _filled(f"{_tally(jobs)}, first {jobs[0].outputs[0]}", "      ", "      ")
    return ["What changed, sources first:", *lines] if lines else []


def _by_jobs(causes: Iterable[Cause]) -> list[tuple[tuple[Job, ...], list[Cause]]]:
    grouped: dict[tuple, list[Cause]] = {}
    for cause in causes:
        grouped.setdefault(tuple(job.outputs for job in cause.jobs), []).append(cause)
    return [(found[0].jobs, found) for found in grouped.values()]


def _sentence(cause: Cause) -> str:
    change, rules = cause.change, _rules(cause.jobs)
    if change.kind == changes.INPUT:
        return f"{rules}: {'also reads' if change.now == changes.THERE else 'no longer reads'} {change.name}"
    words = _WORDS.get(change.kind, "{rules}: {name} {before} → {now}")
    name = change.name or "params without names"
    return words.format(rules=rules, name=name, before=change.before, now=change.now)


def _rules(jobs: Iterable[Job]) -> str:
    return ", ".join(dict.fromkeys(job.rule for job in jobs))


def _tally(jobs: Iterable[Job]) -> str:
    counts = Counter(job.rule for job in jobs)
    return ", ".join(f"{rule} ×{count}" if count > 1 else rule for rule, count in counts.items())


def _counted(heading: str, jobs: Sequence[Job]) -> list[str]:
    return _filled(f"{heading}: {_tally(jobs)}.", "", "  ") if jobs else []


def _filled(text: str, first: str, further: str) -> list[str]:
    whole = {"break_long_words": False, "break_on_hyphens": False}
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=further, **whole)
