"""The run of a job as it recorded itself: when, on which machine, with which versions of what."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from obverse.archive import records


@dataclass(frozen=True, order=True)
class Machine:
    """A host, its processor, cores and system; the device and precision of its networks, empty where there were none.

    What a record does not tell is empty, or 0.
    """

    node: str
    processor: str
    cores: int
    system: str
    device: str
    precision: str


@dataclass(frozen=True)
class Run:
    """When a job began and ended, and with what; ``versions`` are those of the distributions that it loaded."""

    started: datetime
    ended: datetime
    machine: Machine
    python: str
    versions: Mapping[str, str] = field(hash=False)


def last(record: bytes, outputs: Iterable[str]) -> Run | None:
    """Return the last run in a record that ended well and put one of ``outputs`` in place, None where there is none."""
    expected, found = set(outputs), None
    for event in records.events(record):
        written = {posixpath.normpath(path) for path in event.get("outputs") or ()}
        if event.get("event") == "ended" and event.get("exit_status") == 0 and written & expected:
            found = _run(event)
    return found


def _run(event: dict) -> Run | None:
    try:
        started, ended = (datetime.fromisoformat(event[name]) for name in ("started", "ended"))
    except (KeyError, TypeError, ValueError):
        return None  # a time that nobody can read tells nothing
    host, device = event.get("host") or {}, event.get("device") or {}
    machine = Machine(
        node=host.get("node") or "",
        processor=host.get("processor") or "",
        cores=host.get("cores") or 0,
        system=" ".join(filter(None, (host.get("system"), host.get("machine")))),
        device=device.get("device") or "",
        precision=device.get("precision") or "",
    )
    return Run(started, ended, machine, event.get("python") or "", event.get("versions") or {})
