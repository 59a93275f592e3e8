"""Which two answers to one question are one."""

import pytest

from obverse import agreements


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([0.25, 0.75], [0.25 + 5e-5, 0.75 - 5e-5]),
        ([-1000.0, 3], [-1000.05, 3.0]),
        ({"a": 1, "b": 0.5}, {"b": 0.50001, "a": 1.0}),
        ([["a", 0.9]], [["a", 0.90001]]),
        ([{"label": "a", "score": 1.0}], [{"label": "a", "score": 0.99999}]),
        ("a", "a"),
        (3, 3),
    ],
)
def test_what_another_machine_or_batch_rounds_otherwise_is_the_same(first, second):
    assert agreements.same(first, second) and agreements.same(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([0.25, 0.75], [0.251, 0.749]),
        ([0.25, 0.75], [0.25, 0.75, 0.0]),
        ({"a": 1.0}, {"b": 1.0}),
        ({"a": 1.0}, {"a": 1.0, "b": 0.0}),
        ([["a", 0.9]], [["b", 0.9]]),
        ([0.5], {"0": 0.5}),
        ([0.5], ["0.5"]),
        ("a", "b"),
        (3, 4),
    ],
)
def test_anything_else_is_another(first, second):
    assert not agreements.same(first, second) and not agreements.same(second, first)
