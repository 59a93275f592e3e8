"""The configuration that an archive's results were made with, as what it changes in config.yaml."""

import yaml

from obverse.archive.contents import Archive
from obverse.archive.zips import Damage
from obverse.errors import UnusableInput

RESOLVED = "results/config.yaml"
_SHIPPED = "code/config.yaml"


def changes(archive: Archive) -> bytes:
    """Return, as YAML to give to ``--configfile``, the keys in which the results' configuration was not config.yaml's.

    Empty where it was. Raises `UnusableInput` where the archive lacks either of the two.
    """
    changed = _changed(_read(archive, _SHIPPED), _read(archive, RESOLVED))
    return yaml.safe_dump(changed, sort_keys=True, allow_unicode=True).encode() if changed else b""


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
