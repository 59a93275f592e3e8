"""How fast a service may be asked."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest

from obverse.rekognition.rates import Rate


def test_requests_that_come_at_once_are_spread_evenly():
    rate = Rate(4)
    assert [rate.reserve(100.0) for _ in range(4)] == [0, 0.25, 0.5, 0.75]


def test_who_comes_late_waits_for_nobody_and_saves_nothing_up():
    rate = Rate(4)
    rate.reserve(100.0)
    assert [rate.reserve(900.0) for _ in range(3)] == [0, 0.25, 0.5]


def test_no_two_threads_get_one_turn():
    rate = Rate(1)
    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(rate.reserve, [5.0] * 200)) == list(range(200))


def test_an_infinite_rate_lets_all_pass():
    rate = Rate(math.inf)
    assert [rate.reserve(100.0) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("per_second", [0, -1, math.nan])
def test_what_is_no_rate_is_refused(per_second: float):
    with pytest.raises(ValueError, match="more than 0 a second"):
        Rate(per_second)
