"""The code that results were made with: the files of the checkout, and what git says of them."""

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from obverse.errors import UnusableInput

# Of these folders every file counts as code, whether git tracks it or not: a run may have read it.
_READ = ("workflow", "resources", "profiles", "envs")

# What git would ignore, where there is no git to ask.
_IGNORED = {"results", "runs", ".venv", ".snakemake", ".git", "__pycache__", ".pytest_cache", ".ruff_cache"}
_BUILT = ".egg-info"

# Of a process that git started, as in a hook: another repository's.
_OTHERS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")


@dataclass(frozen=True)
class Code:
    """The commit, empty without a repository; the files, relative to the checkout; those not as committed."""

    commit: str
    files: tuple[str, ...]
    dirty: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """The commit, and the names of the files that are not as it has them, relative to the checkout."""

    commit: str
    names: tuple[str, ...]


def read(checkout: Path) -> Code:
    """Return the code in ``checkout``, contents apart.

    Of a folder that is no git repository of its own, such as an unpacked download, the code is all that is not ignored
    by name, and nothing counts as changed. Raises `UnusableInput` for a repository that git cannot read.
    """
    if not (checkout / ".git").exists():
        return Code(commit="", files=tuple(sorted(_all(checkout))), dirty=())
    found = changes(checkout)
    tracked = set(_names(_git(checkout, "ls-files", "-z")))
    files = sorted(name for name in tracked | set(found.names) if (checkout / name).is_file())
    return Code(commit=found.commit, files=tuple(files), dirty=found.names)


def changes(checkout: Path, seconds: float | None = None) -> Changes:
    """Return how the code in a repository differs from what was committed.

    A file that git does not track, nor ignore, counts where a run may read it as code; of any other, which may be
    anything of the user's, not even the name is told. Raises `UnusableInput` for a repository that git cannot read, and
    `subprocess.TimeoutExpired` for one that takes it longer than ``seconds`` to read a part of.
    """
    commit = _git(checkout, "rev-parse", "--verify", "HEAD", seconds=seconds).strip()
    listed = _git(checkout, "diff", "--name-only", "--no-renames", "-z", "HEAD", "--", seconds=seconds)
    untracked = ("ls-files", "--others", "--exclude-standard", "-z", "--", *_READ)
    new = _git(checkout, *untracked, seconds=seconds)
    return Changes(commit, tuple(sorted({*_names(listed), *_names(new)})))


def state(checkout: Path) -> str:
    """Return a text that changes with the commit, the list of files and the contents of each."""
    code = read(checkout)
    digest = hashlib.sha256()
    for name in code.files:
        digest.update(f"{name}\x00{hashlib.sha256((checkout / name).read_bytes()).hexdigest()}\n".encode())
    digest.update("\n".join(code.dirty).encode())
    return f"{code.commit[:12]} {digest.hexdigest()[:12]}".strip()


def _all(checkout: Path) -> list[str]:
    found = []
    for where, folders, names in os.walk(checkout):
        folders[:] = [name for name in folders if name not in _IGNORED and not name.endswith(_BUILT)]
        found += [PurePosixPath(Path(where, name).relative_to(checkout)).as_posix() for name in names]
    return found


def _git(checkout: Path, *arguments: str, seconds: float | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in _OTHERS}
    command = ["git", "-C", str(checkout), *arguments]
    try:
        done = subprocess.run(
            command,
            env=environment | {"GIT_OPTIONAL_LOCKS": "0"},  # someone may be at work in it
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
        )
    except FileNotFoundError:
        raise UnusableInput(
            checkout, "expected git, which knows what was committed, found none", "Install it."
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().split("\n")[0]
        raise UnusableInput(checkout, f"expected a repository with a commit, git says: {said}", "Commit first.")
    return done.stdout.decode(errors="surrogateescape")


def _names(listed: str) -> list[str]:
    return [name for name in listed.split("\x00") if name]
