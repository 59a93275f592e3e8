"""Fetch FaceScrub's pictures and keep those that are the ones the lists mean."""

import asyncio
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pandas as pd
import pyarrow as pa

from obverse import archives, cli, download, facescrub, pictures, stamps
from obverse.errors import UnusableInput
from obverse.progress import Progress


class _Answer(NamedTuple):
    """What one URL gave: the word for it, the body's digest and length, and whether the body is a picture."""

    status: str
    sha256: str | None = None
    length: int | None = None
    is_picture: bool = False


class _Inbox:
    """Judges bodies as they arrive and spools those that are kept, so that memory does not grow with the data set."""

    def __init__(self, faces: pd.DataFrame, spool: BinaryIO, accept_hash_mismatch: bool, progress: Progress) -> None:
        self._wanted = faces.groupby("url", sort=False)["sha256"].agg(set).to_dict()
        self._spool, self._accept, self._progress = spool, accept_hash_mismatch, progress
        self.answers: dict[str, _Answer] = {}
        self.places: dict[str, tuple[int, int]] = {}  # sha256 of a kept body -> its offset and length in the spool
        self._fine = 0

    def receive(self, url: str, outcome: str, body: bytes) -> None:
        answer = self._judge(url, body) if outcome == download.OK else _Answer(outcome)
        self.answers[url] = answer
        kept = answer.sha256 in self._wanted[url] or (self._accept and answer.is_picture)
        if kept and answer.sha256 not in self.places:
            self.places[answer.sha256] = (self._spool.seek(0, 2), len(body))
            self._spool.write(body)
        self._fine += kept
        self._progress.advance(1, f"{self._fine / len(self.answers):.1%} ok")

    def _judge(self, url: str, body: bytes) -> _Answer:
        sha256 = hashlib.sha256(body).hexdigest()
        if self._wanted[url] == {sha256}:
            return _Answer(download.OK, sha256, len(body), True)
        try:
            pictures.decode(body)
        except pictures.NotAPicture:
            return _Answer(download.NOT_IMAGE, sha256, len(body))
        return _Answer(download.HASH_MISMATCH, sha256, len(body), True)

    def stored(self, members: list[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the kept bodies by name, in the order of ``members``."""
        for member in members:
            offset, length = self.places[member]
            self._spool.seek(offset)
            yield member, self._spool.read(length)


def fetch_facescrub(
    *,
    actors: Path,
    actresses: Path,
    hosts: str,
    accept_hash_mismatch: bool,
    connections: int,
    timeout_seconds: int,
    archive: Path,
    faces: Path,
) -> None:
    """Fetch every distinct URL of FaceScrub's two lists once; say of every face what came of it.

    ``hosts`` is the archive that the stand-in's hosts answer from, or "" for the internet. ``archive`` keeps, named by
    sha256, the bodies with the listed hash, and with ``accept_hash_mismatch`` those that at least are pictures.
    Raises `UnusableInput` for a broken list, and when not a single picture came.
    """
    wanted = _read_lists(actors, actresses)
    urls = list(dict.fromkeys(wanted["url"]))
    archive.parent.mkdir(parents=True, exist_ok=True)
    # A file without a name: a killed run leaves nothing behind.
    with tempfile.TemporaryFile(dir=archive.parent) as spool:
        with Progress("fetch_facescrub", len(urls), "pictures") as progress:
            inbox = _Inbox(wanted, spool, accept_hash_mismatch, progress)
            asyncio.run(_fetch(urls, hosts, connections, timeout_seconds, inbox))
        table = _outcomes(wanted, inbox.answers, accept_hash_mismatch)
        members = list(dict.fromkeys(table["member"].dropna()))
        counts = ", ".join(f"{status} {count:,}" for status, count in sorted(Counter(table["status"]).items()))
        print(f"faces: {counts}")
        _check_stand_in(hosts, set(table["status"]), counts)
        if not members:
            raise UnusableInput(actors, f"expected some pictures, but none came ({counts})", _NOTHING_CAME)
        archives.write(archive, inbox.stored(members))
    inputs = {"actors": actors, "actresses": actresses} | ({"hosts": Path(hosts)} if hosts else {})
    stamp = stamps.stamp("fetch_facescrub", inputs, accept_hash_mismatch=accept_hash_mismatch)
    facescrub.write_fetched(faces, pa.Table.from_pandas(table, facescrub.FETCHED, preserve_index=False), stamp)


def _check_stand_in(hosts: str, statuses: set[str], counts: str) -> None:
    """Raise `UnusableInput` when a stand-in's picture failed for a reason of this machine's."""
    if hosts and statuses & {"timeout", "connect"}:
        raise UnusableInput(
            hosts,
            f"expected every stand-in host to answer, found {counts}",
            "Is this machine very busy? Raise datasets.facescrub.timeout_seconds, or lower connections.",
        )


_NOTHING_CAME = "Is this machine connected? Only addresses on the public internet are asked; see the counts above."


def _read_lists(actors: Path, actresses: Path) -> pd.DataFrame:
    faces = pd.concat(
        [facescrub.read_list(path).assign(gender=gender) for path, gender in ((actors, "male"), (actresses, "female"))],
        ignore_index=True,
    )
    twice = faces.loc[faces["face_id"].duplicated(), "face_id"]
    if len(twice):
        problem = f"expected face_ids other than the actors', found {twice.iloc[0]} in both lists"
        raise UnusableInput(actresses, problem, "Give the actors' and the actresses' list, each in its place.")
    return faces


async def _fetch(urls: list[str], hosts: str, connections: int, timeout_seconds: int, inbox: _Inbox) -> None:
    async with download.standin(Path(hosts)) if hosts else download.internet() as connector:
        await download.fetch(urls, connector, connections, timeout_seconds, inbox.receive)


def _outcomes(wanted: pd.DataFrame, answers: dict[str, _Answer], accept_hash_mismatch: bool) -> pd.DataFrame:
    """Return one row a face, in the lists' order: a body may be right for one face and wrong for another."""
    rows = []
    for url, sha256 in zip(wanted["url"], wanted["sha256"], strict=True):
        answer = answers[url]
        status = download.OK if answer.sha256 == sha256 else answer.status
        kept = status == download.OK or (accept_hash_mismatch and status == download.HASH_MISMATCH)
        rows.append((status, answer.sha256, answer.length, answer.sha256 if kept else None))
    found = pd.DataFrame(rows, columns=["status", "sha256", "bytes", "member"]).astype({"bytes": "Int64"})
    return wanted.drop(columns="sha256").join(found)


if __name__ == "__main__":
    cli.run(fetch_facescrub)
