"""JSON values kept small."""

import pytest

from obverse.packed import Packed

VALUES = {"a": [0.1, 1e-300, -0.0, 3], "b": {"x": [None, True, "ü"]}, "c": "", "d": {}}


def packed() -> Packed:
    found = Packed()
    found.update(VALUES)
    return found


def test_what_is_put_in_comes_out_and_in_its_order():
    found = packed()
    assert found == VALUES and list(found) == list(VALUES) and len(found) == 4
    assert repr(found["a"]) == repr(VALUES["a"])


def test_a_name_that_is_not_there_is_none():
    found = packed()
    del found["a"]
    assert "a" not in found and "b" in found
    with pytest.raises(KeyError):
        found["a"]


def test_what_is_taken_out_can_be_changed_without_harm():
    found = packed()
    found["a"].append(4)
    assert found == VALUES


def test_looking_whether_a_name_is_there_unpacks_nothing(monkeypatch):
    found = packed()
    monkeypatch.setattr(Packed, "__getitem__", None)
    assert "a" in found and "e" not in found
