"""Fetch FaceScrub's pictures and keep those that are the ones the lists mean."""

import asyncio
import json
import shutil
from collections import Counter
from pathlib import Path

from obverse import cli, connectors, download, facescrub, stamps
from obverse.decoders import DIED, TIMEOUT, Decoders
from obverse.errors import UnusableInput
from obverse.inbox import Inbox
from obverse.journal import Journal
from obverse.progress import Progress
from obverse.shards import FACES, HOST_DEAD, Shards

# What only this machine can cause where every host is a stand-in's.
_OF_THIS_MACHINE = {"timeout", "connect", "connection_lost", HOST_DEAD, TIMEOUT, DIED}


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
        network = connectors.standin(Path(hosts)) if hosts else connectors.internet(connections)
        async with (
            Decoders(workers) as pool,
            network as connect,
            download.session(connect(), times, contact) as through,
        ):

            async def answers(url: str) -> bool:
                async with download.session(connect(), times, contact) as fresh:
                    return await download.answers(fresh, url, times.total)

            inbox = Inbox(shards, journal, pool, answers)
            for again in (False, True):
                schedule = await inbox.start(again)
                label = "fetch_facescrub" + ", second asking" * again
                with Progress(label, inbox.waiting, "pictures") as inbox.progress:
                    await download.fetch(shards.urls, schedule, through, connections, times.total, inbox.receive)
                    await inbox.end()

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
