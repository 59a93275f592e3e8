"""Lines of JSON that are added one by one, by processes that may be killed at any moment."""

import json
import os
from collections.abc import Iterator
from pathlib import Path


def line(value: object) -> bytes:
    """Return ``value`` as one line; raise `ValueError` for a number that JSON has not (NaN, infinity)."""
    return json.dumps(value, allow_nan=False).encode() + b"\n"


def read(path: Path) -> Iterator[object]:
    """Yield what each line holds, nothing where there is no file; cut off a last line that a kill tore."""
    if not path.is_file():
        return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
    for each in content[:whole].splitlines():
        try:
            yield json.loads(each)
        except ValueError:  # a machine that lost power may leave zeros
            continue
