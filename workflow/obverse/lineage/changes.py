"""What tells a job now from the same job before: which number, module, library, file or machine."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from obverse.lineage import params
from obverse.past.jobs import Job
from obverse.past.runs import Run

PARAM, MODULE, LIBRARY, OPTION, INPUT, FILE, RAN = KINDS = (
    *("param", "module", "library", "option", "input", "file", "ran with"),
)
MISSING, INCOMPLETE, COMMAND, SOFTWARE = ("missing", "incomplete", "command", "software")

THERE, NOT_THERE = "read", "not read"  # of an input that is one only before, or only now
NONE = "none"


@dataclass(frozen=True, order=True)
class Change:
    """One thing of a kind that was another ``before`` than it is ``now``; `NONE` where there was none of it."""

    kind: str
    name: str
    before: str = ""
    now: str = ""


def told(before: Job, now: Job) -> list[Change]:
    """Return what a job is told otherwise: its params key by key, its modules, libraries, and which files it reads."""
    old, new = params.read(before.params), params.read(now.params)
    read_before, read_now = set(before.inputs), set(now.inputs)
    return [
        *of(PARAM, *params.alike(old, new)),
        *of(MODULE, old.modules, new.modules),
        *of(LIBRARY, old.libraries, new.libraries),
        *(Change(INPUT, path, THERE, NOT_THERE) for path in sorted(read_before - read_now)),
        *(Change(INPUT, path, NOT_THERE, THERE) for path in sorted(read_now - read_before)),
    ]


def commanded(before: Job, now: Job) -> list[Change]:
    """Return which options of a job's command are others; those that are params or paths of it are told of above."""
    known = [{*params.read(job.params).values, ""} for job in (before, now)]
    paths = {path for job in (before, now) for path in (*job.inputs, *job.outputs)}
    told_of = {f"--{name.replace('_', '-')}" for names in known for name in names}
    texts = []
    for job in (before, now):
        words = {name: said for name, said in params.options(job.shellcmd).items() if name not in told_of}
        texts.append({name: " ".join(said) for name, said in words.items() if not said or not paths >= set(said)})
    return of(OPTION, *texts)


def ran(before: Run | None, now: Run | None) -> list[Change]:
    """Return what a job ran with otherwise; nothing where one of the two did not record it."""
    if before is None or now is None:
        return []
    return [*of(RAN, _circumstances(before), _circumstances(now)), *of(RAN, before.versions, now.versions)]


def _circumstances(run: Run) -> dict[str, str]:
    machine = run.machine
    told = {"Python": run.python, "processor": machine.kind, "device": machine.computing}
    return told | {"threads": str(run.threads)}


def of(kind: str, before: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    """Return which of the named things differ."""
    names = sorted({*before, *now})
    changed = [(name, before.get(name, NONE), now.get(name, NONE)) for name in names]
    return [Change(kind, *one) for one in changed if one[1] != one[2]]


@dataclass(frozen=True)
class Cause:
    """A change, and the jobs that it is of, sources first; a param's are of one rule, a module's of several."""

    change: Change
    jobs: tuple[Job, ...]


def causes(found: Iterable[tuple[Job, Sequence[Change]]]) -> list[Cause]:
    """Return each change once, with the jobs it is of, in the order in which they come."""
    grouped: dict[tuple[Change, str], list[Job]] = {}
    for job, changes in found:
        for change in changes:
            owner = job.rule if change.kind in (PARAM, OPTION, COMMAND) else ""
            grouped.setdefault((change, owner), []).append(job)
    return [Cause(change, tuple(jobs)) for (change, _), jobs in grouped.items()]
