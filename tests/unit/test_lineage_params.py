"""A job's params and options, taken apart."""

import json

import pytest

from obverse import parameters
from obverse.lineage import params


def test_what_params_carry_is_read_back_by_name():
    values = {"m": 10, "owner": "adversary", "parts": ["a", "b"], "code": ["views=0123", "numpy==2.4.6|2.5.5"]}
    told = params.read(repr(parameters._named(name, value)) for name, value in values.items())
    assert told.values == {"m": "10", "owner": "'adversary'", "parts": "['a', 'b']"}
    assert told.modules == {"views": "0123"} and told.libraries == {"numpy": "2.4.6|2.5.5"}


def test_params_without_names_stay_together_and_a_code_that_is_no_list_names_no_module():
    told = params.read(["'adversary'", "10", "code=[half", "code='views=1'"])
    assert told.values == {"": "'adversary', 10"} and told.modules == told.libraries == {}


def test_the_digest_changes_with_a_module_and_with_a_library_and_not_with_a_number():
    one, other, later = ["views=0123", "numpy==1"], ["views=0124", "numpy==1"], ["views=0123", "numpy==2"]
    digests = {params.read([f"code={listed!r}", "m=1"]).digest() for listed in (one, other, later)}
    assert len(digests) == 3
    assert params.read([f"code={one!r}", "m=2"]).digest() in digests
    assert params.read(["m=1"]).digest() == ""


def test_the_options_of_a_command_are_read_with_their_words():
    command = (
        "\n  python -m obverse.x \\\n    --seed 1 \\\n  --names 'a b' c \\\n --contact= \\\n  --none \\\n  &>log\n"
    )
    assert params.options(command) == {"--seed": ["1"], "--names": ["a b", "c"], "--contact": [""], "--none": []}
    assert params.seed(command) == "1"
    assert params.options("echo 'half") == {} and params.seed("cp a b") == ""


def test_params_from_before_they_had_names_compare_with_those_that_have():
    code = ["views=0123456789ab", "numpy==2.4.6"]
    old, new = params.read(["10", "'adversary'", repr(code)]), params.read(["m=10", "owner='adversary'"])
    assert old.modules == {"views": "0123456789ab"} and old.libraries == {"numpy": "2.4.6"}
    before, now = params.alike(old, new)
    assert before == now == {"": "'adversary', 10"}
    assert params.alike(new, new) == (new.values, new.values)


def told(**values: object) -> params.Params:
    return params.read(repr(parameters._named(name, value)) for name, value in values.items())


def test_a_param_that_is_json_in_both_compares_key_by_key():
    """As the whole configuration is, of which one key may differ."""
    old = {"seeds": [1, 2], "inverters": {"faces": {"epochs": 2}}, "quote": "it's {so}"}
    new = {"seeds": [1], "inverters": {"faces": {"epochs": 3}}, "quote": "it's {so}", "archive": {"allow": False}}
    before, now = params.alike(told(resolved=json.dumps(old), m=1), told(resolved=json.dumps(new), m=1))
    assert before == {"m": "1", "seeds": "[1, 2]", "inverters.faces.epochs": "2", "quote": '"it\'s {so}"'}
    assert now == before | {"seeds": "[1]", "inverters.faces.epochs": "3", "archive.allow": "False"}


def test_a_key_that_is_called_as_another_param_is_has_the_name_of_its_own_before_it():
    before, now = params.alike(told(resolved='{"m": 1}', m=5), told(resolved='{"m": 2}', m=5))
    assert (before, now) == ({"m": "5", "resolved.m": "1"}, {"m": "5", "resolved.m": "2"})


@pytest.mark.parametrize("other", ["[1]", "{", "", '{"a": ' * 100_000, "{'a': 1}", '{"a": NaN', None])
def test_what_is_no_json_object_in_one_of_the_two_compares_whole(other):
    old, new = told(resolved='{"a": 1}'), told(**({} if other is None else {"resolved": other}))
    assert params.alike(old, new) == (old.values, new.values)


@pytest.mark.parametrize("depth", range(100, 1000, 100))
def test_however_deep_an_object_is_it_compares(depth):
    old, new = (told(resolved='{"a": ' * depth + last + "}" * depth) for last in "12")
    (before,), (now,) = (values.values() for values in params.alike(old, new))
    assert before != now


def test_an_empty_part_is_told_from_none():
    before, now = params.alike(told(resolved='{"a": {}}'), told(resolved='{"a": {"b": null}}'))
    assert (before, now) == ({"a": "{}"}, {"a.b": "None"})
