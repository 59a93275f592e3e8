"""What a JSON object says, each thing of the type one asks for: others wrote it, whole or not, in good faith or not."""

import json
from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")

_LATEST = 2.0**37  # seconds since 1970: in the year 6325


def parse(content: bytes) -> "Facts":
    """Return the object in ``content``; raise `ValueError` where there is none."""
    try:
        found = json.loads(content)
    except RecursionError:
        raise ValueError("expected an object, found brackets too deep") from None
    if not isinstance(found, dict):
        raise ValueError(f"expected an object, found {type(found).__name__}")
    return Facts(found)


def lines(content: bytes) -> Iterator["Facts"]:
    """Yield the objects in ``content``, one a line; half a line, which a killed process leaves, is none."""
    for line in content.splitlines():
        try:
            yield parse(line)
        except ValueError:
            continue


class Facts:
    """A JSON object; what is not in it, or null, is empty, or 0.

    Every method raises `ValueError` where there is something of another type, or text that no file could have.
    """

    def __init__(self, told: Mapping[str, object]) -> None:
        self.told = told

    def text(self, name: str) -> str:
        """Return a text."""
        return _text(self._of(name, ""))

    def whole(self, name: str) -> int:
        """Return a whole number."""
        return self._of(name, 0)

    def moment(self, name: str) -> float:
        """Return seconds since 1970."""
        found = self.told.get(name)
        if found is None:
            return 0.0
        if type(found) not in (int, float) or not 0 <= found < _LATEST:
            raise ValueError(f"expected seconds since 1970, found {type(found).__name__}")
        return float(found)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        return tuple(map(_text, self._of(name, [])))

    def named(self, name: str) -> dict[str, str]:
        """Return texts by name."""
        return {_text(key): _text(value) for key, value in self._of(name, {}).items()}

    def sums(self, name: str) -> dict[str, str | None]:
        """Return sha256 by path; None, as of a folder, where there is none."""
        found = self._of(name, {}).items()
        return {_text(path): None if sha256 is None else _text(sha256) for path, sha256 in found}

    def inner(self, name: str) -> "Facts":
        """Return an object in this one."""
        return Facts(self._of(name, {}))

    def _of(self, name: str, empty: T) -> T:
        found = self.told.get(name)
        if found is None:
            return empty
        if type(found) is not type(empty):  # not isinstance: true is no number
            raise ValueError(f"expected {type(empty).__name__}, found {type(found).__name__}")
        return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text, found {type(value).__name__}")
    value.encode(errors="surrogateescape")  # raises a ValueError where half a letter would reach digests and terminals
    return value
