"""Copies of the checkout to run the workflow in, to edit, and to compare."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

BASE = Path(__file__).parents[1]
TINY = "tests/config.tiny.yaml"

RULE_FILES = sorted((BASE / "workflow/rules").glob("*.smk"))
RULES = {name: path for path in RULE_FILES for name in re.findall(r"(?m)^rule (\w+):", path.read_text())}


@dataclass(frozen=True)
class Checkout:
    """A copy of the checkout, to run Snakemake in and to edit."""

    path: Path

    def snakemake(self, *arguments: str, cores: int = 2, **variables: str) -> subprocess.CompletedProcess:
        """Run ``snakemake --configfile tests/config.tiny.yaml --cores N …`` here, and return its result whole."""
        command = ["snakemake", "--configfile", TINY, "--cores", str(cores), *arguments]
        return self.run(*command, **variables)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess:
        """Run any command here, with this copy's package and no other."""
        environment = os.environ | {"PYTHONPATH": str(self.path / "workflow")} | variables
        return subprocess.run(command, cwd=self.path, env=environment, capture_output=True, text=True)

    def would_run(self, *arguments: str) -> set[str]:
        """Return the rules a dry-run says would run."""
        listed = self.snakemake("--dry-run", *arguments)
        assert listed.returncode == 0, listed.stderr + listed.stdout
        if "Job stats:" not in listed.stdout:
            assert "Nothing to be done" in listed.stdout
            return set()
        table = listed.stdout.split("Job stats:")[1].split("\ntotal ")[0].splitlines()[3:]
        return {line.split()[0] for line in table if line.strip()} - {"all"}

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


def products(results: Path) -> list[Path]:
    """Return every product there is; logs, timings, records and accounts, which hold dates, are none."""
    return [
        path
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.relative_to(results).parts[0] not in ("logs", "benchmarks", "records", "asked")
    ]


def contents(results: Path) -> dict[str, str]:
    """Return the sha256 of every product."""
    return {str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest() for path in products(results)}
