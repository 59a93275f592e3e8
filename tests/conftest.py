"""Fixtures of the workflow tests: copies of the checkout, one of them with the tiny run finished."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

BASE = Path(__file__).parents[1]
TINY = "tests/config.tiny.yaml"


@dataclass(frozen=True)
class Checkout:
    """A copy of the checkout, to run Snakemake in and to edit."""

    path: Path

    def snakemake(self, *arguments: str, cores: int = 2, **variables: str) -> subprocess.CompletedProcess:
        """Run ``snakemake --cores N --configfile tests/config.tiny.yaml …`` here, and return its result whole."""
        command = ["snakemake", "--cores", str(cores), "--configfile", TINY, *arguments]
        return self.run(*command, **variables)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess:
        """Run any command here, with this copy's package and no other."""
        environment = os.environ | {"PYTHONPATH": str(self.path / "workflow")} | variables
        return subprocess.run(command, cwd=self.path, env=environment, capture_output=True, text=True)

    def would_run(self, *arguments: str) -> set[str]:
        """Return the rules a dry-run says would run."""
        done = self.snakemake("--dry-run", "--quiet", "all", *arguments)
        assert done.returncode == 0, done.stderr + done.stdout
        listed = self.snakemake("--dry-run", *arguments)
        return (
            {
                line.split()[0]
                for line in listed.stdout.split("Job stats:")[-1].split("total")[0].splitlines()[3:]
                if line.strip()
            }
            - {"all"}
            if "Job stats:" in listed.stdout
            else set()
        )

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the one place where ``old`` stands in a file."""
        text = (self.path / file).read_text()
        assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
        (self.path / file).write_text(text.replace(old, new))


def copy_checkout(target: Path) -> Checkout:
    """Copy what git tracks, or would, into ``target``."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=BASE, capture_output=True, text=True
    )
    for name in listed.stdout.splitlines():
        if (BASE / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(BASE / name, target / name)
    return Checkout(target)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy of the checkout, without results."""
    return copy_checkout(tmp_path / "obverse")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy in which the tiny run has been done, with one core; to look at, not to change."""
    made = copy_checkout(tmp_path_factory.mktemp("finished") / "obverse")
    done = made.snakemake(cores=2)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture
def clone(finished: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the finished one with its results, to change."""
    shutil.copytree(finished.path, tmp_path / "clone", symlinks=True)
    return Checkout(tmp_path / "clone")
