"""Fixtures of the workflow tests: copies of the checkout, one of them with the tiny run finished."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from checkouts import Checkout, copy_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy of the checkout, without results."""
    return copy_checkout(tmp_path / "obverse")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy in which the tiny run has been done, with two cores; to look at, not to change.

    Of several processes that share the tests the first makes it, and the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    place, done = shared / "finished" / "obverse", shared / "finished" / "done"
    with (shared / "finished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            made = copy_checkout(place).snakemake(cores=2)
            assert made.returncode == 0, made.stdout + made.stderr
            done.touch()
    return Checkout(place)


@pytest.fixture
def clone(finished: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the finished one with its results, to change."""
    shutil.copytree(finished.path, tmp_path / "clone", symlinks=True)
    return Checkout(tmp_path / "clone")


@pytest.fixture(scope="module")
def shared(finished: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The same, one for all tests of a module: each that edits it puts it back."""
    target = tmp_path_factory.mktemp("shared") / "obverse"
    shutil.copytree(finished.path, target, symlinks=True)
    return Checkout(target)
