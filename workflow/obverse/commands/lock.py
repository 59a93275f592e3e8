"""Make envs/ from pyproject.toml: the hashed locks that pip and uv install, and the conda environment of the same pins.

python -m obverse.commands.lock
"""

import hashlib
import re
import subprocess
import tomllib
from pathlib import Path

from obverse import files

_BASE = Path(__file__).parents[3]
LOCK = _BASE / "envs" / "obverse.lock.txt"
INSTALLER = _BASE / "envs" / "installer.lock.txt"
CONDA = _BASE / "envs" / "obverse.yaml"


def main() -> None:
    """Resolve anew (this needs a package index) and write the three files."""
    project = _BASE / "pyproject.toml"
    groups = [str(project), "--group", f"{project}:dev"]
    files.write_bytes(LOCK, f"{header(project)}\n{_resolve(groups, '')}".encode())
    files.write_bytes(INSTALLER, _resolve(["-"], "uv").encode())
    files.write_bytes(CONDA, conda(LOCK.read_text()).encode())


def header(path: Path) -> str:
    """Return the lock's first line: a digest of the dependencies it was made from."""
    wanted = tomllib.loads(path.read_text())
    project, resolver = wanted["project"], wanted["tool"]["uv"]
    text = repr((project["requires-python"], project["dependencies"], wanted["dependency-groups"], resolver))
    made_from = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"# made by `make lock` from the dependencies in pyproject.toml ({made_from})"


def conda(lock: str) -> str:
    """Return the conda environment that has the pins of ``lock``, markers included."""
    pins = re.findall(r"^([A-Za-z0-9._-]+==[^\\\n]+?) *\\?$", lock, flags=re.MULTILINE)
    lines = ["# Made by `make lock` from obverse.lock.txt, for `snakemake --sdm conda`; not tested.", "name: obverse"]
    lines += ["channels:", "  - conda-forge", "dependencies:", "  - python=3.11", "  - pip", "  - pip:"]
    return "\n".join(lines + [f'      - "{pin}"' for pin in pins]) + "\n"


def _resolve(sources: list[str], requirements: str) -> str:
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header"]
    command = ["uv", "pip", "compile", "--quiet", *options, *sources]
    return subprocess.run(command, input=requirements, cwd=_BASE, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
