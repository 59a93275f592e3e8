"""Checks of the configuration that are made before any work starts.

The schema says what one key may hold; what keys must be to each other says `contradictions`.
"""

import difflib
import functools
import math
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import yaml

from obverse import contradictions
from obverse.errors import UnusableInput

_PLACES = 5  # that a key is said to belong to; more are no help
_SCHEMA = Path(__file__).parents[1] / "config.schema.yaml"


def _is_finite_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


# JSON counts 1.0 as an integer; here a seed of 1.0 would become part of a path. YAML has .nan and .inf, JSON does not.
_VALIDATOR = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": lambda _, value: type(value) is int, "number": lambda _, value: _is_finite_number(value)}
    ),
)


def check(config: dict) -> None:
    """Raise `UnusableInput` in two lines for the first thing in ``config`` that cannot work."""
    schema = yaml.safe_load(_SCHEMA.read_text())
    error = jsonschema.exceptions.best_match(_VALIDATOR(schema).iter_errors(config))
    if error is not None:
        where = ".".join(str(key) for key in error.absolute_path) or "top level"
        raise UnusableInput(where, *_explain(error, schema))
    for where, problem, remedy in contradictions.found(config):
        raise UnusableInput(where, problem, remedy)


def _explain(error: jsonschema.ValidationError, schema: dict) -> tuple[str, str]:
    """Return what is wrong with one value, and what the schema says the value means."""
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        unknown = next(key for key in error.instance if key not in known)
        near = difflib.get_close_matches(str(unknown), known, n=1)
        above = list(_groups(schema, schema, unknown))
        if near:
            guess = f"Did you mean {near[0]!r}?"
        elif 0 < len(above) <= _PLACES:
            guess = f"It belongs {' or '.join(above)}."
        else:
            guess = f"Expected one of: {', '.join(known)}."
        return f"unknown key {unknown!r}", f"{guess} Keys are described in workflow/config.schema.yaml."
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"key {missing!r} is missing", "Keys are described in workflow/config.schema.yaml."
    if error.validator == "type" and _spells_number(error.instance):
        if not isinstance(yaml.safe_load(error.instance), str):  # a file would have given a number
            remedy = "Numbers within --config arrive as words: write them into a file and name it with --configfile."
            return f"{error.instance!r} is a word", remedy
        return f"{error.instance!r} is a word", "YAML reads 1e-3 as one: write 0.001, or 1.0e-3."
    if "endpoint" in error.absolute_path and not isinstance(error.instance, int | float):
        # or a token, written where the name of the variable that holds it belongs, would stand in a log
        problem = "a value that the schema does not allow (not shown, for it may hold a key)"
    else:
        problem = f"{error.message} (found {error.instance!r})"
    meaning = error.schema.get("description") if isinstance(error.schema, dict) else None
    return problem, meaning or "See workflow/config.schema.yaml."


def _groups(schema: dict, node: dict, key: object, where: str = "") -> Iterator[str]:
    """Yield where in the configuration ``key`` may stand: "under datasets.celeba", or "under classifiers.<name>"."""
    if "$ref" in node:
        node = functools.reduce(dict.__getitem__, node["$ref"].removeprefix("#/").split("/"), schema)
    if key in node.get("properties", {}):
        yield f"under {where}" if where else "at the top level"
    above = f"{where}." if where else ""
    for name, below in node.get("properties", {}).items():
        yield from _groups(schema, below, key, f"{above}{name}")
    if "items" in node:
        yield from _groups(schema, node["items"], key, f"{where}[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from _groups(schema, node["additionalProperties"], key, f"{above}<name>")


def _spells_number(value: object) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False
