"""Fixtures of the workflow tests: copies of the checkout, one of them with the tiny run finished."""

import shutil
from pathlib import Path

import pytest

from checkouts import Checkout, copy_checkout


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, one of them makes the tiny run and has all tests that need it."""
    for item in items:
        needs = "finished" if "finished" in item.fixturenames else item.path.relative_to(item.config.rootpath)
        item.add_marker(pytest.mark.xdist_group(str(needs)))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy of the checkout, without results."""
    return copy_checkout(tmp_path / "obverse")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy in which the tiny run has been done, with two cores; to look at, not to change."""
    made = copy_checkout(tmp_path_factory.mktemp("finished") / "obverse")
    done = made.snakemake(cores=2)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture
def clone(finished: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the finished one with its results, to change."""
    shutil.copytree(finished.path, tmp_path / "clone", symlinks=True)
    return Checkout(tmp_path / "clone")
