import json

import pytest

from obverse.past import facts
from obverse.past.facts import Facts

TOLD = Facts({"text": "a", "number": 2, "when": 1.5, "list": ["a"], "by name": {"a": "b"}, "in": {"text": "b"}})


def test_each_thing_is_had_as_what_it_is():
    assert (TOLD.text("text"), TOLD.whole("number"), TOLD.moment("when")) == ("a", 2, 1.5)
    assert (TOLD.texts("list"), TOLD.named("by name"), TOLD.sums("by name")) == (("a",), {"a": "b"}, {"a": "b"})
    assert TOLD.inner("in").text("text") == "b" and Facts({"sums": {"a": None}}).sums("sums") == {"a": None}


METHODS = {"text": "", "whole": 0, "moment": 0.0, "texts": (), "named": {}, "sums": {}}


@pytest.mark.parametrize("method", METHODS)
def test_what_is_not_there_or_null_is_empty(method: str):
    assert getattr(Facts({}), method)("a") == getattr(Facts({"a": None}), method)("a") == METHODS[method]
    assert Facts({}).inner("a").told == {}


@pytest.mark.parametrize("method", [*METHODS, "inner"])
@pytest.mark.parametrize("value", [True, "1e9", 2.0**40, [1], {"a": 1}, ["\ud800"], {"a": "\ud800"}, "\ud800"])
def test_another_type_and_half_a_letter_are_refused(method: str, value: object):
    if (method, value) in (("text", "1e9"), ("inner", {"a": 1}), ("inner", {"a": "\ud800"})):
        assert getattr(Facts({"a": value}), method)("a")
        return
    with pytest.raises(ValueError, match="expected|surrogates"):
        getattr(Facts({"a": value}), method)("a")


@pytest.mark.parametrize("content", [b"", b"[1]", b"null", b'{"a": 1', b"\xff", b"[" * 99_999])
def test_what_is_no_object_is_refused_and_as_a_line_left_out(content: bytes):
    with pytest.raises(ValueError, match="expected|Expecting|decode|Unterminated"):
        facts.parse(content)
    lines = facts.lines(b'{"a": 1}\n' + content + b'\n{"a": 2}\n{"a"')
    assert [json.dumps(line.told) for line in lines] == ['{"a": 1}', '{"a": 2}']
