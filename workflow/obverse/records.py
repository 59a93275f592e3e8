"""What a run records of itself: each command that ran, on what, with what, and what came of it.

Where the environment names a folder in ``OBVERSE_RECORDS``, each stage adds two lines of JSON to the file of its
command, ``jobs/{stage}/{key}.jsonl``: one when it starts and one when it ends. A start without an end was killed.
Recording makes no job fail and changes none of its bytes: what cannot be written is said once, and the job goes on.
"""

import contextlib
import datetime
import hashlib
import json
import os
import platform
import signal
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from obverse import circumstances, files, stamps
from obverse.errors import UnusableInput

FOLDER = "results/records"  # the workflow's; under the directory it works in
VARIABLE = "OBVERSE_RECORDS"

_ENDING = (signal.SIGTERM, signal.SIGHUP)  # what a scheduler or a closed terminal sends
_READ = ("outputs", "versions", "code")  # what is found by reading files, gigabytes or thousands of them


@contextlib.contextmanager
def recording(stage: str, arguments: Mapping[str, object]) -> Iterator[None]:
    """Record the block, which runs ``stage`` with ``arguments``, where the environment says so."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        yield
        return
    job = _Job(Path(folder).absolute(), stage, arguments)
    try:
        job.start()
        yield
        job.end(0, "")
    except BaseException as error:
        job.end(*_outcome(error), asked=isinstance(error, KeyboardInterrupt))
        raise


def now() -> str:
    """Return the time, in UTC, to the millisecond."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def line(event: Mapping[str, object]) -> bytes:
    """Return an event as one line of JSON with sorted keys; what JSON has not is written as text."""
    return json.dumps(event, sort_keys=True, default=str).encode() + b"\n"


class _Job:
    """The record of one command: `start` once, `end` once, by the process that made it."""

    def __init__(self, folder: Path, stage: str, arguments: Mapping[str, object]) -> None:
        words = sys.argv[1:]
        key = hashlib.sha256("\0".join(words).encode(errors="surrogateescape")).hexdigest()[:16]
        self._folder, self._path = folder, folder / "jobs" / stage / f"{key}.jsonl"
        self._stage, self._arguments = stage, arguments
        self._command = ["python", "-m", f"obverse.{stage}", *words]
        self._id, self._pid, self._started = uuid.uuid4().hex[:16], os.getpid(), now()
        self._inputs: dict[str, str | None] = {}
        self._folders: dict[Path, tuple[int, int]] = {}
        self._sources: dict[str, str] = {}
        self._handlers: dict[int, object] = {}
        self._seconds, self._said, self._ended = 0.0, False, False

    def start(self) -> None:
        """Write the first line; take down what an edit or the job itself might change before its end."""
        begun = time.perf_counter()
        if threading.current_thread() is threading.main_thread():
            for number in _ENDING:
                if signal.getsignal(number) is signal.SIG_DFL:
                    self._handlers[number] = signal.signal(number, self._stop)
        with self._harmless():
            files.append(self._path, line(self._first()))
        with self._harmless():
            self._sources = circumstances.sources()
        with self._harmless():
            self._inputs = _inputs(self._arguments)
            self._folders = _folders(self._arguments)
        self._seconds += time.perf_counter() - begun

    def end(self, status: int, error: str, *, asked: bool = False) -> None:
        """Write the second line, unless it is written or this process is a child of the one that began.

        One that is ``asked`` to end may be killed soon: what must be read for its record stays empty.
        """
        begun = time.perf_counter()
        if not self._ended and os.getpid() == self._pid:
            last = self._last(status, error, asked)
            last["recording_seconds"] = round(self._seconds + time.perf_counter() - begun, 4)
            self._ended = True
            with self._harmless():
                files.append(self._path, line(last))
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _last(self, status: int, error: str, asked: bool) -> dict[str, object]:
        last = {key: value for key, value in self._first().items() if key not in ("time", "pid")}
        last |= {"event": "ended", "stage": self._stage, "started": self._started, "ended": now()}
        last |= {"exit_status": status, "error": error}
        for name, (find, otherwise) in self._facts().items():
            last[name] = otherwise
            if not (asked and name in _READ):
                with self._harmless():
                    last[name] = find()
        last["inputs"] = {path: sha256 for path, sha256 in self._inputs.items() if path not in last["outputs"]}
        return last

    def _first(self) -> dict[str, object]:
        begun = {"event": "started", "id": self._id, "time": self._started, "command": self._command}
        return begun | {"host": platform.node(), "pid": self._pid}

    def _facts(self) -> dict[str, tuple[Callable[[], object], object]]:
        """Return how each fact is found, and what stands for one that is not."""
        memory = self._folder / "digests.jsonl"
        return {
            "outputs": (lambda: _outputs(self._arguments, self._folders), {}),
            "threads": (lambda: circumstances.threads(self._arguments), 1),
            "device": (lambda: circumstances.device(self._arguments), {}),
            "host": (circumstances.host, {}),
            "python": (platform.python_version, ""),
            "versions": (circumstances.versions, {}),
            "code": (lambda: circumstances.code(circumstances.sources() | self._sources, memory), {}),
            "environment": (circumstances.environment, {}),
        }

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Record that a signal ends this process, and let it: the handler of before is the default, which does."""
        self.end(128 + number, f"ended by {signal.Signals(number).name}", asked=True)
        os.kill(os.getpid(), number)

    @contextlib.contextmanager
    def _harmless(self) -> Iterator[None]:
        """Let nothing that goes wrong in the block reach the job; say the first that does."""
        try:
            yield
        except Exception as error:
            if not self._said:
                self._said = True
                # Past sys.stderr: what a full disk does not take would wait there, and fail the job at its exit.
                with contextlib.suppress(OSError):
                    os.write(2, f"records: {_words(error)}; the job goes on, its record lacks that\n".encode())


def _words(error: BaseException) -> str:
    """Return the first line of what an error says; whose it is, where it is none of ours."""
    said = str(error) if isinstance(error, UnusableInput) else traceback.format_exception_only(error)[-1]
    return next(iter(said.splitlines()), "")


def _outcome(error: BaseException) -> tuple[int, str]:
    """Return the exit status that an exception leads to, and its words."""
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            return error.code or 0, ""
        return 1, next(iter(str(error.code).splitlines()), "")
    return 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1, _words(error)


def _inputs(arguments: Mapping[str, object]) -> dict[str, str | None]:
    """Return the sha256 of each file among the arguments, None for each folder; what is not there yet is no input."""
    paths = _paths(arguments)
    files_there = {str(path): stamps.digest(path) for path in paths if path.is_file()}
    return files_there | {str(path): None for path in paths if path.is_dir()}


def _paths(arguments: Mapping[str, object]) -> list[Path]:
    """Return the paths among the arguments, each once; an empty word is none."""
    given = [value for many in arguments.values() for value in (many if isinstance(many, list) else [many])]
    return list(dict.fromkeys(path for path in given if isinstance(path, Path) and path != Path()))


def _folders(arguments: Mapping[str, object]) -> dict[Path, tuple[int, int]]:
    """Return the folders among the arguments, each with what another one of the same name would not have."""
    return {path: _identity(path) for path in _paths(arguments) if path.is_dir()}


def _identity(path: Path) -> tuple[int, int]:
    return path.stat().st_dev, path.stat().st_ino


def _outputs(arguments: Mapping[str, object], before: Mapping[Path, tuple[int, int]]) -> dict[str, str]:
    """Return the sha256 of what was put in place, and of all in folders that were made, or made anew."""
    made = [path for path, identity in _folders(arguments).items() if before.get(path) != identity]
    below = sorted(path for folder in made for path in folder.rglob("*"))
    found = {path: _identity(path) for path in [*files.placed(), *below] if path.is_file()}
    once = {identity: path for path, identity in found.items()}  # tens of gigabytes may have two names
    sums = {identity: stamps.digest(path) for identity, path in once.items()}
    return {str(path): sums[identity] for path, identity in found.items()}
