"""What was made of what, as Snakemake keeps it: a note on each output under .snakemake/metadata."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obverse.past import notes, walks
from obverse.past.notes import Note


@dataclass(frozen=True)
class Job:
    """A job that Snakemake finished, with paths as Snakemake has them.

    ``started`` and ``ended`` are seconds since 1970; ``params`` are texts, one a param, sorted; ``checksums`` are the
    sha256 of those inputs that Snakemake took one of, as they were when the job ended; ``metadata`` are Snakemake's
    files about it, one an output, relative to their folder.
    """

    rule: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    shellcmd: str
    params: tuple[str, ...]
    started: float
    ended: float
    checksums: Mapping[str, str] = field(hash=False)
    metadata: tuple[str, ...]


def finished(metadata: Path) -> list[Job]:
    """Return the jobs that the folder ``metadata`` tells of, by their outputs in order.

    Outputs of one rule, one command and one log are one job's: Snakemake keeps a note on each output, and in none the
    others. A note that cannot be read is none, as Snakemake takes it.
    """
    grouped: dict[tuple, list[tuple[str, str, Note]]] = defaultdict(list)
    for name, output, note in _notes(metadata):
        grouped[note.rule, note.shellcmd, note.log].append((output, name, note))
    return sorted((_job(group) for group in grouped.values()), key=lambda job: job.outputs)


def closure(jobs: Iterable[Job], targets: Sequence[str]) -> tuple[list[Job], list[str]]:
    """Return the jobs that ``targets`` come from, by their outputs in order, and what of it came from no job."""
    makers = {output: job for job in jobs for output in job.outputs}
    found, paths = walks.behind(targets, makers, lambda job: (*job.outputs, *job.inputs))
    return sorted(found, key=lambda job: job.outputs), sorted(paths - makers.keys())


def _job(group: list[tuple[str, str, Note]]) -> Job:
    """Return the job of a group of notes on its outputs, of which the newest speaks for it."""
    group = sorted(group, key=lambda each: each[:2])
    newest = max((note for _, _, note in group), key=lambda note: note.ended)
    return Job(
        rule=newest.rule,
        outputs=tuple(output for output, _, _ in group),
        inputs=tuple(sorted(set(newest.inputs))),
        shellcmd=newest.shellcmd,
        params=newest.params,
        started=newest.started,
        ended=newest.ended,
        checksums=newest.checksums,
        metadata=tuple(name for _, name, _ in group),
    )


def _notes(metadata: Path) -> Iterator[tuple[str, str, Note]]:
    """Yield the name of each note under ``metadata``, the output it is on, and what it says."""
    for folder, _, names in os.walk(metadata):
        for name in names:
            path = Path(folder, name)
            relative = path.relative_to(metadata)
            try:
                yield relative.as_posix(), notes.output(relative), notes.read(path.read_bytes())
            except ValueError:
                continue
