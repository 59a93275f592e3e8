"""Which job has which GPU: on one machine, jobs of one user that run at once get different ones.

The workflow counts a machine's devices and names them to its jobs in the environment. One that has a GPU takes a free
one before it first asks CUDA for anything, and no other sees that as free until the job is dead, however it ended.
Where a scheduler hands devices out nothing is named, and nothing is done.
"""

import contextlib
import fcntl
import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from obverse.errors import UnusableInput

NAMED = "OBVERSE_DEVICES"  # in the environment: the devices that jobs share, with commas between
USERS = "OBVERSE_DEVICE_USERS"  # in the environment: the stages whose jobs have one
_LOCKS = Path(f"/tmp/obverse-{os.getuid()}")  # of a machine and a user; $TMPDIR may differ between two of her shells
_POLL_SECONDS = 0.2


def devices(environment: Mapping[str, str]) -> list[str]:
    """Return the CUDA devices of this machine as CUDA_VISIBLE_DEVICES takes them; that or `NAMED`, if set, chooses.

    Where the driver lists its cards, each has one name, its UUID, however it was chosen: a number is a place in that
    list, whatever CUDA_DEVICE_ORDER says. What it does not list, and parts of a card (MIG), keep the name they have.
    """
    chosen = next((environment[name] for name in (NAMED, "CUDA_VISIBLE_DEVICES") if name in environment), None)
    words = _words(chosen or "")
    cards = _cards() if chosen is None or words else {}
    return list(cards.values()) if chosen is None else list(dict.fromkeys(_name(word, cards) for word in words))


def _words(chosen: str) -> list[str]:
    """Return the devices in a list with commas; as CUDA reads it, what follows a -1 is not there."""
    return list(itertools.takewhile(lambda word: word not in ("", "-1"), map(str.strip, chosen.split(","))))


def _cards() -> dict[str, str]:
    """Return what CUDA uses of each card, by the card's UUID, as the driver counts them; nothing without a driver.

    That is the card, or the first part of one that is divided by MIG.
    """
    if shutil.which("nvidia-smi") is None:
        return {}
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True)
    found = re.findall(r"^GPU .*\(UUID: (.+)\)(?:\n +MIG .*\(UUID: (.+)\))?", listed.stdout, re.MULTILINE)
    return {card: part or card for card, part in found}


def _name(word: str, cards: Mapping[str, str]) -> str:
    """Return the name of the card that ``word`` means, a number or the beginning of a UUID; else the word."""
    if word.isdecimal():
        meant = list(cards)[int(word) :][:1]
    else:
        meant = [card for card in cards if word.startswith("GPU-") and card.startswith(word)]
    return cards[meant[0]] if len(meant) == 1 else word


@contextlib.contextmanager
def own_device(stage: str) -> Iterator[None]:
    """Have one of the devices that the environment names for oneself, waiting while all are taken; see no other.

    Does nothing where none is named, or for a ``stage`` that is none of `USERS`. To be entered before CUDA is first
    asked for anything. Raises `UnusableInput` where the folder of locks is another user's.
    """
    named = _words(os.environ.get(NAMED, ""))
    if not named or stage not in os.environ.get(USERS, "").split(","):
        yield
        return
    name, held = _wait_for_one(folder(_LOCKS), named)
    with held:
        os.environ["CUDA_VISIBLE_DEVICES"] = name
        yield


def _wait_for_one(locks: Path, names: list[str]) -> tuple[str, IO]:
    """Return a device that nobody had, and the open file whose lock says that it is taken."""
    waiting = False
    while (taken := _any_of(locks, names)) is None:
        if not waiting:
            print(f"every GPU ({', '.join(names)}) has a job: waiting for one of them to end", file=sys.stderr)
        waiting = True
        time.sleep(_POLL_SECONDS)
    return taken


def _any_of(locks: Path, names: list[str]) -> tuple[str, IO] | None:
    """Return the first device that nobody has, with its locked file; None where there is none."""
    for name in names:
        held = (locks / name.replace("/", "-")).open("w")  # a MIG device's name has strokes
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return name, held
        held.close()
    return None


def folder(path: Path) -> Path:
    """Return ``path``, made if need be; raise `UnusableInput` where it is another user's, who could hold every lock."""
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise UnusableInput(path, "expected a folder of yours, found another user's", "Have it removed.")
    return path
