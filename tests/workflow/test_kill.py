"""Killed at any moment and started again with the same command, a run ends in the same bytes."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkouts import RULES, TINY, Checkout, contents

ASIDE = {  # not in `all`
    *("provide_official", "write_cifar10", "prepare_cifar10", "count_classes", "embed_faces", "fetch_fan"),
    *("train_embedder", "train_landmarks"),
}
DRAWN = set(RULES) - ASIDE


def processes_of(directory: Path) -> Iterator[tuple[int, str]]:
    """Yield pid and command line of every process that works in ``directory``."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").resolve() == directory:
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def start(checkout: Checkout, *arguments: str) -> subprocess.Popen:
    command = ["snakemake", "--configfile", TINY, "--cores", "2", *arguments]
    environment = os.environ | {"PYTHONPATH": str(checkout.path / "workflow")}
    return subprocess.Popen(
        command, cwd=checkout.path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for(checkout: Checkout, word: str, running: subprocess.Popen) -> int:
    """Return the pid of a process here whose command line holds ``word``; fail when the run ends without one."""
    while running.poll() is None:
        for pid, command in processes_of(checkout.path.resolve()):
            if word in command and "bash" not in command.split(" ")[0]:
                return pid
        time.sleep(0.02)
    pytest.fail(f"the run ended before {word!r} was seen")


def leftovers(results: Path) -> list[Path]:
    return [path for path in results.rglob("*") if path.name.endswith(".part") or path.name == "state.pt"]


def undo_from(clone: Checkout, rule: str) -> float:
    """Remove every product made since the first job of ``rule`` started; return the seconds that job took."""
    timings = {path: path.stat().st_mtime for path in (clone.path / f"results/benchmarks/{rule}").rglob("*.tsv")}
    first = min(timings, key=timings.__getitem__)
    seconds = float(first.read_text().splitlines()[1].split("\t")[0])
    for path in (clone.path / "results").rglob("*"):
        if path.is_file() and path.stat().st_mtime >= timings[first] - seconds - 1:
            path.unlink()
    return seconds


def kill_job(clone: Checkout, rule: str, moment: float) -> None:
    """Start ``rule`` as if it never ran, kill its first job when a share ``moment`` of its time is over."""
    seconds = undo_from(clone, rule)
    running = start(clone)
    pid = wait_for(clone, f"obverse.{rule} ", running)
    time.sleep(moment * seconds)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        running.wait()  # it was faster than we
        return
    assert running.wait() != 0


def finish(clone: Checkout, finished: Checkout) -> None:
    """Run the same command again: the bytes are those of an undisturbed run, and nothing else is left."""
    done = clone.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(clone.path / "results") == contents(finished.path / "results")
    assert leftovers(clone.path / "results") == []


def test_a_killed_job_fails_the_run_and_the_same_command_mends_it(clone: Checkout, finished: Checkout):
    kill_job(clone, "train_inverter", 0.5)
    finish(clone, finished)


def test_a_killed_snakemake_leaves_no_puzzle(clone: Checkout, finished: Checkout):
    """Its lock is recognised as a dead process's; the job that outlives it does no harm."""
    undo_from(clone, "predict")
    running = start(clone)
    wait_for(clone, "obverse.predict ", running)
    running.kill()
    running.wait()
    done = clone.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "A run was killed here" in done.stderr
    assert contents(clone.path / "results") == contents(finished.path / "results")


def test_a_living_snakemake_keeps_its_lock(clone: Checkout):
    running = start(clone, "--forcerun", "make_auxiliary")
    try:
        wait_for(clone, "obverse.make_auxiliary ", running)
        second = clone.snakemake("--forcerun", "make_auxiliary")
        assert second.returncode != 0
        assert "cannot be locked" in second.stderr
    finally:
        running.wait()


@pytest.mark.soak
@pytest.mark.parametrize("moment", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("rule", sorted(DRAWN))
def test_every_stage_may_be_killed_in_its_middle(clone: Checkout, finished: Checkout, rule: str, moment: float):
    kill_job(clone, rule, moment)
    finish(clone, finished)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(5))
def test_snakemake_may_be_killed_at_any_moment(checkout: Checkout, finished: Checkout, number: int):
    draw = random.Random(number)
    for _ in range(3):
        running = start(checkout)
        try:
            running.wait(draw.uniform(5, 30))
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
    finish(checkout, finished)
