"""Devices and jobs: each job of those at once has its own, the next waits, a dead one's is free."""

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from obverse import slots
from obverse.errors import UnusableInput

STAGE = """
import os, sys
from obverse import cli

def stage(*, said: str) -> None:
    print(said, os.environ.get("CUDA_VISIBLE_DEVICES", "all"), flush=True)
    sys.stdin.read()

cli.run(stage)
"""


class Job:
    """A process that runs a stage until it is told to end, or killed."""

    def __init__(self, devices: str | None, users: str = "predict,stage") -> None:
        environment = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
        environment["PYTHONPATH"] = str(Path(slots.__file__).parents[1])
        environment |= {slots.USERS: users} | ({} if devices is None else {slots.NAMED: devices})
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        command = [sys.executable, "-c", STAGE, "--said", "has"]
        self.process = subprocess.Popen(command, env=environment, text=True, **pipes)

    def device(self) -> str:
        """Return the device that it sees, once it has one."""
        return self.process.stdout.readline().split()[1]

    def end(self, sign: int = signal.SIGTERM) -> None:
        os.kill(self.process.pid, sign)
        self.process.communicate()


@pytest.fixture
def start():
    """Start jobs, and end those that are left."""
    started: list[Job] = []

    def one(*given: str | None) -> Job:
        started.append(Job(*given))
        return started[-1]

    yield one
    for job in started:
        if job.process.poll() is None:
            job.end()


@pytest.fixture
def pretended():
    """Names of two devices that nobody else pretends to have."""
    names = [f"pretended-{uuid.uuid4().hex}" for _ in range(2)]
    yield names
    for name in [*names, *(f"GPU-{name}" for name in names)]:
        Path(f"/tmp/obverse-{os.getuid()}/{name}").unlink(missing_ok=True)


def test_jobs_at_once_have_different_devices_and_one_more_waits_until_one_is_killed(start, pretended):
    named = ",".join(pretended)
    first, second = start(named), start(named)
    assert {first.device(), second.device()} == set(pretended)
    third = start(named)
    assert "waiting for one of them to end" in third.process.stderr.readline()
    first.end(signal.SIGKILL)
    freed = third.device()
    assert freed in pretended
    second.end()
    assert {start(named).device(), freed} == set(pretended)


def test_two_workflows_share_what_both_name(start, pretended):
    """One was told of a part of the devices."""
    first = start(pretended[1])
    assert first.device() == pretended[1]
    assert start(",".join(reversed(pretended))).device() == pretended[0]


def test_where_no_device_is_named_a_job_sees_what_there_is(start):
    assert start(None).device() == "all" and start("").device() == "all"


def test_a_stage_whose_rule_has_no_gpu_takes_no_device(start, pretended):
    assert start(pretended[0], "predict").device() == "all" and start(pretended[0]).device() == pretended[0]


def test_a_folder_of_another_users_is_refused(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "locks").symlink_to("elsewhere")
    with pytest.raises(UnusableInput, match="expected a folder of yours"):
        slots.folder(tmp_path / "locks")


@pytest.mark.parametrize(
    ("environment", "devices"),
    [
        ({"CUDA_VISIBLE_DEVICES": "0,2"}, ["0", "2"]),  # no driver says which cards these are
        ({"CUDA_VISIBLE_DEVICES": "GPU-8932f937, GPU-1a"}, ["GPU-8932f937", "GPU-1a"]),
        ({"CUDA_VISIBLE_DEVICES": ""}, []),
        ({"CUDA_VISIBLE_DEVICES": "1,-1,2"}, ["1"]),  # what follows a -1 CUDA does not see
        ({"CUDA_VISIBLE_DEVICES": "0", slots.NAMED: "1,2"}, ["1", "2"]),
    ],
)
def test_the_environment_chooses_devices(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str], devices: list[str]
):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert slots.devices(environment) == devices


LISTED = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-b8ea3855)
GPU 2: NVIDIA A100-SXM4-40GB (UUID: GPU-b8ea71c4)
  MIG 1g.5gb      Device  0: (UUID: MIG-c6d4f1ef)
  MIG 1g.5gb      Device  1: (UUID: MIG-cba663e8)
"""
ALL = ["GPU-5d5ba0d6", "GPU-b8ea3855", "MIG-c6d4f1ef"]


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Return what pretends that the driver says something and ends with a status."""

    def say(listed: str, status: int) -> None:
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\ncat <<END\n{listed}\nEND\nexit {status}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    return say


def test_else_the_driver_tells(driver):
    """Of a card divided by MIG, CUDA sees the first part."""
    driver(LISTED, 0)
    assert slots.devices({}) == ALL
    driver("No devices found.", 6)
    assert slots.devices({}) == []


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("1,0", ["GPU-b8ea3855", "GPU-5d5ba0d6"]),
        ("GPU-b8ea3855,GPU-5d", ["GPU-b8ea3855", "GPU-5d5ba0d6"]),  # CUDA takes the beginning of a name too
        ("0,GPU-5d5ba0d6", ["GPU-5d5ba0d6"]),
        ("2,GPU-b8ea7", ["MIG-c6d4f1ef"]),
        ("MIG-cba663e8,MIG-GPU-b8ea71c4/1/0", ["MIG-cba663e8", "MIG-GPU-b8ea71c4/1/0"]),
        ("3,GPU-b8ea,GPU-77", ["3", "GPU-b8ea", "GPU-77"]),  # none, or more than one: CUDA's to refuse
    ],
)
def test_a_card_has_one_name_however_the_user_names_it(driver, visible: str, names: list[str]):
    driver(LISTED, 0)
    assert slots.devices({"CUDA_VISIBLE_DEVICES": visible}) == names


def test_two_workflows_that_name_one_card_differently_have_it_by_turns(driver, start, pretended):
    cards = [f"GPU-{name}" for name in pretended]
    driver("".join(f"GPU {place}: A100 (UUID: {card})\n" for place, card in enumerate(cards)), 0)
    first, second = (slots.devices({"CUDA_VISIBLE_DEVICES": each}) for each in ("0", cards[0]))
    assert start(",".join(first)).device() == cards[0]
    waiting = start(",".join(second))
    assert "waiting for one of them to end" in waiting.process.stderr.readline()


def test_a_machine_without_the_driver_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert slots.devices({}) == []
