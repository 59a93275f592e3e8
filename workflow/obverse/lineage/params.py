"""A job's params as Snakemake keeps them, taken apart: numbers by their names, the code, and the libraries."""

import ast
import hashlib
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_NAMED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_CODE = "code"
_LISTED = re.compile(r"[\w.]+=[0-9a-f]{12}|[\w.-]+==\S+")  # as provenance.code lists modules and distributions
_SEED = "--seed"


@dataclass(frozen=True)
class Params:
    """``values`` as Python writes them, by name; digests of ``modules``; locked versions of ``libraries``.

    What carries no name, from before params did, is together under the empty one.
    """

    values: Mapping[str, str]
    modules: Mapping[str, str]
    libraries: Mapping[str, str]

    def digest(self) -> str:
        """Return 12 hex digits that change with any module or library; empty where none is known."""
        listed = sorted([*self.modules.items(), *self.libraries.items()])
        return hashlib.sha256(repr(listed).encode()).hexdigest()[:12] if listed else ""


def read(texts: Iterable[str]) -> Params:
    """Return what the texts say, each of which is ``name=value`` (`parameters.py`)."""
    values, modules, libraries, nameless = {}, {}, {}, []
    for text in texts:
        match = _NAMED.fullmatch(text)
        listed = _list(match[2] if match else text)
        if (match and match[1] == _CODE) or (listed and not match and all(map(_LISTED.fullmatch, listed))):
            for one in listed:
                name, _, rest = one.partition("=")
                if rest.startswith("="):
                    libraries[name] = rest[1:]
                else:
                    modules[name] = rest
        elif match:
            values[match[1]] = match[2]
        else:
            nameless.append(text)
    return Params(values | ({"": ", ".join(sorted(nameless))} if nameless else {}), modules, libraries)


def alike(before: Params, now: Params) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the values of both such that they compare: without names where one of them has none.

    What is a JSON object in both, as the whole configuration, compares key by key: ``inverters.faces.epochs``.
    """
    texts = [params.values for params in (before, now)]
    if ("" in before.values) == ("" in now.values):
        return _by_key(texts[0], texts[1])
    plain = [values if "" in values else {"": ", ".join(sorted(values.values()))} for values in texts]
    return plain[0], plain[1]


def _by_key(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    texts = dict(before), dict(now)
    for name in sorted(before.keys() & now.keys()):
        objects = [_keys(values[name]) for values in (before, now)]
        if None in objects:
            continue
        taken = {*before, *now} - {name}
        for values, found in zip(texts, objects, strict=True):
            del values[name]
            values |= {f"{name}.{key}" if key in taken else key: value for key, value in found.items()}
    return texts


def _keys(text: str) -> dict[str, str] | None:
    """Return what is in the JSON object that a param is as a text, by its keys; None where it is something else."""
    try:
        found = json.loads(ast.literal_eval(text))
        return dict(_leaves(found, "")) if isinstance(found, dict) else None
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _leaves(found: dict, where: str) -> Iterator[tuple[str, str]]:
    """Yield what is in ``found``, by the keys above it; what is in lists is not taken apart."""
    for key, value in found.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{where}{key}.")
        else:
            yield f"{where}{key}", repr(value)


def options(shellcmd: str) -> dict[str, list[str]]:
    """Return the options of a command with their words; none where it cannot be taken apart."""
    try:
        words = shlex.split(shellcmd.replace("\\\n", " "))
    except ValueError:
        return {}
    found: dict[str, list[str]] = {}
    name = None
    for word in words:
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            found[name] = [value] if equals else []
        elif name and word.startswith(("&>", ">")):
            name = None
        elif name:
            found[name].append(word)
    return found


def seed(shellcmd: str) -> str:
    """Return the seed that a command is given, which its path holds and its params do not; empty where none is."""
    return " ".join(options(shellcmd).get(_SEED, []))


def _list(text: str) -> list[str]:
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    return [str(one) for one in found] if isinstance(found, list) else []
