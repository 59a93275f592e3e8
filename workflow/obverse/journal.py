"""What a fetch keeps while it runs, so that a killed one goes on: each answer as it came, each finished shard whole.

In its folder: ``made_from``, what the answers belong to; ``answers.jsonl``, one line an answer; ``NNNN.spool``, the
bodies of a shard's answers; then ``NNNN.zip`` and ``NNNN.parquet`` in the spool's place. When all shards are there the
answers go, and what is left depends on nothing but the answers.
"""

import hashlib
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from obverse import archives, facescrub, files, jsonl, tables
from obverse.errors import UnusableInput

_ANSWERS = "answers.jsonl"


class Entry(NamedTuple):
    """One URL's answer, judged."""

    status: str
    reached: bool  # whether the URL's host was
    http_code: int | None = None
    final_url: str | None = None
    attempts: int = 0
    sha256: str | None = None  # of the body, whatever it was
    length: int | None = None
    width: int | None = None
    height: int | None = None
    shard: int | None = None  # whose spool has the body
    offset: int | None = None  # in the spool; None where the body was not kept
    again: bool = False  # the answer to a second asking


def _put_aside(folder: Path) -> None:
    """Keep what was fetched for other lists or settings as ``*.old``, days of work perhaps; one such is kept."""
    if folder.exists():
        old = folder.with_name(folder.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        folder.replace(old)
        print(f"{folder}: fetched for other lists or settings; put aside as {old.name}")


class Journal:
    """The folder of one fetch, opened to be added to."""

    def __init__(self, folder: Path, made_from: str) -> None:
        """Open ``folder``; start anew when what it holds was not fetched for ``made_from``."""
        self._folder = folder
        told = folder / "made_from"
        if not told.is_file() or told.read_text() != made_from:
            _put_aside(folder)
            files.write_bytes(told, made_from.encode())
        self._path = folder / _ANSWERS
        self.entries = dict(self._whole(jsonl.read(self._path)))
        self._open: dict[str, io.FileIO] = {}
        self._ends: dict[str, int] = {}

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *error: object) -> None:
        for stream in self._open.values():
            stream.close()

    def add(self, url: str, entry: Entry, body: bytes, shard: int) -> None:
        """Keep one answer, with its body unless that is empty; raise `UnusableInput` when the disk does not take it."""
        with jsonl.room(self._folder, "what is fetched"):
            if body:
                entry = entry._replace(shard=shard, offset=self._append(f"{shard:04d}.spool", body))
            self._append(_ANSWERS, jsonl.line([url, entry]))
        self.entries[url] = entry

    def forget(self, urls: Iterable[str]) -> None:
        """Take back answers, so that the next run asks again."""
        for url in urls:
            self.entries.pop(url, None)
            self._append(_ANSWERS, jsonl.line([url, None]))

    def _append(self, name: str, content: bytes) -> int:
        """Add ``content`` to a file of the folder, for a kill to leave it there; return where it starts."""
        if name not in self._open:
            self._open[name] = (self._folder / name).open("ab", buffering=0)
            self._ends[name] = self._open[name].tell()
        start = self._ends[name]
        while content:  # a disk that is nearly full takes a part, and says why at the next attempt
            written = self._open[name].write(content)
            self._ends[name] += written
            content = content[written:]
        return start

    def _whole(self, lines: Iterator[list]) -> Iterator[tuple[str, Entry]]:
        """Yield the last word on each URL, unless its body is missing."""
        last = dict(lines)
        ends: dict[int, int] = {}
        for url, fields in last.items():
            if fields is None:
                continue
            entry = Entry(*fields)
            if entry.offset is not None and not self.is_finished(entry.shard):
                if entry.shard not in ends:
                    spool = self._at(entry.shard, "spool")
                    ends[entry.shard] = spool.stat().st_size if spool.is_file() else 0
                if entry.offset + entry.length > ends[entry.shard]:
                    continue
            yield url, entry

    def is_finished(self, shard: int) -> bool:
        """Return whether a shard's table and pictures are there."""
        return self._at(shard, "parquet").is_file() and self._at(shard, "zip").is_file()

    def finish(self, shard: int, rows: pa.Table, kept: list[Entry]) -> None:
        """Write a shard's table, and the bodies of ``kept`` in their order, each once; its spool goes."""
        spool = self._at(shard, "spool")
        if spool.name in self._open:
            self._open.pop(spool.name).close()
        with jsonl.room(self._folder, "what is fetched"):
            archives.write(self._at(shard, "zip"), _bodies(spool, kept))
            tables.write(self._at(shard, "parquet"), rows, facescrub.FETCHED, {})
        spool.unlink(missing_ok=True)

    def rows(self, shards: int) -> pa.Table:
        """Return the rows of all shards, which must be finished."""
        return pa.concat_tables([facescrub.read_fetched(self._at(shard, "parquet")) for shard in range(shards)])

    def deliver(self, shards: int, pictures: Path) -> None:
        """Put all shards' pictures at ``pictures`` (a folder), and drop the answers.

        The pictures are linked, not moved: Snakemake removes the outputs of a job that was killed. Nor are they copied:
        they are tens of gigabytes.
        """
        ready = self._folder / "pictures"
        shutil.rmtree(ready, ignore_errors=True)
        ready.mkdir()
        for shard in range(shards):
            _link(self._at(shard, "zip"), ready)
        shutil.rmtree(pictures, ignore_errors=True)
        pictures.parent.mkdir(parents=True, exist_ok=True)
        ready.rename(pictures)
        for leftover in (self._path, *self._folder.glob("*.spool")):  # of shards that were finished when a kill came
            leftover.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the folder: what came says more about this machine than about the pictures."""
        shutil.rmtree(self._folder)

    def _at(self, shard: int, kind: str) -> Path:
        return self._folder / f"{shard:04d}.{kind}"


def _bodies(spool: Path, kept: list[Entry]) -> Iterator[tuple[str, bytes]]:
    for entry in {entry.sha256: entry for entry in kept}.values():
        with spool.open("rb") as stream:
            stream.seek(entry.offset)
            body = stream.read(entry.length)
        if hashlib.sha256(body).hexdigest() != entry.sha256:
            raise UnusableInput(
                spool,
                f"expected the picture with sha256 {entry.sha256}, found other bytes",
                "The disk lost it, perhaps with the power: delete this file and run the same command again.",
            )
        yield entry.sha256, body


def _link(path: Path, folder: Path) -> None:
    try:
        os.link(path, folder / path.name)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, folder / path.name)
