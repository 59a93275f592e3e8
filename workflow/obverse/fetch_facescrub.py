"""Fetch FaceScrub's pictures and keep those that are the ones the lists mean."""

import asyncio
import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path

from obverse import cli, connectors, download, facescrub, stamps
from obverse.decoders import DIED, TIMEOUT, Decoders
from obverse.errors import UnusableInput
from obverse.journal import Entry, Journal
from obverse.progress import Progress
from obverse.schedule import Schedule
from obverse.shards import FACES, HOST_DEAD, Shards

# What only this machine can cause where every host is a stand-in's.
_OF_THIS_MACHINE = {"timeout", "connect", "connection_lost", HOST_DEAD, TIMEOUT, DIED}
_NETWORK_LOST_AFTER = 256  # hosts or names in a row that could not be reached


def fetch_facescrub(
    *,
    actors: Path,
    actresses: Path,
    hosts: str,
    accept_hash_mismatch: bool,
    contact: str,
    connections: int,
    connect_seconds: int,
    read_seconds: int,
    timeout_seconds: int,
    workers: int,
    journal: Path,
    pictures: Path,
    faces: Path,
) -> None:
    """Fetch every distinct URL of FaceScrub's two lists once; say of every face what came of it.

    ``hosts`` is the archive that the stand-in's hosts answer from, or "" for the internet. ``pictures`` (a folder of
    archives) keeps, named by sha256, the pictures with the listed hash, and with ``accept_hash_mismatch`` all others.
    What the internet answered is kept in ``journal`` and not asked for again, as long as lists and
    ``accept_hash_mismatch`` are the same. Raises `UnusableInput` for a broken list, and when not a single picture came.
    """
    wanted = facescrub.read_lists(actors, actresses)
    inputs = {"actors": actors, "actresses": actresses} | ({"hosts": Path(hosts)} if hosts else {})
    stamp = stamps.stamp("fetch_facescrub", inputs, accept_hash_mismatch=accept_hash_mismatch)
    times = download.Times(connect_seconds, read_seconds, timeout_seconds)
    if hosts:  # a stand-in costs seconds, and its answers depend on the code
        shutil.rmtree(journal, ignore_errors=True)
    with Journal(journal, json.dumps([stamp, FACES], sort_keys=True)) as kept:
        shards = Shards(wanted, accept_hash_mismatch)
        if not all(map(kept.is_finished, range(shards.count))):
            _fetch(shards, kept, hosts, contact, connections, times, workers)
        table = kept.rows(shards.count)
        statuses = Counter(table["status"].to_pylist())
        counts = ", ".join(f"{status} {count:,}" for status, count in sorted(statuses.items()))
        print(f"faces: {counts}")
        try:
            _check(hosts, set(statuses), counts)
        except UnusableInput:
            kept.discard()  # else the next run would find these answers
            raise
        kept.deliver(shards.count, pictures)
    if hosts:
        kept.discard()
    facescrub.write_fetched(faces, table, stamp)


def _check(hosts: str, statuses: set[str], counts: str) -> None:
    """Raise `UnusableInput` when no picture came, or one of a stand-in's failed for a reason of this machine's."""
    if download.OK not in statuses:
        raise UnusableInput(
            hosts or "the internet",
            f"expected some pictures, but none came ({counts})",
            "Is this machine connected? Only addresses on the public internet are asked.",
        )
    if hosts and statuses & _OF_THIS_MACHINE:
        raise UnusableInput(
            hosts,
            f"expected every stand-in host to answer, found {counts}",
            "Is this machine very busy? Raise datasets.facescrub.timeout_seconds, or lower connections.",
        )


class _Inbox:
    """Judges bodies as they arrive, journals every answer, and finishes the shards that are complete."""

    def __init__(self, shards: Shards, journal: Journal, pool: Decoders, progress: Progress) -> None:
        self._shards, self._journal, self._pool, self._progress = shards, journal, pool, progress
        self.schedule = Schedule(shards.hosts)
        self._unreached: list[str] = []  # since the last answer from anywhere
        self._held: list[int] = []  # places settled since then: it may be this machine's network that is gone
        self._fine = 0

    async def recall(self) -> None:
        """Take up what an earlier run was answered."""
        settled: list[int] = []
        for place, url in enumerate(self._shards.urls):
            entry = self._journal.entries.get(url)
            if entry is not None:
                settled += self.schedule.recall(place, entry.reached)
        await self._settle(settled)

    async def receive(self, place: int, answer: download.Answer) -> None:
        """Take one answer (`download.Receive`)."""
        url = self._shards.urls[place]
        entry = await self._judge(answer)
        # A host that died meanwhile has had its places settled, and their shard may be finished
        kept = self._shards.keeps(place, entry.status, entry.sha256) and not self.schedule.is_dead(place)
        self._journal.add(url, entry, answer.body if kept else b"", self._shards.of(place))
        self._check_network(url, entry.reached)
        self._fine += entry.status == download.OK and entry.sha256 in self._shards.wanted[place]
        self._held += self.schedule.done(place, entry.reached)
        self._progress.advance(1, f"{self._fine / (self._progress.done + 1):.1%} ok")
        if entry.reached:
            await self.release()

    async def release(self) -> None:
        """Finish the shards that are complete, once it is sure that the network was there."""
        held, self._held = self._held, []
        await self._settle(held)

    async def _judge(self, answer: download.Answer) -> Entry:
        said = (answer.reached, answer.http_code, answer.final_url, answer.attempts)
        if answer.outcome != download.OK:
            return Entry(answer.outcome, *said)
        verdict = await self._pool.cut(answer.body, [], 1, "bilinear")
        sha256 = hashlib.sha256(answer.body).hexdigest()
        return Entry(verdict.status, *said, sha256, len(answer.body), verdict.width, verdict.height)

    async def _settle(self, places: list[int]) -> None:
        for shard in self._shards.settle(places):
            if not self._journal.is_finished(shard):
                rows, kept = self._shards.table(shard, self._journal.entries, self.schedule)
                await asyncio.to_thread(self._journal.finish, shard, rows, kept)

    def _check_network(self, url: str, reached: bool) -> None:
        """Raise `UnusableInput` when so many hosts failed in a row that it must be this machine's network."""
        self._unreached = [] if reached else [*self._unreached, url]
        if len(self._unreached) >= _NETWORK_LOST_AFTER:
            lost, self._unreached = self._unreached, []  # others may be at this place before the run has stopped
            self._journal.forget(lost)
            raise UnusableInput(
                "the internet",
                f"expected some host to answer, but {len(lost)} requests in a row reached none",
                "Is this machine still connected? Run the same command again: what was answered before is kept.",
            )


def _fetch(
    shards: Shards,
    journal: Journal,
    hosts: str,
    contact: str,
    connections: int,
    times: download.Times,
    workers: int,
) -> None:
    async def run() -> None:
        waiting = len(shards.urls) - len(journal.entries)
        network = connectors.standin(Path(hosts)) if hosts else connectors.internet(connections)
        with Progress("fetch_facescrub", waiting, "pictures") as progress:
            async with Decoders(workers) as pool, network as connector:
                inbox = _Inbox(shards, journal, pool, progress)
                await inbox.recall()
                await download.fetch(shards.urls, inbox.schedule, connector, connections, times, contact, inbox.receive)
                await inbox.release()

    try:
        asyncio.run(run())
    except* UnusableInput as found:
        raise _first(found) from None


def _first(found: BaseExceptionGroup) -> BaseException:
    """Return the first of the errors that a group of tasks ended with."""
    error = found.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


if __name__ == "__main__":
    cli.run(fetch_facescrub)
