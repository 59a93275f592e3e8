"""Who is at work in a directory: the locks of a killed Snakemake are removed, the jobs it left behind do no harm.

Snakemake's own lock is a set of files that say nothing of who made them, so after a kill it asks the user to judge.
Here every Snakemake process that runs jobs holds a shared lock of the operating system, which dies with it: whoever
gets the exclusive one knows that nobody else is at work. Jobs outlive the run that started them, here and on a cluster.
They hold a lock of their own, for which the next run waits, and those that have still to begin then find another run's
name. Who only looks (a dry-run, a report, a graph) takes no lock, waits for nobody and changes nothing.
"""

import contextlib
import fcntl
import functools
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from obverse.errors import UnusableInput

RUN = "OBVERSE_RUN"  # in the environment of a job: the name of the run that started it
STATE = "OBVERSE_STATE"  # in the environment of a stage that a rule runs: the directory (.snakemake) it works for


def guard(workflow, directory: Path) -> None:
    """Let Snakemake's ``workflow`` take ``directory`` (``.snakemake``) over before it runs jobs, and at no other time.

    What it was started for is not known when the Snakefile is read; of all that it can do, only ``execute`` runs jobs.
    """
    execute = workflow.execute

    @functools.wraps(execute)
    def guarded(*given: object, **named: object) -> object:
        if workflow.output_settings.dryrun:
            return execute(*given, **named)
        alive, removed = take_over(directory)
        if removed:
            said = "A run was killed here; its lock is removed, and what it left half-done is done again."
            print(said, file=sys.stderr)
        os.environ[RUN] = run_of(directory)
        with alive:
            return execute(*given, **named)

    workflow.execute = guarded


def take_over(directory: Path) -> tuple[IO, int]:
    """Remove Snakemake's lock files in ``directory`` when no living process can have made them.

    Then wait for jobs that a dead run left at work, and give the directory a new run's name. Returns the open file
    whose lock must be held as long as jobs are run, and how many lock files were removed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    alive = (directory / "alive").open("w")
    removed = 0
    if _free(alive, fcntl.LOCK_EX):
        for stale in (directory / "locks").glob("*.lock"):
            stale.unlink()
            removed += 1
        _name_run(directory)
        with (directory / "jobs").open("w") as working:
            said = "Jobs of a killed run are still at work here: waiting for them to end, or to be cancelled or killed."
            _wait(working, fcntl.LOCK_EX, said)
    # Else another process is alive: its locks are its own, and Snakemake will explain them.
    _wait(alive, fcntl.LOCK_SH, "Another run is about to begin here, or an archive to be restored: waiting for that.")
    return alive, removed


@contextlib.contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Let no run begin in ``directory`` (``.snakemake``), which is made, while the block writes what runs write.

    A run that is started meanwhile waits. Raises `UnusableInput` when one, or a job, is at work there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "alive").open("w") as alive:
        if not _free(alive, fcntl.LOCK_EX) or _is_held(directory / "jobs"):
            raise UnusableInput(directory, "expected no run at work, found one", "Wait for it, or end it.")
        if run_of(directory):  # else none of its jobs can come late
            _name_run(directory)
        yield


def _name_run(directory: Path) -> None:
    """Give the directory a new run's name: jobs of an older one, which have still to begin, will do nothing."""
    (directory / "run").write_text(uuid.uuid4().hex)


def run_of(directory: Path) -> str:
    """Return the name of the run that has ``directory``; empty when none has had it yet."""
    return (directory / "run").read_text() if (directory / "run").exists() else ""


@contextlib.contextmanager
def at_work() -> Iterator[None]:
    """Let a stage work for the run, in the directory, that the environment names, as `serve` does.

    Does nothing where no directory is named: by hand.
    """
    directory = os.environ.get(STATE)
    with serve(Path(directory), os.environ.get(RUN, "")) if directory else contextlib.nullcontext():
        yield


def serve(directory: Path, run: str) -> IO:
    """Let a job work in ``directory`` for ``run``; for an empty one, which nobody told it, in any case.

    Returns the open file whose lock must be held as long as the job works. Raises `UnusableInput` when another run has
    taken over: it makes the same files.
    """
    working = (directory / "jobs").open("w")
    fcntl.flock(working, fcntl.LOCK_SH)
    if run and run != run_of(directory):
        working.close()
        raise UnusableInput("this job", "its run was killed, and a later one has taken over", "Nothing is to be done.")
    return working


def in_use(directory: Path) -> bool:
    """Return whether a living Snakemake process, or a job, here or on a cluster, works in ``directory``."""
    return any(_is_held(directory / name) for name in ("alive", "jobs"))


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("r+") as file:
        return not _free(file, fcntl.LOCK_EX)


def _free(file: IO, kind: int) -> bool:
    """Return whether a lock of that kind could be had, which then is ours."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(file: IO, kind: int, said: str) -> None:
    """Take a lock of that kind; where it must be waited for, say so."""
    if not _free(file, kind):
        print(said, file=sys.stderr, flush=True)
        fcntl.flock(file, kind)
