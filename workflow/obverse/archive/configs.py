"""The configuration that an archive's results were made with, as what it changes in config.yaml.

What agrees to terms or lets money be spent is never taken over: that is for each who runs it to say.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from obverse.archive.contents import Archive
from obverse.archive.layout import CODE, RESULTS
from obverse.archive.zips import Damage
from obverse.errors import UnusableInput

RESOLVED = f"{RESULTS}/config.yaml"
_SHIPPED = f"{CODE}/config.yaml"
_MOST = 2**20  # bytes: more take minutes to read
_UNREADABLE = (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
_CONSENTS = {"accept_terms": False, "confirm_spend": False, "max_cost_usd": 0}  # and what they are when not given


@dataclass(frozen=True)
class Changes:
    """What to give to ``--configfile``, empty where nothing; and the places of the consents it leaves out."""

    content: bytes
    consents: tuple[str, ...]

    def told(self) -> list[str]:
        """Return in lines which consents are the reader's to give, none where there are none."""
        if not self.consents:
            return []
        return [
            f"Not taken over, for terms and costs are yours to agree to: {', '.join(self.consents)}.",
            "Say what you agree to in a file of your own, the last after --configfile; what needs more is refused.",
        ]


def changes(archive: Archive) -> Changes:
    """Return, as YAML, the keys in which the results' configuration was not config.yaml's, all consents withdrawn.

    Raises `UnusableInput` where the archive lacks either of the two, or has one that nobody would write.
    """
    resolved, shipped = _read(archive, RESOLVED), _read(archive, _SHIPPED)
    consents: list[str] = []
    try:
        changed = _changed(shipped, _withdrawn(resolved, "", consents))
        content = yaml.safe_dump(changed, sort_keys=True, allow_unicode=True).encode() if changed else b""
    except RecursionError as error:
        raise _refused(archive, RESOLVED, "expected YAML of few levels, found many") from error
    return Changes(content, tuple(consents))


def _withdrawn(value: Any, where: str, consents: list[str]) -> Any:  # what YAML holds
    """Return a configuration with no consent given, and add to ``consents`` the place of each that was."""
    if not isinstance(value, dict | list):
        return value
    made = value.copy()
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if key in _CONSENTS:
            made[key] = _CONSENTS[key]
            consents += [f"{where}{key}"] * bool(each)
        else:
            made[key] = _withdrawn(each, f"{where}{key}.", consents)
    return made


class _WrittenOut(yaml.SafeLoader):
    """Reads YAML without aliases: with them a short text has as many parts as there are atoms."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _AliasFound(self.peek_event().start_mark.line + 1)
        return super().compose_node(parent, index)


class _AliasFound(Exception):
    """Has the number of the line."""


def _read(archive: Archive, name: str) -> dict:
    try:
        content = archive.zip.read(name, _MOST)
    except KeyError:
        raise _refused(archive, name, "expected it, found no such member") from None
    except Damage as damage:
        raise _refused(archive, name, str(damage)) from damage
    try:
        found = yaml.load(content, _WrittenOut)
    except _AliasFound as error:
        raise _refused(archive, name, f"expected each part written out, found an alias in line {error}") from None
    except _UNREADABLE as error:
        raise _refused(archive, name, "expected YAML, found none") from error
    if not isinstance(found, dict):
        raise _refused(archive, name, "expected keys and values, found none")
    return found


def _refused(archive: Archive, name: str, problem: str) -> UnusableInput:
    remedy = f"Pack it again with {RESOLVED} among what it is for, and a config.yaml of plain keys and values."
    return UnusableInput(f"{archive.zip.path}, member {name}", problem, remedy)


def _changed(below: dict, above: dict) -> dict:
    """Return what has to be merged over ``below``, mappings key by key, to get ``above``."""
    found = {}
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            if inner := _changed(below[key], value):
                found[key] = inner
        elif key not in below or below[key] != value:
            found[key] = value
    return found
