"""The configuration that an archive's results were made with, as what it changes in config.yaml.

What agrees to terms or lets money be spent is never taken over: that is for each who runs it to say.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from obverse.archive.contents import Archive
from obverse.archive.zips import Damage
from obverse.errors import UnusableInput

RESOLVED = "results/config.yaml"
_SHIPPED = "code/config.yaml"
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

    Raises `UnusableInput` where the archive lacks either of the two.
    """
    consents: list[str] = []
    resolved = _withdrawn(_read(archive, RESOLVED), "", consents, {})
    changed = _changed(_read(archive, _SHIPPED), resolved)
    content = yaml.safe_dump(changed, sort_keys=True, allow_unicode=True).encode() if changed else b""
    return Changes(content, tuple(consents))


def _withdrawn(value: Any, where: str, consents: list[str], done: dict[int, Any]) -> Any:  # what YAML holds
    """Return a configuration with no consent given, and add to ``consents`` the place of each that was.

    ``done`` has what was made of each part, by its id: YAML may name one part in many places, or within itself.
    """
    if not isinstance(value, dict | list):
        return value
    if id(value) not in done:
        made = done[id(value)] = value.copy()
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if key in _CONSENTS:
                made[key] = _CONSENTS[key]
                consents += [f"{where}{key}"] * bool(each)
            else:
                made[key] = _withdrawn(each, f"{where}{key}.", consents, done)
    return done[id(value)]


def _read(archive: Archive, name: str) -> dict:
    remedy = "Pack it again with results/config.yaml among what it is for."
    try:
        found = yaml.safe_load(archive.zip.read(name))
    except KeyError:
        raise UnusableInput(f"{archive.zip.path}, member {name}", "expected it, found no such member", remedy) from None
    except (Damage, yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnusableInput(f"{archive.zip.path}, member {name}", "expected YAML, found none", remedy) from error
    if not isinstance(found, dict):
        raise UnusableInput(f"{archive.zip.path}, member {name}", "expected keys and values, found none", remedy)
    return found


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
