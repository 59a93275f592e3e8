"""What each job said of itself when it ended well: times, machine, device, versions, and the sha256 of its files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """A command that ended well; ``ended`` is in seconds since 1970.

    ``inputs`` and ``outputs`` are sha256 by path as the job had them, of a folder None. ``versions`` are those of the
    distributions that were really loaded; ``device`` is the GPU's name or what the
    processor can do, and the precision; empty where none was computed with.
    """

    ended: float
    node: str
    processor: str
    device: str
    threads: int
    python: str
    versions: Mapping[str, str] = field(hash=False)
    inputs: Mapping[str, str | None] = field(hash=False)
    outputs: Mapping[str, str | None] = field(hash=False)


def newest(jobs: Path) -> dict[str, Run]:
    """Return the run that made each output last, by path as recorded, of those that the files in ``jobs`` tell of."""
    found: dict[str, Run] = {}
    for record in sorted(jobs.glob("*/*.jsonl")):
        for run in _runs(record.read_bytes()):
            for output in run.outputs:
                if output not in found or found[output].ended <= run.ended:
                    found[output] = run
    return found


def _runs(content: bytes) -> Iterator[Run]:
    """Yield the runs that ended well; a line that cannot be read, as a killed process leaves, tells of none."""
    for line in content.splitlines():
        try:
            event = json.loads(line)
            if event.get("event") == "ended" and event.get("exit_status") == 0:
                yield _run(event)
        except (ValueError, TypeError, AttributeError):
            continue


def _run(event: Mapping) -> Run:
    host, device = event.get("host") or {}, event.get("device") or {}
    return Run(
        ended=datetime.fromisoformat(event["ended"]).timestamp() if event.get("ended") else 0.0,
        node=host.get("node") or "",
        processor=host.get("processor") or host.get("machine") or "",
        device=_device(device),
        threads=event.get("threads") or 1,
        python=event.get("python") or "",
        versions=dict(event.get("versions") or {}),
        inputs=dict(event.get("inputs") or {}),
        outputs=dict(event.get("outputs") or {}),
    )


def _device(described: Mapping[str, object]) -> str:
    return ", ".join(str(described[name]) for name in ("device", "precision") if described.get(name))
