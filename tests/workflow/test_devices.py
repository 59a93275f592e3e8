"""Several GPUs on one machine, pretended: what the workflow makes of them."""

import fcntl
import os
import re
import uuid
from pathlib import Path

import pytest

from checkouts import Checkout, contents

WEIGHTS = [f"results/evaluators/{role}/weights.safetensors" for role in ("facescrub", "mnist")]


def lock(name: str) -> Path:
    return Path(f"/tmp/obverse-{os.getuid()}/{name}")


@pytest.fixture
def pretended():
    """Names of two devices that nobody else pretends to have."""
    names = [f"pretended-{uuid.uuid4().hex}" for _ in range(2)]
    yield names
    for name in names:
        lock(name).unlink(missing_ok=True)


def test_as_many_jobs_have_a_device_at_once_as_there_are(clone: Checkout, finished: Checkout, pretended: list[str]):
    """One that another has they leave alone, and take the next. And the bytes are the same."""
    for path in WEIGHTS:
        (clone.path / path).unlink()
    lock(pretended[0]).parent.mkdir(mode=0o700, exist_ok=True)
    with lock(pretended[0]).open("w") as taken:
        fcntl.flock(taken, fcntl.LOCK_EX)
        done = clone.snakemake(*WEIGHTS, OBVERSE_DEVICES=",".join(pretended))
    assert done.returncode == 0, done.stderr
    assert 'Provided resources: gpu=Resource("gpu", 2)' in done.stderr and done.stderr.count("gpu=1,") == 2
    assert lock(pretended[1]).exists()
    assert contents(clone.path / "results") == contents(finished.path / "results")


def gpus(dry_run: str) -> set[str]:
    """Return the numbers of GPUs that jobs ask for."""
    return set(re.findall(r" resources: .*\bgpu=(\d+)", dry_run))


def test_without_a_device_no_job_asks_for_one(checkout: Checkout):
    assert gpus(checkout.snakemake("--dry-run", WEIGHTS[0], OBVERSE_DEVICES="").stdout) == {"0"}


def test_a_limit_that_is_given_holds_whatever_the_machine_has(checkout: Checkout):
    """As on a cluster, whose login node has none."""
    limited = checkout.snakemake("--dry-run", "--resources", "gpu=4", "--", WEIGHTS[0], OBVERSE_DEVICES="")
    assert gpus(limited.stdout) == {"1"}
    none = checkout.snakemake("--dry-run", "--resources", "gpu=0", "--", WEIGHTS[0], OBVERSE_DEVICES="a,b")
    assert gpus(none.stdout) == {"0"}
