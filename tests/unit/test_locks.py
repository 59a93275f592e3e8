"""Locks across processes: what one process may remove, or write, depends on which others live."""

import itertools
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
# A run of one job: the one that makes 2 outlives it until it is let, the one that makes 3 does not wait.
SNAKEFILE = """
import sys
from pathlib import Path

sys.path.insert(0, {package!r})
from obverse import locks

locks.guard(workflow, Path(".snakemake"))
shell.prefix("export PYTHONPATH={package} {variable}=.snakemake; ")


rule make_number:
    output: "number.txt"
    params: number=config["number"]
    shell: "exec python make_number.py --number {{params.number}} --output {{output}}"
"""
STAGE = """
from pathlib import Path

from obverse import cli, files


def make_number(*, number: int, output: Path) -> None:
    if number == 2:
        alive = open("begun", "w")
        print("here", file=alive, flush=True)
        open("go").read()
    files.write_bytes(output, str(number).encode())


if __name__ == "__main__":
    cli.run(make_number)
"""


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
    """What is no stage holds nothing, and makes nothing: it may stay as long as it likes."""
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


def run_for(number: int, folder: Path, stderr: int) -> subprocess.Popen:
    """Start a Snakemake there that makes ``number``."""
    command = ["snakemake", "--cores", "1", "--rerun-incomplete", "--config", f"number={number}"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=stderr, text=True)


def test_a_job_of_a_killed_local_run_does_not_put_its_file_over_the_next_run_s(tmp_path: Path):
    """A number was changed in between; the job that makes the old one writes late."""
    package = str(Path(locks.__file__).parents[1])
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(package=package, variable=locks.STATE))
    (tmp_path / "make_number.py").write_text(STAGE)
    os.mkfifo(tmp_path / "begun")
    os.mkfifo(tmp_path / "go")
    first = run_for(2, tmp_path, subprocess.DEVNULL)  # a pipe would end with the job alone
    with (tmp_path / "begun").open() as job:
        assert job.readline() == "here\n"
        first.kill()
        first.wait()
        second = run_for(3, tmp_path, subprocess.PIPE)
        said = list(itertools.takewhile(lambda line: "still at work here: waiting" not in line, second.stderr))
        (tmp_path / "go").write_text("on")
        second.communicate()
        assert second.returncode == 0, said
        assert job.read() == ""  # it is dead
    assert (tmp_path / "number.txt").read_text() == "3"


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


def test_who_comes_while_another_waits_for_the_jobs_of_a_killed_run_says_why_it_waits_too(directory: Path, start):
    run = start()
    job = start(locks.run_of(directory))
    run.kill()
    second = take(directory)
    assert "Jobs of a killed run are still at work here" in second.stderr.readline()
    third = take(directory)
    assert "Another run is about to begin here" in third.stderr.readline()
    job.kill()
    assert second.stdout.readline() == "0\n" and third.stdout.readline() == "0\n"
    second.communicate()
    third.communicate()


def take(directory: Path) -> subprocess.Popen:
    """Start another process that takes the directory over, and may have to wait."""
    environment = os.environ | {"PYTHONPATH": str(Path(locks.__file__).parents[1])}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen([sys.executable, "-c", HOLD, directory], env=environment, text=True, **pipes)


def test_a_stage_is_at_work_where_the_environment_says_so_and_what_it_started_is_not(directory: Path, monkeypatch):
    with locks.at_work():
        assert not locks.in_use(directory)
    monkeypatch.setenv(locks.STATE, str(directory))
    with locks.at_work():
        assert locks.in_use(directory)
        service = subprocess.Popen(["sleep", "60"])
    assert not locks.in_use(directory)
    service.kill()
    service.communicate()


def test_a_stage_of_a_run_that_was_killed_before_it_began_does_nothing(directory: Path, start, monkeypatch):
    """Its Python may take seconds to start."""
    monkeypatch.setenv(locks.STATE, str(directory))
    run = start()
    monkeypatch.setenv(locks.RUN, locks.run_of(directory))
    with locks.at_work():
        pass
    run.kill()
    start()
    with pytest.raises(UnusableInput, match="a later one has taken over"), locks.at_work():
        pytest.fail("it worked")
    assert clear(directory) == 0


def test_who_is_alone_in_a_directory_lets_a_run_wait_that_says_so(directory: Path, start):
    """The jobs of a run that was killed before, and come late, do nothing."""
    run = start()
    name = locks.run_of(directory)
    run.kill()
    with locks.alone(directory):
        assert locks.in_use(directory)
        later = take(directory)
        assert "Another run is about to begin here" in later.stderr.readline()
        with pytest.raises(UnusableInput, match="a later one has taken over"):
            locks.serve(directory, name)
    assert later.stdout.readline() == "0\n"
    later.communicate()
    assert not locks.in_use(directory)


@pytest.mark.parametrize("what", ["a run", "a job"])
def test_nobody_is_alone_where_a_run_or_a_job_is_at_work(directory: Path, start, what: str):
    start(None if what == "a run" else "")
    name = locks.run_of(directory)
    with pytest.raises(UnusableInput, match="expected no run at work, found one"), locks.alone(directory):
        pytest.fail("it was alone")
    assert locks.run_of(directory) == name
