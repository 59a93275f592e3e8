"""Lines of JSON that are added one by one, by processes that may be killed at any moment."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from obverse.errors import UnusableInput


def line(value: object) -> bytes:
    """Return ``value`` as one line; raise `ValueError` for a number that JSON has not (NaN, infinity)."""
    return json.dumps(value, allow_nan=False).encode() + b"\n"


def read(path: Path, mend: bool = True) -> Iterator[object]:
    """Yield what each line holds, nothing where there is no file; cut off a last line that a kill tore.

    Without ``mend`` such a line is left, since somebody may be writing it.
    """
    if not path.is_file():
        return
    whole = 0
    with path.open("rb") as stream:
        for each in stream:
            if not each.endswith(b"\n"):
                if mend:
                    os.truncate(path, whole)
                return
            whole += len(each)
            try:
                value = json.loads(each)
            except ValueError:  # a machine that lost power may leave zeros
                continue
            yield value


@contextlib.contextmanager
def room(where: Path, what: str) -> Iterator[None]:
    """Raise `UnusableInput` for ``where`` when the disk does not take what the block writes: ``what``, in words."""
    try:
        yield
    except OSError as error:
        raise UnusableInput(
            where,
            f"expected room for {what}, found none ({error.strerror})",
            "Make room and run the same command again: what was answered is kept and not asked for again.",
        ) from error
