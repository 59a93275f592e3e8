"""The stamp that says how a product was made."""

import hashlib
import json
from pathlib import Path


def digest(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stamp(stage: str, inputs: dict[str, Path], **facts: object) -> dict[str, str]:
    """Describe how a product was made: the stage, its numbers, and the sha256 of each file it read.

    The result is one metadata entry holding sorted JSON, so that the same work gives the same bytes.
    """
    record = {"stage": stage, "inputs": {name: digest(path) for name, path in inputs.items()}, **facts}
    return {"obverse": json.dumps(record, sort_keys=True)}
