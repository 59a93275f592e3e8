"""The command line of a stage: its signature.

Every keyword becomes one required ``--option`` typed by its annotation; lists take several values.
"""

import argparse
import inspect
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

from obverse import locks, records, slots
from obverse.errors import UnusableInput


def parser(stage: Callable[..., None]) -> argparse.ArgumentParser:
    """Return the parser of ``stage``; raise `TypeError` when its signature is not keyword-only and annotated."""
    description = (inspect.getdoc(stage) or "").split("\n\n")[0]
    built = argparse.ArgumentParser(
        prog=f"python -m obverse.{stage.__name__}", description=description, allow_abbrev=False
    )
    hints = get_type_hints(stage)
    for name, parameter in inspect.signature(stage).parameters.items():
        if parameter.kind is not parameter.KEYWORD_ONLY or parameter.default is not parameter.empty:
            raise TypeError(f"{stage.__name__}: parameter {name!r} must be keyword-only and without a default")
        if name not in hints:
            raise TypeError(f"{stage.__name__}: parameter {name!r} must be annotated")
        many, kind = _kind(hints[name])
        built.add_argument(
            f"--{name.replace('_', '-')}",
            required=True,
            type=kind,
            metavar=name.upper(),
            **({"nargs": "*"} if many else {}),
        )
    return built


def _kind(hint: type) -> tuple[bool, Callable[[str], object]]:
    """Return whether an annotation takes several values, and what turns one word into one value."""
    many = get_origin(hint) is list
    one = get_args(hint)[0] if many else hint
    if isinstance(one, types.GenericAlias) or one not in (str, int, float, bool, Path):
        raise TypeError(f"a stage takes str, int, float, bool, Path and lists of them, not {hint!r}")
    return many, _boolean if one is bool else one


def _boolean(word: str) -> bool:
    try:
        return {"true": True, "false": False}[word.lower()]
    except KeyError:
        raise argparse.ArgumentTypeError(f"expected true or false, found {word!r}") from None


def run(stage: Callable[..., None]) -> None:
    """Run ``stage`` on the command line's arguments; an `UnusableInput` is printed and ends in exit status 1."""
    arguments = vars(parser(stage).parse_args())
    try:
        with locks.at_work(), slots.own_device(stage.__name__), records.recording(stage.__name__, arguments):
            stage(**arguments)
    except UnusableInput as error:
        print(f"{stage.__name__}: error: {error}", file=sys.stderr)
        raise SystemExit(1) from None
