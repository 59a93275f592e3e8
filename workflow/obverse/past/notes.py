"""Snakemake's notes: what it keeps of the job that made an output, one file an output, named after it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from obverse.past import facts

_LONGEST = 254  # letters in a name of Snakemake's files; the rest goes into folders marked by "@"
_SHA256 = "sha256:"


@dataclass(frozen=True)
class Note:
    """What Snakemake keeps of the job that made an output; what a note does not tell is empty, or 0.

    ``started`` and ``ended`` are seconds since 1970; ``checksums`` are the sha256, by path, of those inputs that
    Snakemake took one of, as they were when the job ended.
    """

    rule: str
    inputs: tuple[str, ...]
    log: tuple[str, ...]
    shellcmd: str
    params: tuple[str, ...]
    started: float
    ended: float
    checksums: Mapping[str, str] = field(hash=False)


def read(content: bytes) -> Note:
    """Return the note in ``content``; raise `ValueError` where it is none that Snakemake would write."""
    told = facts.parse(content)
    sums = told.named("input_checksums")
    return Note(
        rule=told.text("rule"),
        inputs=told.texts("input"),
        log=told.texts("log"),
        shellcmd=told.text("shellcmd"),
        params=told.texts("params"),
        started=told.moment("starttime"),
        ended=told.moment("endtime"),
        checksums={path: sha[len(_SHA256) :] for path, sha in sums.items() if sha.startswith(_SHA256)},
    )


def name(output: str) -> str:
    """Return the name of the note on ``output``, below the folder of notes: the path in base64."""
    letters = urlsafe_b64encode(output.encode(errors="surrogateescape")).decode()
    *above, last = [letters[start : start + _LONGEST] for start in range(0, len(letters), _LONGEST)] or [""]
    return "/".join([*(f"@{part}" for part in above), last])


def output(name: PurePath) -> str:
    """Return the output that the note of this name is on; raise `ValueError` where no note is named like that."""
    *folders, last = name.parts
    if not all(folder.startswith("@") for folder in folders):
        raise ValueError(f"expected folders that begin with @, found {name}")
    return urlsafe_b64decode("".join(folder[1:] for folder in folders) + last).decode()
