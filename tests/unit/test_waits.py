"""How long a server is left alone."""

import email.utils
import time

import pytest

from obverse import waits


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [("17", 17, 17), ("0", 0, 0), (" 5 ", 5, 5), ("in an hour", None, None), ("", None, None), ("-3", None, None)],
)
def test_retry_after_is_seconds(header, low, high):
    assert waits.retry_after(header) == low == high


@pytest.mark.parametrize("said", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "", "soon", "-5"])
def test_a_retry_after_that_is_no_time_stops_nothing(said):
    assert waits.retry_after(said) is None


def test_retry_after_may_be_a_date():
    assert 20 < waits.retry_after(email.utils.formatdate(time.time() + 30, usegmt=True)) <= 30
    assert waits.retry_after("Fri, 01 Jan 1999 00:00:00 GMT") == 0


@pytest.mark.parametrize("attempt", [1, 2, 5])
def test_a_backoff_doubles_and_is_never_twice_the_same(attempt):
    found = [waits.backoff(3.0, attempt) / 2 ** (attempt - 1) for _ in range(50)]
    assert 1.5 <= min(found) < max(found) <= 4.5
