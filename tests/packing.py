"""A small study to pack: a checkout in git, results, and what Snakemake and the jobs keep of how they were made."""

import hashlib
import json
import os
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from obverse import provenance
from obverse.pack_archive import pack_archive

CITATION = "title: Stew\nabstract: What is in it?\nversion: 1.0\nlicense: Apache-2.0\nauthors:\n  - name: The cooks\n"
CODE = {
    "Snakefile": "rule all:\n",
    "config.yaml": "salt: 1\n",
    "README.md": "# Stew\n",
    "LICENSE": "Cook it.\n",
    "CITATION.cff": CITATION,
    ".gitignore": "/results/\n/.snakemake/\n",
    "resources/table.csv": "a,b\n",
    "workflow/obverse/draw.py": "SIZE = 3\n",
}
FACE, GRID = b"\x93NUMPY a face", b"\x89PNG a grid of faces"
HOST = {"node": "kitchen", "processor": "Stove", "cores": 2, "system": "Linux 6", "machine": "x86_64"}
TARGETS = ["results/fig9.png", "results/table1.csv"]

_IDENTITY = ["-c", "user.name=Tests", "-c", "user.email=tests@example.org"]


@dataclass(frozen=True)
class Study:
    """A checkout with results in it, to pack and to disturb."""

    path: Path

    def write(self, name: str, content: bytes | str) -> Path:
        """Write a file, with the folders above it."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def git(self, *arguments: str) -> str:
        """Run git here, with a fixed identity."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        command = ["git", "-C", str(self.path), *_IDENTITY, *arguments]
        return subprocess.run(command, env=kept, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self) -> str:
        """Commit all files that git does not ignore; return the commit."""
        self.git("init", "--quiet")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "As it is")
        return self.git("rev-parse", "HEAD")

    def job(
        self,
        rule: str,
        outputs: Mapping[str, bytes],
        inputs: Sequence[str] = (),
        *,
        recorded: bool = True,
        time: int = 1_700_000_000,
    ) -> None:
        """Make ``outputs`` as if a job of ``rule`` had, of ``inputs``, at ``time``, for a second."""
        for output, content in outputs.items():
            os.utime(self.write(output, content), (time, time))
        shellcmd = f"python -m obverse.{rule} {' '.join([*inputs, *outputs])}"
        for output in outputs:
            self.write(
                f".snakemake/metadata/{record_name(output)}", json.dumps(self._noted(rule, inputs, shellcmd, time))
            )
        if recorded:
            self.record(rule, shellcmd.split()[3:], inputs, outputs, time)

    def _noted(self, rule: str, inputs: Sequence[str], shellcmd: str, time: int) -> dict:
        sums = {path: f"sha256:{self.sha256(path)}" for path in inputs if (self.path / path).is_file()}
        return {
            "rule": rule,
            "input": sorted(inputs),
            "log": [f"results/logs/{rule}.log"],
            "shellcmd": shellcmd,
            "params": [f"code={[f'{module}={digest}' for module, digest in self._code(rule).items()]}", "seed='1'"],
            "starttime": time - 1.0,
            "endtime": float(time),
            "input_checksums": sums,
        }

    def _code(self, rule: str) -> dict[str, str]:
        """Return the digest of the rule's module, where there is one, by its name."""
        module = self.path / f"workflow/obverse/{rule}.py"
        return {rule: provenance.digest(module.read_text())} if module.is_file() else {}

    def record(self, rule: str, words: list[str], inputs: Sequence[str], outputs: Sequence[str], time: int) -> Path:
        """Append what a stage records of itself."""
        key = hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]
        path = self.path / f"results/records/jobs/{rule}/{key}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        begun = {"id": f"{time:016x}", "command": ["python", "-m", f"obverse.{rule}", *words]}
        ended = begun | {
            **{"event": "ended", "stage": rule, "started": moment(time - 1), "ended": moment(time)},
            **{"exit_status": 0, "error": "", "threads": 1, "host": HOST, "device": {}},
            **{"code": self._code(rule), "python": "3.11.7", "versions": {"numpy": "2.4.6", "six": "1.17.0"}},
            "inputs": {name: self.sha256(name) if (self.path / name).is_file() else None for name in inputs},
            "outputs": {name: self.sha256(name) for name in outputs},
        }
        lines = [begun | {"event": "started", "time": moment(time - 1)}, ended]
        with path.open("a") as file:
            file.writelines(f"{json.dumps(line, sort_keys=True)}\n" for line in lines)
        return path

    def sha256(self, name: str) -> str:
        """Return the sha256 of a file."""
        return hashlib.sha256((self.path / name).read_bytes()).hexdigest()

    def pack(self, targets: Sequence[str] = TARGETS, *, restricted: Sequence[str] = (), allow: bool = False) -> Path:
        """Pack the study, from within it; return the archive."""
        output = Path("results/archive.zip")
        pack_archive(
            targets=list(targets),
            checkout=Path("."),
            metadata=Path(".snakemake/metadata"),
            records=Path("results/records"),
            restricted=list(restricted),
            allow=allow,
            output=output,
        )
        return output


def moment(time: int) -> str:
    """Return seconds since 1970 as records have them."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")


def record_name(output: str) -> str:
    """Return the name of Snakemake's record of an output, of a path that is not too long for one name."""
    return urlsafe_b64encode(output.encode()).decode()


def study(path: Path, *, recorded: bool = True) -> Study:
    """Write a study of four jobs: a source, pictures, a figure with its numbers, a table of a resource; committed."""
    made = Study(path)
    for name, content in CODE.items():
        made.write(name, content)
    made.commit()
    source, images = "results/sources/facescrub/faces.zip", "results/datasets/facescrub/images.npy"
    made.job("render", {source: b"PK faces"}, recorded=recorded, time=1_700_000_001)
    made.job("crop", {images: FACE}, [source], recorded=recorded, time=1_700_000_002)
    figure = {"results/fig9.png": GRID, "results/fig9.csv": b"m,mse\n1,0.5\n"}
    made.job("draw", figure, [images], recorded=recorded, time=1_700_000_003)
    made.job("tabulate", {"results/table1.csv": b"x\n"}, ["resources/table.csv"], recorded=recorded, time=1_700_000_004)
    made.job("forget", {"results/other.csv": b"not asked for\n"}, recorded=recorded, time=1_700_000_005)
    return made
