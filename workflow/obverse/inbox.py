"""What becomes of the answers to a fetch: judged, kept, and settled once it is sure that the network was there.

A URL whose host could not be reached is asked for a second time when all others have been: hosts that are gone are told
so from a network that was gone for a while. The second answer stands; but also a second failure counts only when
somebody has answered after it.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from obverse import download
from obverse.decoders import Decoders
from obverse.errors import UnusableInput
from obverse.journal import Entry, Journal
from obverse.progress import Progress
from obverse.schedule import Schedule
from obverse.shards import Shards

LOST_AFTER = 256  # failures in a row: then others, who answered before, are asked whether the network is there
_WITNESSES = 4  # hosts that are

Answers = Callable[[str], Awaitable[bool]]  # whether a URL's server says anything, its name looked up anew


class Inbox:
    """Takes the answers of a first and a second round, and finishes the shards that are complete."""

    progress: Progress

    def __init__(self, shards: Shards, journal: Journal, pool: Decoders, answers: Answers) -> None:
        self._shards, self._journal, self._pool, self._answers = shards, journal, pool, answers
        self._lost: list[int] = []  # places for the second round
        self._held: list[int] = []  # places settled since somebody answered, in the second round
        self._unsure: list[str] = []  # URLs that failed since somebody answered
        self._witnesses: dict[str, str] = {}  # a URL of each of the hosts that answered last
        self._checking, self._gone = asyncio.Lock(), False
        self._fine = 0

    async def start(self, again: bool) -> Schedule:
        """Begin a round, with what an earlier run was answered in it; return whom to ask."""
        self._again = again
        places = sorted(self._lost) if again else range(len(self._shards.urls))
        self._schedule = Schedule(self._shards.hosts, places)
        settled: list[int] = []
        self.waiting = len(places)
        for place in places:
            url = self._shards.urls[place]
            entry = self._journal.entries.get(url)
            if entry is None or (again and not entry.again):
                continue
            failed = not entry.reached or entry.again != again  # who was asked twice had failed once
            settled += self._schedule.recall(place, not failed)
            self.waiting -= 1
            if entry.http_code is not None:
                self._trust(url)
            elif again and failed:  # that the network was there at the time, nobody told
                self._unsure.append(url)
        await self._settle(settled)
        return self._schedule

    async def receive(self, place: int, answer: download.Answer) -> None:
        """Take one answer (`download.Receive`); raise `UnusableInput` when this machine has lost its network."""
        url = self._shards.urls[place]
        entry = (await self._judge(answer))._replace(again=self._again)
        if self._gone and not entry.reached:
            return
        # A host that died meanwhile has had its places settled, and their shard may be finished
        kept = self._shards.keeps(place, entry.status, entry.sha256) and not self._schedule.is_dead(place)
        self._journal.add(url, entry, answer.body if kept else b"", self._shards.of(place))
        self._fine += entry.status == download.OK and entry.sha256 in self._shards.wanted[place]
        self.progress.advance(1, f"{self._fine / (self.progress.done + 1):.1%} ok")
        await self._settle(self._schedule.done(place, entry.reached))
        if self._listen(url, entry):
            await self._release()
        elif len(self._unsure) >= LOST_AFTER:
            await self._check_network(LOST_AFTER)

    async def end(self) -> None:
        """End a round: after the second all shards are finished. Raise `UnusableInput` as `receive` does."""
        if self._again:
            await self._check_network(1)
            await self._release()

    async def _judge(self, answer: download.Answer) -> Entry:
        said = (answer.reached, answer.http_code, answer.final_url, answer.attempts)
        if answer.outcome != download.OK:
            return Entry(answer.outcome, *said)
        verdict = await self._pool.cut(answer.body, [], 1, "bilinear")
        sha256 = hashlib.sha256(answer.body).hexdigest()
        return Entry(verdict.status, *said, sha256, len(answer.body), verdict.width, verdict.height)

    def _listen(self, url: str, entry: Entry) -> bool:
        """Note who failed and who answered; return whether this one did."""
        heard = entry.http_code is not None
        if heard:
            self._unsure.clear()
            self._trust(url)
        elif not entry.reached:
            self._unsure.append(url)
        return heard

    def _trust(self, url: str) -> None:
        host = download.parse(url).host
        self._witnesses.pop(host, None)
        self._witnesses[host] = url
        if len(self._witnesses) > _WITNESSES:
            del self._witnesses[next(iter(self._witnesses))]

    async def _settle(self, places: list[int]) -> None:
        """Finish the shards that ``places`` complete; put off those whose host failed."""
        if self._again:
            self._held += places
            return
        lost = {place for place in places if self._schedule.is_dead(place) or self._failed(place)}
        self._lost += lost
        await self._finish([place for place in places if place not in lost])

    def _failed(self, place: int) -> bool:
        entry = self._journal.entries[self._shards.urls[place]]
        return entry.again or not entry.reached

    async def _release(self) -> None:
        held, self._held = self._held, []
        await self._finish(held)

    async def _finish(self, places: list[int]) -> None:
        for shard in self._shards.settle(places):
            if not self._journal.is_finished(shard):
                rows, kept = self._shards.table(shard, self._journal.entries, self._schedule)
                await asyncio.to_thread(self._journal.finish, shard, rows, kept)

    async def _check_network(self, at_least: int) -> None:
        """After ``at_least`` failures in a row ask who answered before; if nobody does, those failures are void."""
        async with self._checking:
            if self._gone or len(self._unsure) < at_least:
                return
            failed, self._unsure = self._unsure, []
            held, self._held = self._held, []
            for url in reversed(list(self._witnesses.values())):
                if await self._answers(url):
                    return await self._finish(held)
            self._gone = True  # others are at this place before the run has stopped
            self._journal.forget([*failed, *self._unsure])
            raise UnusableInput(
                "the internet",
                f"expected some host to answer, but {len(failed) + len(self._unsure)} requests in a row reached none",
                "Is this machine still connected? Run the same command again: what was answered before is kept.",
            )
