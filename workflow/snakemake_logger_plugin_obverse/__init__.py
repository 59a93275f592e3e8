"""Snakemake's side of the records: which runs there were, and which jobs each of them started.

A logger plugin (``logger: [obverse]`` in the profile). It adds lines of JSON to ``results/records/workflow.jsonl``
under the directory that the workflow works in, and shows nothing. The stages' side is `obverse.records`.

That package is imported when a run starts, not before: the Snakefile says which checkout's it is.
"""

import contextlib
import datetime
import os
import platform
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from logging import LogRecord
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

_GIT_SECONDS = 10  # a repository on a slow disk must not hold up the end of a run
# --config, alone or behind other short options, what follows being keys and values; and with the first of them.
_CONFIG = re.compile("--config|-[A-Za-z]*C")
_CONFIG_WITH_ONE = re.compile("(--config=|-[A-Za-z]*?C)=?([^=]*)=.*", re.DOTALL)
_STOPPED = ("Terminating processes on user request", "Will exit after finishing currently running jobs")


class LogHandler(LogHandlerBase):
    """Turns Snakemake's events into lines; a dry run, and a run that has nothing to do, leave none."""

    writes_to_stream = False
    writes_to_file = False  # as Snakemake means it: its closing message would name the file
    has_filter = True  # --quiet is about what is shown
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        self._run = uuid.uuid4().hex[:16]
        self._header: dict[str, object] | None = None  # of a run that has not started a job
        self._path: Path | None = None  # once there is one to write to
        self._failed = self._stopped = self._done = self._ended = self._said = False
        self._of_event: dict[str | None, Callable[[LogRecord], None]] = {
            LogEvent.WORKFLOW_STARTED: self._prepare,
            LogEvent.RUN_INFO: self._start,
            LogEvent.JOB_INFO: self._job_started,
            LogEvent.JOB_FINISHED: self._job_finished,
            LogEvent.JOB_ERROR: self._job_failed,
            LogEvent.PROGRESS: self._progress,
            LogEvent.ERROR: self._error,
            None: self._message,
        }

    def emit(self, record: LogRecord) -> None:
        """Take down an event; let nothing that goes wrong reach Snakemake."""
        handle = self._of_event.get(getattr(record, "event", None))
        if handle and not self.common_settings.dryrun:
            self._harmlessly(lambda: handle(record))

    def close(self) -> None:
        """Take down that the run is over."""
        if self._path and not self._ended:
            self._ended = True
            how = "stopped" if self._stopped else "failed" if self._failed or not self._done else "finished"
            self._harmlessly(lambda: self._write("run_ended", None, exit=how))
        super().close()

    def _prepare(self, record: LogRecord) -> None:
        self._header = {
            "command": _command(sys.argv),
            "snakemake": record.snakemake_version,
            "python": platform.python_version(),
            "git": _git(Path(record.basedir)),
            "host": record.host,
            "pid": os.getpid(),
        }
        self._directory = Path(record.cwd)

    def _start(self, record: LogRecord) -> None:
        if self._header:
            from obverse import records

            self._path = self._directory / records.FOLDER / "workflow.jsonl"
            header, self._header = self._header, None
            self._write("run_started", record, **header)

    def _job_started(self, record: LogRecord) -> None:
        self._write(
            "job_started",
            record,
            jobid=record.jobid,
            rule=record.rule_name,
            wildcards=dict(record.wildcards),
            threads=record.threads,
            resources={name: value for name, value in record.resources.items() if not name.startswith("_")},
            reason=record.reason,
            inputs=list(record.input),
            outputs=list(record.output),
            log=list(record.log),
            command=record.shellcmd,
        )

    def _job_finished(self, record: LogRecord) -> None:
        self._write("job_finished", record, jobid=record.job_id)

    def _job_failed(self, record: LogRecord) -> None:
        self._failed = True
        self._write("job_failed", record, jobid=record.jobid)

    def _progress(self, record: LogRecord) -> None:
        self._done = record.done == record.total

    def _error(self, record: LogRecord) -> None:
        self._stopped = self._stopped or record.exception == KeyboardInterrupt.__name__

    def _message(self, record: LogRecord) -> None:
        self._stopped = self._stopped or record.getMessage().startswith(_STOPPED)

    def _write(self, event: str, record: LogRecord | None, **facts: object) -> None:
        from obverse import files, records

        if self._path:
            moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC) if record else None
            time = moment.isoformat(timespec="milliseconds") if moment else records.now()
            files.append(self._path, records.line({"event": event, "run": self._run, "time": time, **facts}))

    def _harmlessly(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            if not self._said:
                self._said = True
                with contextlib.suppress(OSError):
                    os.write(2, f"records: {type(error).__name__}: {error}; the run goes on unrecorded\n".encode())


def _command(words: Sequence[str]) -> list[str]:
    """Return a command line without where Snakemake lies, and of --config the keys alone: a value may be a secret."""
    said, within = [Path(words[0]).name], False
    for word in words[1:]:
        if attached := _CONFIG_WITH_ONE.fullmatch(word):
            within, word = False, f"{attached[1]}{attached[2]}=…"
        elif within and (" " in word or not word.startswith("-")):
            word = f"{word.partition('=')[0]}=…"
        else:
            within = _CONFIG.fullmatch(word) is not None
        said.append(word)
    return said


def _git(base: Path) -> Mapping[str, object] | None:
    """Return the commit of the checkout in ``base`` and which files differ from it; None where it is none."""
    from obverse.archive import checkout
    from obverse.errors import UnusableInput

    if not (base / ".git").exists():  # not of another repository's, in which it lies
        return None
    try:
        found = checkout.changes(base, _GIT_SECONDS)
    except (OSError, subprocess.SubprocessError, UnusableInput):
        return None
    return {"commit": found.commit, "dirty": bool(found.names), "changed": list(found.names)}
