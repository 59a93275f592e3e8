"""The tree behind a result, in lines for a person: each job once, with what it was told, when and where it ran."""

import ast
import datetime
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from obverse.lineage import params
from obverse.lineage.histories import History
from obverse.past.jobs import Job
from obverse.past.runs import Run
from obverse.terminal import escaped

WIDTH = 100  # letters in a line of the terminal; a name that is longer is not broken

_LONGEST = 48  # letters of a param's value
_MOST_FILES = 3  # of a job's outputs that are named
_STEP = 3  # letters that a branch moves to the right
_TIED = "\N{NO-BREAK SPACE}"
_BETWEEN = f"{_TIED}· "


def lines(history: History, target: str) -> list[str]:
    """Return the tree behind ``target``; raise `UnusableInput` as `History.behind` does."""
    jobs, loose = history.behind([target])
    runs = [history.run(job) for job in jobs]
    machines = {_machine(run) for run in runs if run}
    everywhere = next(iter(machines)) if len(machines) == 1 else ""
    tree = _Tree(history, told_once=bool(everywhere))
    drawn = tree.job(history.makers()[target], target, 0)
    files = f", {len(loose)} file{'s' * (len(loose) > 1)} that no job made" if loose else ""
    count = f"{len(jobs)} jobs{_recorded(runs)}{files}"
    head = [f"{target} in {history.where}:", *_wrapped(f"{count}{f', on {everywhere}' * bool(everywhere)}", 0)]
    return [escaped(line.replace(_TIED, " ")) for line in [*head, "", *drawn]]


class _Tree:
    """Draws jobs, each once: a number stands for one that was drawn before."""

    def __init__(self, history: History, told_once: bool) -> None:
        self._history, self._makers, self._told_once = history, history.makers(), told_once
        self._numbers: dict[tuple[str, ...], int] = {}

    def job(self, job: Job, path: str, depth: int) -> list[str]:
        """Return the lines of ``job``, which made ``path``, and of what is behind it; ``depth`` branches to the right.

        The first is about the job; a further one about it begins with what joins it to the branches below.
        """
        number = self._numbers[job.outputs] = len(self._numbers) + 1
        first, *further = _wrapped(f"[{number}] {job.rule}{_TIED}→ {_files(job.outputs, path)}", depth)
        facts = [line for fact in self._facts(job) for line in _wrapped(fact, depth + 1)]
        branches = self._branches(job, depth + 1)
        joined = "│  " if branches else "   "
        drawn = [first, *(f"{joined}{line}" for line in [*further, *facts])]
        for branch in branches:
            start, on = ("└─ ", "   ") if branch is branches[-1] else ("├─ ", "│  ")
            drawn += [f"{start}{branch[0]}", *(f"{on}{line}" for line in branch[1:])]
        return drawn

    def _branches(self, job: Job, depth: int) -> list[list[str]]:
        """Return the lines of each job that ``job`` needs, in one branch those that were drawn before; then files."""
        needed: dict[tuple[str, ...], str] = {}
        for path in job.inputs:
            if path in self._makers:
                needed.setdefault(self._makers[path].outputs, path)
        branches, before = [], []
        for outputs, path in needed.items():
            if outputs in self._numbers:
                before.append(f"[{self._numbers[outputs]}]{_TIED}{self._makers[path].rule}")
            else:
                branches.append(self.job(self._makers[path], path, depth))
        branches += [_wrapped(self._source(path), depth) for path in job.inputs if path not in self._makers]
        return branches + ([_wrapped(f"above: {', '.join(before)}", depth)] if before else [])

    def _facts(self, job: Job) -> Iterator[str]:
        told, run = params.read(job.params), self._history.run(job)
        values = {name: _short(value) for name, value in told.values.items()}
        if "seed" not in values and params.seed(job.shellcmd):
            values["seed"] = params.seed(job.shellcmd)
        if values:
            yield _BETWEEN.join(f"{name} {value}".strip().replace(" ", _TIED) for name, value in values.items())
        ran = (
            [run.machine.computing, f"{run.threads} thread{'s' * (run.threads > 1)}"]
            if run
            else ["recorded by Snakemake alone"]
        )
        machine = [_machine(run)] if run and not self._told_once else []
        code = [f"code {told.digest()}"] if told.digest() else []
        yield _BETWEEN.join(word.replace(" ", _TIED) for word in [*code, *_when(job), *ran, *machine] if word)
        if not job.inputs:
            yield from map(self._hashed, job.outputs)

    def _source(self, path: str) -> str:
        elsewhere = " made elsewhere, its provenance is missing" * path.startswith("results/")
        return f"{self._hashed(path)}{elsewhere}"

    def _hashed(self, path: str) -> str:
        return f"{path} sha256{_TIED}{self._history.sha256(path) or 'unknown'}"


def _recorded(runs: list[Run | None]) -> str:
    alone = sum(run is None for run in runs)
    if not alone:
        return ", recorded by Snakemake and each by itself"
    return f", recorded by Snakemake{', all' if alone == len(runs) else f', {alone} of them'} by it alone"


def _machine(run: Run) -> str:
    return ", ".join(filter(None, [run.machine.node, run.machine.kind, f"Python {run.python}" * bool(run.python)]))


def _files(outputs: Iterable[str], path: str) -> str:
    """Return ``path`` whole and the names of the further ``outputs``, whole where they lie elsewhere."""
    folder = PurePosixPath(path).parent
    others = [other for other in outputs if other != path]
    names = [PurePosixPath(other).name if PurePosixPath(other).parent == folder else other for other in others]
    more = [f"{len(names) - _MOST_FILES + 2} more"] if len(names) >= _MOST_FILES else []
    return ", ".join([path, *names[: _MOST_FILES - 1 - len(more)], *more])


def _short(value: str) -> str:
    """Return a param's value for a reader: words without quotes, lists without brackets, a long one cut."""
    try:
        found = ast.literal_eval(value)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        found = value
    plain = (" ".join(map(str, found)) or "none") if isinstance(found, list) else str(found)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 2].rstrip()} …"


def _when(job: Job) -> list[str]:
    if not job.ended:
        return ["at a time unknown"]
    moment = datetime.datetime.fromtimestamp(job.ended, datetime.UTC)
    took = [f"{job.ended - job.started:,.1f} s"] if 0 < job.started <= job.ended else []
    return [f"{moment:%Y-%m-%d %H:%M:%S} UTC", *took]


def _wrapped(text: str, depth: int) -> list[str]:
    """Return ``text`` in lines that fit where ``depth`` branches stand before them; further ones are set in."""
    width = max(WIDTH - _STEP * (depth + 1), 40)
    broken = {"break_long_words": False, "break_on_hyphens": False}
    return textwrap.wrap(text, width, subsequent_indent="  ", **broken)
