"""Killed at any moment and started again with the same command, a run ends in the same bytes."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkouts import RULES, TINY, Checkout, contents, products
from obverse import stamps

MODELS = "workflow/rules/models.smk"
NEXT = " \\\n            "  # between two lines of a command there
ASIDE = {  # stages that `all` may not need: a target that does, and edits that make it small
    "provide_official": ("results/sources/mnist/t10k-images-idx3-ubyte.gz", []),
    "embed_faces": ("results/datasets/facescrub/embeddings.parquet", []),
    "scale_pixels": ("results/datasets/facescrub_minmax/images.npy", []),
    "trace_inverter": ("results/ablations.csv", []),
    "tabulate_ablations": ("results/ablations.csv", []),
    "draw_ablations": ("results/ablations.png", []),
    "train_embedder": (
        "results/models/embedder.safetensors",
        [("1500 --strangers 150 --pictures 8", "8 --strangers 4 --pictures 4"), ("--epochs 15", "--epochs 2")],
    ),
    "train_landmarks": (
        "results/models/landmarks.safetensors",
        [(f"--people 500{NEXT}--pictures 12", "--people 8 --pictures 4"), ("--epochs 8", "--epochs 2")],
    ),
    "train_attributes": (
        "results/models/attributes.safetensors",
        [(f"--people 1500{NEXT}--pictures 12", "--people 8 --pictures 4"), ("--epochs 14", "--epochs 2")],
    ),
}
CARD = "results/audit/example/card.html"
ASIDE |= {
    rule: (CARD, []) for rule in ("write_pictures", "prepare_pictures", "label_samples", "ask_model", "write_card")
}
ASIDE["ask_rekognition"] = ("results/rekognition/celeba.parquet", [])
EXCUSED = {  # they have tests of their own
    "fetch_fan",  # its file is FAN's, 96 MB
    "pack_archive",  # it may be refused, and is made anew: tests/workflow/test_archive.py
    "summarize_archive",  # the same
    "ask_endpoint",  # there must be somebody who answers: tests/stages/test_ask_endpoint.py
}


@pytest.fixture(scope="module")
def in_all(shared: Checkout) -> set[str]:
    """The rules that `all` needs."""
    return shared.would_run("--forceall")


def processes_of(directory: Path) -> Iterator[tuple[int, str]]:
    """Yield pid and command line of every process that works in ``directory``."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").resolve() == directory:
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def start(checkout: Checkout, *arguments: str, stderr: int = subprocess.DEVNULL) -> subprocess.Popen:
    command = ["snakemake", "--configfile", TINY, "--cores", "2", *arguments]
    environment = os.environ | {"PYTHONPATH": str(checkout.path / "workflow")}
    return subprocess.Popen(command, cwd=checkout.path, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)


def find(checkout: Checkout, word: str, running: subprocess.Popen) -> int | None:
    """Return the pid of a process here whose command line holds ``word``; None when the run ends without one."""
    while running.poll() is None:
        for pid, command in processes_of(checkout.path.resolve()):
            if word in command and "bash" not in command.split(" ")[0]:
                return pid
        time.sleep(0.02)
    return None


def leftovers(results: Path) -> list[Path]:
    """Return what only a job that has not ended keeps: halves, where a training stands, what was fetched so far."""
    fetched = results / "sources/facescrub/journal"
    return [path for path in results.rglob("*") if path.suffix in (".part", ".state") or fetched in path.parents]


def first_job(clone: Checkout, rule: str, *targets: str) -> tuple[list[str], float]:
    """Return the outputs of a job of ``rule``, and the seconds that it took."""
    listed = clone.snakemake("--summary", *targets).stdout.splitlines()[1:]
    jobs: dict[str, list[str]] = {}
    for output, _, made_by, log, *_ in (line.split("\t") for line in listed):
        if made_by == rule:
            jobs.setdefault(log, []).append(output)
    log, outputs = next(iter(sorted(jobs.items())))
    timing = clone.path / log.replace("/logs/", "/benchmarks/").replace(".log", ".tsv")
    return outputs, float(timing.read_text().splitlines()[1].split("\t")[0])


def kill_job(clone: Checkout, rule: str, moment: float, outputs: list[str], seconds: float) -> None:
    """Start the job of ``rule`` that makes ``outputs`` as if it never ran, kill it ``moment`` of its time later.

    Where it was faster than we, it is started anew and killed at half the time; fails if it could not be killed.
    """
    for attempt in range(8):
        for output in outputs:
            (clone.path / output).unlink() if (clone.path / output).is_file() else shutil.rmtree(clone.path / output)
        running = start(clone, outputs[0])
        if pid := find(clone, f"obverse.{rule} ", running):
            time.sleep(moment * seconds / 2**attempt)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if running.wait() != 0:
            return
    pytest.fail(f"{rule} ended before it could be killed, {attempt + 1} times")


def finish(clone: Checkout, undisturbed: dict[str, str], *targets: str) -> None:
    """Run the same command again: the bytes are those of an undisturbed run, and nothing else is left."""
    done = clone.snakemake(*targets)
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(clone.path / "results") == undisturbed
    assert leftovers(clone.path / "results") == []


def make_aside(clone: Checkout, rule: str) -> str:
    """Make what needs ``rule`` and is not in `all`; return its name."""
    target, edits = ASIDE[rule]
    for old, new in edits:
        clone.edit(MODELS, old, new)
    if rule == "provide_official":
        give_mnist(clone)
    done = clone.snakemake(target)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def give_mnist(clone: Checkout) -> None:
    """Let the digits be the user's: the stand-in's, from a folder of hers."""
    (clone.path / "results/sources/mnist").rename(clone.path / "given")
    rows = [
        f"mnist,{path.name},{stamps.digest(path)},{path.stat().st_size},,\n"
        for path in sorted((clone.path / "given").iterdir())
    ]
    table = clone.path / "resources/official_files.csv"
    table.write_text("role,file,sha256,bytes,urls,drive\n" + "".join(rows))
    clone.edit(TINY, "  mnist:\n    size: 16", "  mnist:\n    source: official\n    folder: given\n    size: 16")


def test_a_killed_job_fails_the_run_and_the_same_command_mends_it(clone: Checkout, finished: Checkout):
    outputs, seconds = first_job(clone, "train_inverter")
    kill_job(clone, "train_inverter", 0.5, outputs, seconds)
    finish(clone, contents(finished.path / "results"), outputs[0])


def test_a_killed_snakemake_leaves_no_puzzle(clone: Checkout, finished: Checkout):
    """Its lock is recognised as a dead process's; the job that outlives it does no harm."""
    outputs, _ = first_job(clone, "predict")
    (clone.path / outputs[0]).unlink()
    running = start(clone, outputs[0])
    assert find(clone, "obverse.predict ", running)
    running.kill()
    running.wait()
    done = clone.snakemake(outputs[0])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "A run was killed here" in done.stderr
    assert contents(clone.path / "results") == contents(finished.path / "results")


def test_a_killed_snakemake_leaves_no_puzzle_where_a_number_was_changed_before_the_next(clone: Checkout):
    """The job that outlives it writes late: not over what the new number gives."""
    outputs, _ = first_job(clone, "train_inverter", "results/fig9.png")
    weights = next(output for output in outputs if output.endswith(".safetensors"))
    old = stamps.digest(clone.path / weights)
    running = start(clone, "--forcerun", "train_inverter", "--", weights)
    job = find(clone, "obverse.train_inverter ", running)
    assert job
    os.kill(job, signal.SIGSTOP)
    running.kill()
    running.wait()
    inverters = "inverters:\n  faces:\n    width: 4\n    epochs: "
    clone.edit(TINY, f"{inverters}2", f"{inverters}3")
    following = start(clone, weights, stderr=subprocess.PIPE)
    for line in following.stderr:  # where the job was stopped before it held anything, to the end
        if b"still at work here: waiting" in line:
            break
    os.kill(job, signal.SIGCONT)
    following.communicate()
    assert following.returncode == 0
    while job in dict(processes_of(clone.path.resolve())):
        time.sleep(0.02)
    new = stamps.digest(clone.path / weights)
    again = clone.snakemake("--forcerun", "train_inverter", "--", weights)
    assert again.returncode == 0, again.stdout + again.stderr
    assert stamps.digest(clone.path / weights) == new != old


def test_a_living_snakemake_keeps_its_lock(clone: Checkout):
    running = start(clone, "--forcerun", "make_auxiliary", "--", "results/auxiliaries/generic.parquet")
    job = find(clone, "obverse.make_auxiliary ", running)
    assert job
    os.kill(job, signal.SIGSTOP)  # it must not end before the second has asked for the lock
    try:
        second = clone.snakemake("--forcerun", "make_auxiliary")
        assert second.returncode != 0
        assert "cannot be locked" in second.stderr
    finally:
        os.kill(job, signal.SIGCONT)
        running.wait()


def test_no_stage_is_left_out_of_being_killed(in_all: set[str]):
    assert set(RULES) - in_all <= ASIDE.keys() | EXCUSED


@pytest.mark.soak
@pytest.mark.parametrize("rule", sorted(RULES.keys() - EXCUSED))
def test_every_stage_may_be_killed_near_its_start_middle_and_end(clone: Checkout, in_all: set[str], rule: str):
    targets = [] if rule in in_all else [make_aside(clone, rule)]
    undisturbed = contents(clone.path / "results")
    job = first_job(clone, rule, *targets)
    for moment in (0.2, 0.5, 0.9):
        kill_job(clone, rule, moment, *job)
        finish(clone, undisturbed, job[0][0])


def kill_snakemake(checkout: Checkout, running: subprocess.Popen, draw: random.Random) -> str:
    running.kill()
    return "snakemake"


def kill_one_job(checkout: Checkout, running: subprocess.Popen, draw: random.Random) -> str:
    """Kill a stage, and Snakemake where none is running, or the one had ended already and the run goes on."""
    if jobs := [(pid, said) for pid, said in processes_of(checkout.path.resolve()) if " -m obverse." in said]:
        pid, said = draw.choice(jobs)
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.kill(pid, signal.SIGKILL)
            running.wait(30)
            return said.split(" -m obverse.")[1].split()[0]
    return kill_snakemake(checkout, running, draw)


def kill_everything(checkout: Checkout, running: subprocess.Popen, draw: random.Random) -> str:
    """As when the power fails."""
    while left := list(processes_of(checkout.path.resolve())):
        for pid, _ in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        running.wait()
    return "everything"


def whole(results: Path) -> dict[str, str]:
    """Return the sha256 of what is there under its own name, while jobs that were left behind may go on."""
    found = {}
    for path in set(products(results)) - set(leftovers(results)):
        with contextlib.suppress(FileNotFoundError):
            found[str(path.relative_to(results))] = stamps.digest(path)
    return found


@pytest.mark.soak
@pytest.mark.parametrize("number", range(5))
def test_whatever_is_killed_at_any_moment_of_the_whole_run_the_same_command_ends_in_the_same_bytes(
    checkout: Checkout, finished: Checkout, number: int
):
    """Ten kills in each of five runs from nothing; after each, every product that is there is whole."""
    draw, undisturbed = random.Random(number), contents(finished.path / "results")
    for _ in range(10):
        running, seconds = start(checkout), draw.uniform(1, 45)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(seconds)
        killed = draw.choice([kill_snakemake, kill_one_job, kill_everything])(checkout, running, draw)
        running.wait()
        there = whole(checkout.path / "results")
        print(f"run {number}: killed {killed} after {seconds:.1f} s, {len(there)} of {len(undisturbed)} products there")
        assert there == {name: undisturbed[name] for name in there}
    finish(checkout, undisturbed)
