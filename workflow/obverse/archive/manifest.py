"""The manifest of an archive: its files with their hashes, what was made of what, and in which state it was packed.

Its text is canonical, so that equal contents are equal bytes: sorted keys, no spaces, one newline at the end.
"""

import dataclasses
import hashlib
import json
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass

from obverse.errors import UnusableInput

FORMAT = 1
MEMBER = "manifest.json"

KEPT, WITHHELD, ABSENT = STATUSES = ("kept", "withheld", "absent")

_REMEDY = "Take the archive from where it was published again."


@dataclass(frozen=True)
class File:
    """A file of the archive, or one that is known by its hash alone.

    ``status``: `KEPT`, it is a member; `WITHHELD`, it was left out for the reason in ``why``; `ABSENT`, something was
    made of it but it was no longer there when the archive was packed: then ``sha256`` is what a record says, or empty.
    ``size`` is in bytes; ``mtime_ns``, nanoseconds since 1970, is known of results alone.
    """

    sha256: str
    size: int
    status: str = KEPT
    why: str = ""
    mtime_ns: int | None = None


@dataclass(frozen=True)
class Link:
    """A job: the files that came of it, of which it made them, by which command, with which of Snakemake's params.

    ``outputs`` are paths under results/; ``inputs`` are members' names or the paths of what lies elsewhere. ``record``
    is the member that holds the job's own record, empty where there is none.
    """

    rule: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    record: str
    shellcmd: str
    params: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """In which state the archive was packed.

    ``commit`` is empty outside a git repository; ``dirty`` are tracked files that were not as committed, ``stale``
    results that were not as recorded; ``told`` says that it was asked to pack nevertheless.
    """

    commit: str
    dirty: tuple[str, ...]
    stale: tuple[str, ...]
    told: bool
    snakemake: str
    python: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds: the targets it was made for, its files by member name, and its jobs."""

    made: Made
    targets: tuple[str, ...]
    files: Mapping[str, File]
    links: tuple[Link, ...]


def write(manifest: Manifest) -> bytes:
    """Return the canonical text, with the digest of all that is in it."""
    content = _plain(manifest)
    return canonical(content | {"digest": hashlib.sha256(canonical(content)).hexdigest()})


def read(content: bytes) -> Manifest:
    """Return the manifest in ``content``.

    Raises `UnusableInput` for another format than `FORMAT`, and for text that `write` did not write: any change of a
    byte is one.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise UnusableInput(MEMBER, "expected JSON, found something else: it was changed", _REMEDY) from None
    number = found.get("format") if isinstance(found, dict) else None
    if number != FORMAT:
        problem = f"expected an archive of format {FORMAT}, found {reprlib.repr(number)}"
        raise UnusableInput(MEMBER, problem, "Use the version of Obverse that made it.")
    try:
        manifest = _manifest(found)
        intact = write(manifest) == content
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        intact = False
    if not intact:
        problem = (
            f"expected the text whose digest is {reprlib.repr(found.get('digest'))}, found another: it was changed"
        )
        raise UnusableInput(MEMBER, problem, _REMEDY)
    return manifest


def canonical(content: object) -> bytes:
    """Return ``content`` as canonical JSON: sorted keys, no spaces, UTF-8, one newline at the end."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def _plain(manifest: Manifest) -> dict:
    files = {name: _without_none(dataclasses.asdict(file)) for name, file in manifest.files.items()}
    return {
        "format": FORMAT,
        "made": dataclasses.asdict(manifest.made),
        "targets": list(manifest.targets),
        "files": files,
        "links": [dataclasses.asdict(link) for link in manifest.links],
    }


def _without_none(values: dict) -> dict:
    return {name: value for name, value in values.items() if value is not None}


def _manifest(found: dict) -> Manifest:
    files = {name: File(**values) for name, values in found["files"].items()}
    if any(file.status not in STATUSES for file in files.values()):
        raise ValueError(f"expected a status of {STATUSES}")
    return Manifest(
        made=Made(**_tuples(found["made"])),
        targets=tuple(found["targets"]),
        files=files,
        links=tuple(Link(**_tuples(values)) for values in found["links"]),
    )


def _tuples(values: dict) -> dict:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
