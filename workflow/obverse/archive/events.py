"""Snakemake's account of its runs, results/records/workflow.jsonl: which of its lines go into an archive."""

import json
from collections.abc import Iterable

from obverse.past import facts


def of_kept(workflow: bytes, kept: Iterable[str]) -> bytes:
    """Return the lines of workflow.jsonl about jobs that made ``kept`` outputs, and about how their runs started.

    How runs ended is left out: the run that packs has not ended yet, and packing again is to give the same bytes.
    """
    outputs = set(kept)
    told = [line.told for line in facts.lines(workflow)]
    jobs = {(event.get("run"), event.get("jobid")) for event in told if outputs & set(event.get("outputs") or ())}
    runs = {run for run, _ in jobs}
    chosen = [
        event
        for event in told
        if (event.get("event") == "run_started" and event.get("run") in runs)
        or ("jobid" in event and (event.get("run"), event["jobid"]) in jobs)
    ]
    return "".join(f"{json.dumps(event, sort_keys=True, ensure_ascii=False)}\n" for event in chosen).encode()
