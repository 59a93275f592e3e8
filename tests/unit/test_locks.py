"""Locks across processes: what one process may remove depends on which others live."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from obverse import locks
from obverse.errors import UnusableInput

HOLD = (
    "import sys, time; from pathlib import Path; from obverse import locks\n"
    "held, removed = locks.take_over(Path(sys.argv[1]))\n"
    "print(removed, flush=True); sys.stdin.read()"
)
SERVE = (
    "import sys; from pathlib import Path; from obverse import locks\n"
    "held = locks.serve(Path(sys.argv[1]), sys.argv[2])\n"
    "print(0, flush=True); sys.stdin.read()"
)


class Holder:
    """Another process that runs the workflow, or is a job of ``run``, and lives until it is killed."""

    def __init__(self, directory: Path, run: str | None = None) -> None:
        environment = os.environ | {"PYTHONPATH": str(Path(locks.__file__).parents[1])}
        command = [sys.executable, "-c", *((HOLD, directory) if run is None else (SERVE, directory, run))]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
        self.removed = int(self.process.stdout.readline())

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def directory(tmp_path: Path):
    (tmp_path / "locks").mkdir()
    for name in ("0.input.lock", "0.output.lock"):
        (tmp_path / "locks" / name).write_text("results/fig9.png\n")
    return tmp_path


@pytest.fixture
def start(directory: Path):
    """Start holders, and end those that are left."""
    started: list[Holder] = []

    def one(run: str | None = None) -> Holder:
        started.append(Holder(directory, run))
        return started[-1]

    yield one
    for holder in started:
        if holder.process.poll() is None:
            holder.kill()


def left(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "locks").iterdir())


def clear(directory: Path) -> int:
    """Clear and let go at once; return how many locks were removed."""
    alive, removed = locks.take_over(directory)
    alive.close()
    return removed


def test_the_locks_of_a_killed_process_are_removed(directory: Path, start):
    """It removes those it finds, makes its own, and is killed."""
    holder = start()
    assert holder.removed == 2
    (directory / "locks" / "1.output.lock").touch()
    holder.kill()
    assert clear(directory) == 1 and left(directory) == []


def test_the_locks_of_a_living_process_are_kept(directory: Path, start):
    start()
    (directory / "locks" / "1.output.lock").touch()
    assert clear(directory) == 0 and left(directory) == ["1.output.lock"]


def test_one_living_process_is_enough_to_keep_them(directory: Path, start):
    """Two runs: when the first is killed, whoever is left protects what may be somebody's."""
    first, second = start(), start()
    (directory / "locks" / "1.output.lock").touch()
    first.kill()
    assert clear(directory) == 0
    second.kill()
    assert clear(directory) == 1


def test_a_second_process_does_not_wait_for_the_first(directory: Path, start):
    start()
    assert start().removed == 0


def test_the_commands_a_process_started_do_not_keep_it_alive(directory: Path):
    """A killed Snakemake leaves its jobs running for a while: they hold nothing."""
    orphan = (
        "import subprocess, sys; from pathlib import Path; from obverse import locks\n"
        "held = locks.take_over(Path(sys.argv[1]))\n"
        "print(subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL).pid, flush=True)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(locks.__file__).parents[1])}
    command = [sys.executable, "-c", orphan, directory]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    job = int(done.stdout)
    try:
        (directory / "locks" / "1.output.lock").touch()
        os.kill(job, 0)
        assert clear(directory) == 1
    finally:
        os.kill(job, signal.SIGKILL)


def test_a_directory_that_is_not_there_yet_is_made(tmp_path: Path):
    assert clear(tmp_path / "run" / ".snakemake") == 0


def test_only_lock_files_are_removed(directory: Path):
    (directory / "locks" / "notes.txt").touch()
    (directory / "metadata").mkdir()
    assert clear(directory) == 2
    assert left(directory) == ["notes.txt"] and (directory / "metadata").exists()


def test_who_takes_over_waits_for_the_jobs_of_a_killed_run(directory: Path, start):
    run = start()
    job = start(locks.run_of(directory))
    run.kill()
    with ThreadPoolExecutor(1) as pool:
        cleared = pool.submit(clear, directory)
        with pytest.raises(TimeoutError):
            cleared.result(timeout=0.5)
        job.kill()
        assert cleared.result() == 0


def test_a_job_that_waited_while_its_run_was_killed_and_another_took_over_does_nothing(directory: Path, start):
    """It would make what the other's jobs make, at the same time."""
    run = start()
    name = locks.run_of(directory)
    run.kill()
    locks.serve(directory, name).close()  # as long as nobody has
    start()
    with pytest.raises(UnusableInput, match="a later one has taken over"):
        locks.serve(directory, name)
    assert clear(directory) == 0


def test_a_job_whose_scheduler_passed_no_environment_on_works(directory: Path, start):
    start()
    locks.serve(directory, "").close()


def test_a_second_run_beside_a_run_leaves_its_jobs_alone(directory: Path, start):
    start()
    name = locks.run_of(directory)
    start()
    locks.serve(directory, name).close()


def test_a_directory_is_in_use_by_a_run_and_by_its_jobs(directory: Path, start):
    assert not locks.in_use(directory)
    run = start()
    assert locks.in_use(directory)
    job = start(locks.run_of(directory))
    run.kill()
    assert locks.in_use(directory)
    job.kill()
    assert not locks.in_use(directory)
