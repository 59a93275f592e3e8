"""Who is at work in a directory: the locks of a killed Snakemake are removed, the jobs it left on a cluster do no harm.

Snakemake's own lock is a set of files that say nothing of who made them, so after a kill it asks the user to judge.
Here every Snakemake process that runs jobs holds a shared lock of the operating system, which dies with it: whoever
gets the exclusive one knows that nobody else is at work. Jobs on a cluster outlive the run that submitted them. They
hold a lock of their own, for which the next run waits, and those still in the queue then find another run's name. Who
only looks (a dry-run, a report, a graph) takes no lock, waits for nobody and changes nothing.
"""

import fcntl
import functools
import os
import sys
import uuid
from pathlib import Path
from typing import IO

from obverse.errors import UnusableInput

RUN = "OBVERSE_RUN"  # in the environment of a cluster's job: the name of the run that submitted it


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

    Then wait for jobs that a dead run has on a cluster, and give the directory a new run's name. Returns the open file
    whose lock must be held as long as jobs are run, and how many lock files were removed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    alive = (directory / "alive").open("w")
    removed = 0
    try:
        fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass  # another process is alive: its locks are its own, and Snakemake will explain them
    else:
        for stale in (directory / "locks").glob("*.lock"):
            stale.unlink()
            removed += 1
        (directory / "run").write_text(uuid.uuid4().hex)
        _wait_for_jobs(directory)
    fcntl.flock(alive, fcntl.LOCK_SH)
    return alive, removed


def run_of(directory: Path) -> str:
    """Return the name of the run that has ``directory``; empty when none has had it yet."""
    return (directory / "run").read_text() if (directory / "run").exists() else ""


def serve(directory: Path, run: str) -> IO:
    """Let a job on a cluster work in ``directory`` for ``run``; for an empty one, which nobody told it, in any case.

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
    """Return whether a living Snakemake process runs jobs in ``directory`` (``.snakemake``), or a cluster does."""
    return any(_is_held(directory / name) for name in ("alive", "jobs"))


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _wait_for_jobs(directory: Path) -> None:
    with (directory / "jobs").open("w") as working:
        try:
            fcntl.flock(working, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = "Jobs of a killed run are still at work here: waiting for them to end, or to be cancelled."
            print(said, file=sys.stderr)
            fcntl.flock(working, fcntl.LOCK_EX)
