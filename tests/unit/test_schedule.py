"""Whom to ask next, and what an answer settles."""

import itertools

import pytest

from obverse.schedule import DEAD_AFTER, PER_SITE, Schedule


def drain(schedule, reached, order=lambda flying: 0):
    """Answer everything as ``reached(place)`` says, the in-flight ones in any order; return asked and settled."""
    flying, asked, settled = [], [], []
    while True:
        while (place := schedule.take()) is not None:
            flying.append(place)
            asked.append(place)
        if not flying:
            assert schedule.in_flight == 0
            return asked, settled
        place = flying.pop(order(flying))
        settled += schedule.done(place, reached(place))


def test_every_place_is_asked_once_and_settled_once_in_the_lists_order_of_each_host():
    hosts = ["a.org", "b.org", "a.org", "a.org", "b.org", "c.org"]
    asked, settled = drain(Schedule(hosts), lambda place: True)
    assert sorted(asked) == sorted(settled) == list(range(6))
    assert [place for place in settled if hosts[place] == "a.org"] == [0, 2, 3]


@pytest.mark.parametrize(
    ("hosts", "together"),
    [
        (["a.org"] * 5, PER_SITE),
        (["x.a.org", "y.a.org", "z.a.org", "a.org"], PER_SITE),  # the last two labels are one site
        (["a.org", "b.org", "c.org"] * 2, 6),
        (["10.0.0.1", "10.9.0.1", "11.0.0.1"], 3),  # an address has no labels
    ],
)
def test_a_site_is_asked_for_two_pictures_at_a_time(hosts, together):
    schedule = Schedule(hosts)
    taken = list(itertools.takewhile(lambda place: place is not None, iter(schedule.take, "never")))
    assert len(taken) == schedule.in_flight == together
    schedule.done(taken[0], True)
    assert (schedule.take() is None) == (together == len(hosts))


def test_the_lists_order_is_kept_where_sites_allow_it():
    schedule = Schedule(["a.org", "a.org", "a.org", "b.org", "a.org", "c.org"])
    assert [schedule.take() for _ in range(4)] == [0, 1, 3, 5]
    schedule.done(1, True)
    assert schedule.take() == 2


def test_a_host_is_dead_after_eight_failures_in_a_row_and_then_the_rest_is_not_asked():
    hosts = ["a.org"] * 20
    schedule = Schedule(hosts)
    asked, settled = drain(schedule, lambda place: False)
    assert DEAD_AFTER <= len(asked) <= DEAD_AFTER + PER_SITE - 1 and sorted(settled) == list(range(20))
    assert [place for place in range(20) if schedule.is_dead(place)] == list(range(DEAD_AFTER, 20))


def test_an_answer_in_between_keeps_a_host_alive():
    schedule = Schedule(["a.org"] * 20)
    asked, _ = drain(schedule, lambda place: place % DEAD_AFTER == DEAD_AFTER - 1)
    assert len(asked) == 20 and not any(map(schedule.is_dead, range(20)))


def test_what_is_settled_does_not_depend_on_the_order_of_answers():
    """The ninth place answers before the eighth fails: by the lists' order the host was dead by then."""
    reached = [True, *[False] * DEAD_AFTER, True, True]
    dead = []
    for order in (lambda flying: 0, lambda flying: len(flying) - 1):
        schedule = Schedule(["a.org"] * len(reached))
        drain(schedule, reached.__getitem__, order)
        dead.append([schedule.is_dead(place) for place in range(len(reached))])
    assert dead[0] == dead[1] == [False] * (DEAD_AFTER + 1) + [True, True]


@pytest.mark.parametrize("answered", [[], [0, 1, 2], [1, 3], list(range(12)), [4, 5, 6, 7, 8, 9]])
def test_answers_from_before_an_interruption_count_and_are_not_asked_for_again(answered):
    hosts = ["a.org", "b.org"] * 10
    schedule = Schedule(hosts)
    settled = [place for known in answered for place in schedule.recall(known, hosts[known] == "a.org")]
    asked, rest = drain(schedule, lambda place: hosts[place] == "a.org")
    assert not set(asked) & set(answered)
    assert sorted(settled + rest) == list(range(20))
    assert [place for place in range(20) if schedule.is_dead(place)] == [17, 19]


def test_only_the_places_named_are_asked_and_their_hosts_die_by_them_alone():
    hosts = ["a.org", "b.org"] * (DEAD_AFTER + 2)
    only = [place for place in range(len(hosts)) if place != 4]
    schedule = Schedule(hosts, only)
    asked, settled = drain(schedule, lambda place: hosts[place] == "b.org")
    assert sorted(settled) == only and 4 not in asked
    assert [place for place in only if schedule.is_dead(place)] == [18]
