"""Every change of a param is seen: `parameters`."""

import inspect

import pytest
import snakemake.utils
from snakemake.iocontainers import Params

from obverse import parameters


class Rule:
    """What is needed of Snakemake's: its params, by name."""

    def __init__(self, **values: object) -> None:
        self.params = Params(fromdict=values)


def given(**values: object) -> dict[str, object]:
    """Return what the params of a rule are for its jobs."""
    rule = Rule(**values)
    parameters.carry_names([rule])
    return {name: value("wildcards") for name, value in rule.params.items()}


@pytest.mark.parametrize("value", [3, 0.03, True, "left", "", [1, 2], ["a b", "c"], []])
def test_a_value_is_in_commands_what_it_was_and_in_comparisons_has_its_name(value: object):
    named = given(width=value)["width"]
    for command in ("x --width {p:q}", "x --width {p}"):
        assert snakemake.utils.format(command, p=named) == snakemake.utils.format(command, p=value)
    assert repr(named) == f"width={value!r}"


def test_two_numbers_that_are_swapped_are_others():
    """Snakemake compares the set of a rule's values."""
    before, after = given(width=16, epochs=60), given(width=60, epochs=16)
    assert {repr(value) for value in before.values()} & {repr(value) for value in after.values()} == set()


def test_a_function_of_wildcards_keeps_what_it_asks_for():
    """Snakemake gives a function what its signature names."""
    rule = Rule(view=lambda wildcards, input: f"{wildcards} {input}")
    parameters.carry_names([rule])
    assert list(inspect.signature(rule.params.view).parameters) == ["wildcards", "input"]
    assert repr(rule.params.view("w", input="i")) == "view='w i'"


@pytest.mark.parametrize("value", ["of {dataset}", ["{m}"]])
def test_a_constant_with_a_wildcard_is_refused(value: object):
    """It would reach the command with its braces."""
    with pytest.raises(ValueError, match="param title: a constant has no wildcards"):
        given(title=value)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(TypeError, match="param folder: expected a word, a number or a list, found NoneType"):
        given(folder=None)
