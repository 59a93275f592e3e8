"""Which job has which GPU: on one machine, jobs of one user that run at once get different ones.

The workflow counts a machine's devices and names them to its jobs in the environment; a job takes a free one before it
first asks CUDA for anything, and no other then sees it as free until the job is dead, however it ended. Where a
scheduler hands devices out nothing is named, and nothing is done.
"""

import contextlib
import fcntl
import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from obverse.errors import UnusableInput

NAMED = "OBVERSE_DEVICES"  # in the environment: the devices that jobs share, with commas between
_POLL_SECONDS = 0.2


def devices(environment: Mapping[str, str]) -> list[str]:
    """Return the CUDA devices of this machine as CUDA_VISIBLE_DEVICES names them; that or `NAMED`, if set, chooses."""
    for variable in (NAMED, "CUDA_VISIBLE_DEVICES"):
        if variable in environment:
            words = (name.strip() for name in environment[variable].split(","))
            return list(itertools.takewhile(lambda name: name not in ("", "-1"), words))  # as CUDA reads it
    if shutil.which("nvidia-smi") is None:
        return []
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True)
    return [str(number) for number, _ in enumerate(line for line in listed.stdout.splitlines() if line[:4] == "GPU ")]


@contextlib.contextmanager
def own_device() -> Iterator[None]:
    """Have one of the devices that the environment names for oneself, waiting while all are taken; see no other.

    Does nothing where none is named, or for a stage without networks (it has not loaded `obverse.devices`). To be
    entered before CUDA is first asked for anything. Raises `UnusableInput` where the folder of locks is another user's.
    """
    named = devices({NAMED: os.environ.get(NAMED, "")})
    if not named or "obverse.devices" not in sys.modules:
        yield
        return
    name, held = _wait_for_one(_folder(), named)
    with held:
        os.environ["CUDA_VISIBLE_DEVICES"] = name
        # As nvidia-smi counts them, not the fastest first; who chose for herself has chosen the order too.
        os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
        yield


def _wait_for_one(folder: Path, names: list[str]) -> tuple[str, IO]:
    """Return a device that nobody had, and the open file whose lock says that it is taken."""
    waiting = False
    while (taken := _any_of(folder, names)) is None:
        if not waiting:
            print(f"every GPU ({', '.join(names)}) has a job: waiting for one of them to end", file=sys.stderr)
        waiting = True
        time.sleep(_POLL_SECONDS)
    return taken


def _any_of(folder: Path, names: list[str]) -> tuple[str, IO] | None:
    """Return the first device that nobody has, with its locked file; None where there is none."""
    for name in names:
        held = (folder / name.replace("/", "-")).open("w")
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return name, held
        held.close()
    return None


def _folder() -> Path:
    """Return where the locks of this machine and user are: the same for all checkouts, never on a shared disk."""
    folder = Path(f"/tmp/obverse-{os.getuid()}")  # not $TMPDIR, which two shells may set to two folders
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise UnusableInput(folder, "expected a folder of yours, found another user's", "remove it, or have it removed")
    return folder
