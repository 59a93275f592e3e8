"""Whom to ask next: the lists' order, a few requests at a time to one site, none to a host that is dead."""

import heapq
import ipaddress
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

PER_SITE = 2  # requests at a time
DEAD_AFTER = 8  # of a host's pictures in a row, in the lists' order, for which it could not be reached


@dataclass
class _Host:
    """One host's places in the list, and how far they are."""

    site: str
    places: list[int] = field(default_factory=list)
    taken: int = 0  # of `places`, from the front
    settled: int = 0  # of `places`, from the front
    reached: dict[int, bool] = field(default_factory=dict)  # answers that are not settled yet
    failures: int = 0  # in a row, up to `settled`
    dead: bool = False


class Schedule:
    """Hands out places (indices into the list of hosts), takes answers, and settles what became of each place.

    ``only`` are the places to hand out, in ascending order; None: all.

    A host is dead after `DEAD_AFTER` failures in a row *in the list's order*, whatever order they came in, and then so
    is the rest of its places. An answer therefore only settles once all earlier ones of its host are there, and what is
    settled depends on the answers alone: neither on their order nor on how often the work was interrupted.
    """

    def __init__(self, hosts: list[str], only: Iterable[int] | None = None) -> None:
        self._hosts: dict[str, _Host] = {}
        for place in range(len(hosts)) if only is None else only:
            self._hosts.setdefault(hosts[place], _Host(_site(hosts[place]))).places.append(place)
        self._names = hosts
        self._dead: set[int] = set()
        self._busy: dict[str, int] = defaultdict(int)
        self._parked: dict[str, list[str]] = defaultdict(list)  # hosts whose site is busy
        self._next = [(host.places[0], name) for name, host in self._hosts.items()]  # a heap: places are ascending
        self.in_flight = 0

    def take(self) -> int | None:
        """Return the next place to ask for; None when there is none at present, or (`in_flight` is 0) none at all."""
        while self._next:
            _, name = heapq.heappop(self._next)
            host = self._hosts[name]
            host.taken = max(host.taken, host.settled)
            while host.taken < len(host.places) and host.places[host.taken] in host.reached:
                host.taken += 1  # answered before an interruption
            if host.dead or host.taken == len(host.places):
                continue
            if self._busy[host.site] == PER_SITE:
                self._parked[host.site].append(name)
                continue
            self._busy[host.site] += 1
            self.in_flight += 1
            host.taken += 1
            if host.taken < len(host.places):
                heapq.heappush(self._next, (host.places[host.taken], name))
            return host.places[host.taken - 1]
        return None

    def done(self, place: int, reached: bool) -> list[int]:
        """Take the answer to a place that was handed out; return the places that it settles."""
        site = self._hosts[self._names[place]].site
        self._busy[site] -= 1
        self.in_flight -= 1
        for name in self._parked.pop(site, []):
            host = self._hosts[name]
            if host.taken < len(host.places):
                heapq.heappush(self._next, (host.places[host.taken], name))
        return self.recall(place, reached)

    def recall(self, place: int, reached: bool) -> list[int]:
        """Take an answer that came before an interruption; return the places that it settles."""
        host = self._hosts[self._names[place]]
        host.reached[place] = reached
        before = host.settled
        while not host.dead and host.settled < len(host.places) and host.places[host.settled] in host.reached:
            host.failures = 0 if host.reached.pop(host.places[host.settled]) else host.failures + 1
            host.settled += 1
            host.dead = host.failures == DEAD_AFTER
        if host.dead and host.settled < len(host.places):
            self._dead.update(host.places[host.settled :])
            host.settled = len(host.places)
        return host.places[before : host.settled]

    def is_dead(self, place: int) -> bool:
        """Return whether a place was settled by the death of its host, unasked."""
        return place in self._dead


def _site(host: str) -> str:
    """Return what shares a server in most cases: the last two labels of a name, or a whole address."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ".".join(host.split(".")[-2:])
