"""Params that carry their names, for Snakemake to see every change of one.

To find what is stale Snakemake compares the *set* of a rule's values before and now. A number that becomes what another
param of the rule is, from what a third one is, goes unnoticed, and so do two that are swapped.
"""

import functools
import re
from collections.abc import Callable, Iterable

_WILDCARD = re.compile(r"\{\w+(,[^}]*)?\}")


class _Named(str):
    """A value in words, as commands have it; what is compared, and shown as the reason, has the name too."""

    def __new__(cls, name: str, value: object) -> "_Named":
        word = super().__new__(cls, value)
        word.said = f"{name}={value!r}"
        return word

    def __repr__(self) -> str:
        return self.said


class _NamedList(list):
    """The same of a list."""

    def __init__(self, name: str, values: Iterable) -> None:
        super().__init__(values)
        self._name = name

    def __repr__(self) -> str:
        return f"{self._name}={super().__repr__()}"


def carry_names(rules: Iterable) -> None:
    """Let each param of Snakemake's ``rules`` carry its name.

    Constants are taken as they are: a wildcard needs a function. Raises `ValueError` for a constant with one, and
    `TypeError`, once there are jobs, for a value that is no word, number or list.
    """
    for rule in rules:
        for name, value in list(rule.params.items()):
            setattr(rule.params, name, _naming(name, value))


def _naming(name: str, value: object) -> Callable:
    """Return what gives the named value; a function, since of a constant Snakemake would make a plain word again."""
    if not callable(value):
        if _WILDCARD.search(str(value)):
            raise ValueError(f"param {name}: a constant has no wildcards, found {value!r}; give a function of them")
        return lambda wildcards: _named(name, value)

    @functools.wraps(value)
    def found(*given: object, **further: object) -> _Named | _NamedList:
        return _named(name, value(*given, **further))

    return found


def _named(name: str, value: object) -> _Named | _NamedList:
    if isinstance(value, (list, tuple)):
        return _NamedList(name, value)
    if isinstance(value, (str, bool, int, float)):
        return _Named(name, value)
    raise TypeError(f"param {name}: expected a word, a number or a list, found {type(value).__name__}")
