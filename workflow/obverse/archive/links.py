"""What was made of what, as Snakemake keeps it: a record of each output under .snakemake/metadata."""

import json
import os
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SHA256 = "sha256:"


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


def read(metadata: Path) -> list[Job]:
    """Return the jobs that the folder ``metadata`` tells of, by their outputs in order.

    Outputs of one rule, one command and one log are one job's: Snakemake keeps a record of each output, and in none the
    others. A record that cannot be read is none, as Snakemake takes it.
    """
    grouped: dict[tuple, list[tuple[str, str, dict]]] = defaultdict(list)
    for name, output, record in _records(metadata):
        key = record.get("rule") or "", record.get("shellcmd") or "", tuple(record.get("log") or ())
        grouped[key].append((output, name, record))
    return sorted((_job(sorted(group)) for group in grouped.values()), key=lambda job: job.outputs)


def closure(jobs: Iterable[Job], targets: Sequence[str]) -> tuple[list[Job], list[str]]:
    """Return the jobs that ``targets`` come from, by their outputs in order, and what of it came from no job."""
    by_output = {output: job for job in jobs for output in job.outputs}
    found: dict[tuple[str, ...], Job] = {}
    sources, waiting, seen = [], list(targets), set(targets)
    while waiting:
        path = waiting.pop()
        job = by_output.get(path)
        if job is None:
            sources.append(path)
        elif job.outputs not in found:
            found[job.outputs] = job
            further = {*job.outputs, *job.inputs} - seen
            seen |= further
            waiting += further
    return [found[outputs] for outputs in sorted(found)], sorted(sources)


def _job(group: list[tuple[str, str, dict]]) -> Job:
    """Return the job of a group of records of its outputs, of which the newest speaks for it."""
    newest = max((record for _, _, record in group), key=lambda record: record.get("endtime") or 0)
    known = newest.get("input_checksums") or {}
    return Job(
        rule=newest.get("rule") or "",
        outputs=tuple(output for output, _, _ in group),
        inputs=tuple(sorted(set(newest.get("input") or ()))),
        shellcmd=newest.get("shellcmd") or "",
        params=tuple(newest.get("params") or ()),
        started=newest.get("starttime") or 0.0,
        ended=newest.get("endtime") or 0.0,
        checksums={path: sha[len(_SHA256) :] for path, sha in known.items() if str(sha).startswith(_SHA256)},
        metadata=tuple(name for _, name, _ in group),
    )


def _records(metadata: Path) -> Iterator[tuple[str, str, dict]]:
    """Yield the name of each record under ``metadata``, the output it is about, and what it says."""
    for folder, _, names in os.walk(metadata):
        for name in names:
            path = Path(folder, name)
            relative = path.relative_to(metadata)
            try:
                output = _output(relative)
                record = json.loads(path.read_bytes())
            except ValueError:
                continue
            if isinstance(record, dict):
                yield relative.as_posix(), output, record


def _output(relative: Path) -> str:
    """Return the output a record is about: its name is the path in base64, of a long one in folders marked by "@"."""
    *folders, last = relative.parts
    if not all(folder.startswith("@") for folder in folders):
        raise ValueError(f"expected folders that begin with @, found {relative}")
    return urlsafe_b64decode("".join(folder[1:] for folder in folders) + last).decode()
