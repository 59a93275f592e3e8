"""What each job said of itself when it ended: its command, times, machine, versions, and the sha256 of its files."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePath

from obverse.past import facts
from obverse.past.facts import Facts

_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, order=True)
class Machine:
    """A host, its processor, cores, system and architecture; the device and precision of its networks.

    What a record does not tell, or there was none of, is empty, or 0.
    """

    node: str
    processor: str
    cores: int
    system: str
    architecture: str
    device: str
    precision: str

    @property
    def kind(self) -> str:
        """Return the processor's name, its architecture where it has none."""
        return self.processor or self.architecture

    @property
    def computing(self) -> str:
        """Return what networks were computed with, empty where none was."""
        return ", ".join(filter(None, (self.device, self.precision)))


@dataclass(frozen=True)
class Run:
    """A run of a stage that ended, well or not; what its ``record``, a file, does not tell is empty, or 0.

    ``words`` are the arguments of its command; ``started`` and ``ended`` are None where nobody can read them;
    ``inputs`` and ``outputs`` are sha256 by path, of a folder None; there is at least one of ``threads``; ``versions``
    are those of the distributions that were really loaded, ``code`` the digests of the modules of this package that
    were.
    """

    record: PurePath
    stage: str
    words: tuple[str, ...]
    started: datetime | None
    ended: datetime | None
    exit_status: int
    inputs: Mapping[str, str | None] = field(hash=False)
    outputs: Mapping[str, str | None] = field(hash=False)
    threads: int
    machine: Machine
    python: str
    versions: Mapping[str, str] = field(hash=False)
    code: Mapping[str, str] = field(hash=False)

    @property
    def key(self) -> str:
        """Return what the file that tells of it is named after."""
        return hashlib.sha256("\0".join(self.words).encode(errors="surrogateescape")).hexdigest()[:16]

    @property
    def seconds(self) -> float | None:
        """Return how long it took, None where that is not known."""
        return (self.ended - self.started).total_seconds() if self.started and self.ended else None


def read(content: bytes, record: PurePath, named: Callable[[str], str]) -> Iterator[Run]:
    """Yield the runs that ended, of those that the file ``record`` with that ``content`` tells of.

    ``named`` turns paths as recorded into the names that files have here. A line that tells of no command, or anything
    in another type than jobs do, is left out, as half a line is.
    """
    for event in facts.lines(content):
        try:
            if event.text("event") == "ended":
                yield _run(event, record, named)
        except ValueError:
            continue


def below(jobs: Path, named: Callable[[str], str]) -> Iterator[Run]:
    """Yield the runs that the records in ``jobs``, one folder a stage, tell of, as `read` does."""
    for record in sorted(jobs.glob("*/*.jsonl")):
        yield from read(record.read_bytes(), record, named)


def makers(runs: Iterable[Run]) -> dict[str, Run]:
    """Return the run that made each output: of those that ended well and wrote it, the newest."""
    return {output: run for run in _in_order(runs) for output in run.outputs}


def maker(made: Mapping[str, Run], outputs: Iterable[str]) -> Run | None:
    """Return the run that made ``outputs``, the newest of several, None where none is among those in ``made``."""
    return newest(made[output] for output in outputs if output in made)


def newest(runs: Iterable[Run]) -> Run | None:
    """Return the newest of those that ended well: the last that ended, of those at one time the last given."""
    return next(reversed(_in_order(runs)), None)


def _in_order(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that ended well, the newest last; one that ended when nobody can read counts as the oldest."""
    return sorted((run for run in runs if run.exit_status == 0), key=lambda run: run.ended or _FIRST)


def _run(event: Facts, record: PurePath, named: Callable[[str], str]) -> Run:
    host, device, command = event.inner("host"), event.inner("device"), event.texts("command")
    if len(command) < 3 or event.told.get("exit_status") is None:
        raise ValueError("expected a command and how it ended, found none")
    return Run(
        record=record,
        stage=command[2].removeprefix("obverse."),
        words=command[3:],
        started=_time(event.text("started")),
        ended=_time(event.text("ended")),
        exit_status=event.whole("exit_status"),
        inputs={named(path): sha256 for path, sha256 in event.sums("inputs").items()},
        outputs={named(path): sha256 for path, sha256 in event.sums("outputs").items()},
        threads=event.whole("threads") or 1,
        machine=Machine(
            node=host.text("node"),
            processor=host.text("processor"),
            cores=host.whole("cores"),
            system=host.text("system"),
            architecture=host.text("machine"),
            device=device.text("device"),
            precision=device.text("precision"),
        ),
        python=event.text("python"),
        versions=event.named("versions"),
        code=event.named("code"),
    )


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
