"""What jobs record of themselves: one file a command, two lines each time it runs, appended for as long as it is."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Made:
    """A run of a stage that ended well: the file that tells of it, and the sha256 of what it read and wrote.

    ``inputs`` has None for a folder. Times are texts in UTC that sort as they came.
    """

    record: Path
    started: str
    ended: str
    inputs: Mapping[str, str | None] = field(hash=False)
    outputs: Mapping[str, str] = field(hash=False)


def newest(jobs: Path) -> dict[str, Made]:
    """Return for each output that the records under ``jobs`` name the run that made it last, by path as recorded."""
    found: dict[str, Made] = {}
    for record in sorted(jobs.glob("*/*.jsonl")):
        for event in _events(record.read_bytes()):
            made = _made(record, event)
            for output in made.outputs if made else ():
                if output not in found or found[output].ended <= made.ended:
                    found[output] = made
    return found


def of_kept(workflow: bytes, kept: Iterable[str]) -> bytes:
    """Return the lines of workflow.jsonl about jobs that made ``kept`` outputs, and about how their runs started.

    How runs ended is left out: the run that packs has not ended yet, and packing again is to give the same bytes.
    """
    outputs = set(kept)
    events = list(_events(workflow))
    jobs = {(event.get("run"), event.get("jobid")) for event in events if outputs & set(event.get("outputs") or ())}
    runs = {run for run, _ in jobs}
    chosen = [
        event
        for event in events
        if (event.get("event") == "run_started" and event.get("run") in runs)
        or ("jobid" in event and (event.get("run"), event["jobid"]) in jobs)
    ]
    return "".join(f"{json.dumps(event, sort_keys=True, ensure_ascii=False)}\n" for event in chosen).encode()


def _made(record: Path, event: dict) -> Made | None:
    if event.get("event") != "ended" or event.get("exit_status") != 0:
        return None
    return Made(
        record=record,
        started=event.get("started") or "",
        ended=event.get("ended") or "",
        inputs=event.get("inputs") or {},
        outputs=event.get("outputs") or {},
    )


def _events(content: bytes) -> Iterator[dict]:
    """Yield the objects in ``content``, one a line; half a line, which a killed process leaves, is none."""
    for line in content.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event
