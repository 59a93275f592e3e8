"""Snakemake, run on unpacked results with this Python's environment and that checkout's code."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def command(*, directory: Path, checkout: Path, targets: Sequence[str], configfiles: Sequence[Path]) -> list[str]:
    """Return Snakemake's words, its options between the executable and the targets apart."""
    words = [sys.executable, "-m", "snakemake", "--snakefile", str(checkout / "Snakefile")]
    words += ["--directory", str(directory)]
    words += ["--configfile", *map(str, configfiles)] if configfiles else []
    return [*words, "--", *targets]


def run(words: Sequence[str], *options: str, checkout: Path, quiet: bool = False) -> subprocess.CompletedProcess:
    """Run such a `command` with further ``options``; what it says goes to standard error, or into the result.

    Where this process is asked to end meanwhile, it and its jobs end first: in folders that may be removed then.
    """
    split = list(words).index("--")
    paths = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    environment = os.environ | {"PYTHONPATH": str(checkout / "workflow"), "PATH": os.pathsep.join(filter(None, paths))}
    with subprocess.Popen(
        [*words[:split], *options, *words[split:]],
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE if quiet else sys.stderr.fileno(),
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        start_new_session=True,  # a group of its own
    ) as running:
        try:
            said, _ = running.communicate()
        except BaseException:
            os.killpg(running.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(running.args, running.returncode, said)
