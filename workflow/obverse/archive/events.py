"""Snakemake's account of its runs, results/records/workflow.jsonl: which of its lines go into an archive."""

from collections.abc import Iterable

from obverse import records
from obverse.past import facts
from obverse.past.facts import Facts


def of_kept(workflow: bytes, kept: Iterable[str]) -> bytes:
    """Return the lines of workflow.jsonl about jobs that made ``kept`` outputs, and about how their runs started.

    How runs ended is left out: the run that packs has not ended yet, and packing again is to give the same bytes. So is
    a line that is not of an event's shape.
    """
    outputs = set(kept)
    told = [line for line in facts.lines(workflow) if _is_shaped(line)]
    jobs = {_job(line) for line in told if outputs.intersection(line.texts("outputs"))}
    runs = {run for run, _ in jobs}
    chosen = [
        line.told
        for line in told
        if (line.text("event") == "run_started" and line.text("run") in runs)
        or ("jobid" in line.told and _job(line) in jobs)
    ]
    return b"".join(map(records.line, chosen))


def _is_shaped(line: Facts) -> bool:
    try:
        line.text("event"), line.texts("outputs"), _job(line)
    except ValueError:
        return False
    return True


def _job(line: Facts) -> tuple[str, int]:
    return line.text("run"), line.whole("jobid")
