"""Locks that a killed Snakemake left behind: recognised by the death of the process, and removed.

Snakemake's own lock is a set of files that say nothing of who made them, so after a kill it asks the user to judge.
Here every Snakemake process that reads the workflow holds a shared lock of the operating system, which dies with it:
whoever gets the exclusive one knows that nobody else is alive.
"""

import fcntl
from pathlib import Path
from typing import IO


def clear_stale(directory: Path) -> tuple[IO, int]:
    """Remove Snakemake's lock files in ``directory`` (``.snakemake``) when no living process can have made them.

    Returns the open file whose lock must be held as long as this process lives, and how many lock files were removed.
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
    fcntl.flock(alive, fcntl.LOCK_SH)
    return alive, removed


def in_use(directory: Path) -> bool:
    """Return whether a living Snakemake process works in ``directory`` (``.snakemake``)."""
    if not (directory / "alive").exists():
        return False
    with (directory / "alive").open("r+") as alive:
        try:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
