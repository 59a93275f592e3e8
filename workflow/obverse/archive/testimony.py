"""What an archive says of each job beside its manifest: the job's own record, and Snakemake's notes on its outputs."""

import hashlib
import json
import posixpath
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from obverse.archive.contents import Archive
from obverse.archive.zips import Damage

NOTES = "metadata"  # the folder of Snakemake's own files

_LONGEST = 254  # letters in a name of Snakemake's files; the rest goes into folders marked by "@"
_PREFIX = "sha256:"


@dataclass(frozen=True)
class Run:
    """A job as it recorded itself: the module that ran, its words, and the sha256 of files by the paths it had.

    ``inputs`` has None for a folder. ``key`` is what the record's file is named after.
    """

    stage: str
    words: tuple[str, ...]
    key: str
    inputs: Mapping[str, str | None]
    outputs: Mapping[str, str]


@dataclass(frozen=True)
class Note:
    """What Snakemake keeps of the job that made an output; ``checksums`` are its inputs' sha256 by path."""

    rule: str
    inputs: tuple[str, ...]
    shellcmd: str
    params: tuple[str, ...]
    checksums: Mapping[str, str]


def run(archive: Archive, record: str) -> Run | None:
    """Return the last run in the member ``record`` that ended well, None where there is none that can be read."""
    found = None
    for event in _events(archive, record):
        if event.get("event") == "ended" and event.get("exit_status") == 0:
            command, inputs, outputs = event.get("command"), event.get("inputs"), event.get("outputs")
            if _texts(command) and len(command) > 2 and isinstance(inputs, dict) and isinstance(outputs, dict):
                words = tuple(command[3:])
                key = hashlib.sha256("\0".join(words).encode(errors="surrogateescape")).hexdigest()[:16]
                found = Run(command[2].removeprefix("obverse."), words, key, inputs, outputs)
    return found


def note(archive: Archive, output: str) -> Note | None:
    """Return Snakemake's note on ``output``, None where there is none that can be read."""
    found = next(iter(_events(archive, note_member(output))), {})
    inputs, params, known = found.get("input"), found.get("params"), found.get("input_checksums")
    if not (_texts(inputs) and _texts(params) and isinstance(known, dict)):
        return None
    sums = {path: str(value).removeprefix(_PREFIX) for path, value in known.items()}
    return Note(found.get("rule") or "", tuple(inputs), found.get("shellcmd") or "", tuple(params), sums)


def note_member(output: str) -> str:
    """Return the member that holds Snakemake's note on ``output``: named by its path in base64."""
    name = urlsafe_b64encode(output.encode(errors="surrogateescape")).decode()
    *above, last = [name[start : start + _LONGEST] for start in range(0, len(name), _LONGEST)] or [""]
    return "/".join([NOTES, *(f"@{part}" for part in above), last])


def member(path: str, known: Iterable[str]) -> str:
    """Return which of the ``known`` names a path has that a job had: below results/, in the code, or elsewhere."""
    plain = posixpath.normpath(path)
    inside = plain
    while inside.startswith("../"):
        inside = inside[3:]
    elsewhere = f"elsewhere/{hashlib.sha256(path.encode(errors='surrogateescape')).hexdigest()[:8]}"
    named = (plain, f"code/{inside}", f"{elsewhere}/{posixpath.basename(plain)}")
    return next((name for name in named if name in known), plain)


def _events(archive: Archive, name: str) -> Iterator[dict]:
    """Yield each line of a member that is a JSON object; nothing where the member is missing or damaged."""
    try:
        content = archive.zip.read(name)
    except (KeyError, Damage):
        return
    for line in content.splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):  # half a line, which a killed process leaves
            continue
        if isinstance(event, dict):
            yield event


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
