"""Pictures decoded in processes of their own: one that kills or stalls a decoder costs that picture, never the run.

A worker (`decoder.py`) reads requests and writes answers of a length known before: numbers and pixels. Nothing that a
hostile picture may have made of a worker is unpickled, imported or run here.
"""

import asyncio
import math
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from obverse import pictures
from obverse.decoder import ANSWER, BOX, OK, REQUEST, VERDICTS
from obverse.errors import UnusableInput

TIMEOUT, DIED = "decode_timeout", "decode_died"

SECONDS = 30.0  # for one picture
_START_SECONDS = 120.0
MEMORY_BYTES = 1_500_000_000  # address space of a worker; a picture of 50 M pixels takes about half of it

_NEEDED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")  # of the environment

Box = tuple[int, int, int, int]


class Verdict(NamedTuple):
    """What a picture is, and what was cut from it."""

    status: str
    width: int | None = None
    height: int | None = None
    cuts: tuple[np.ndarray | None, ...] = ()  # one a box, as `pictures.crop` gives it; None: the box leaves the picture


class _Request(NamedTuple):
    """What a worker is asked for, in `decoder.py`'s bytes."""

    content: bytes
    boxes: Sequence[Box]
    size: int
    resize: str
    channels: int

    @property
    def _each(self) -> int:
        return 1 + self.channels * self.size * self.size

    @property
    def answer_length(self) -> int:
        return ANSWER.size + len(self.boxes) * self._each

    def packed(self) -> bytes:
        way = list(pictures.RESAMPLING).index(self.resize)
        header = REQUEST.pack(len(self.content), len(self.boxes), self.size, way, self.channels)
        return b"".join([header, *(BOX.pack(*box) for box in self.boxes), self.content])

    def verdict(self, answer: bytes) -> Verdict:
        code, width, height = ANSWER.unpack_from(answer)
        if VERDICTS[code] != OK:
            return Verdict(VERDICTS[code])
        starts = range(ANSWER.size, len(answer), self._each)
        return Verdict(OK, width, height, tuple(self._pixels(answer[start : start + self._each]) for start in starts))

    def _pixels(self, cut: bytes) -> np.ndarray | None:
        shape = pictures.shape(self.size, self.channels)
        return np.frombuffer(cut, np.uint8, offset=1).reshape(shape) if cut[0] else None


class Decoders:
    """Some workers, each started when first needed, and again after each that died or had to be stopped."""

    def __init__(self, count: int, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._seconds, self._memory = seconds, memory_bytes
        self._idle: asyncio.LifoQueue[_Worker | None] = asyncio.LifoQueue()
        for _ in range(count):
            self._idle.put_nowait(None)
        self._running: set[_Worker] = set()

    async def __aenter__(self) -> "Decoders":
        return self

    async def __aexit__(self, *error: object) -> None:
        for worker in list(self._running):
            self._stop(worker)

    async def cut(self, content: bytes, boxes: Sequence[Box], size: int, resize: str, channels: int = 1) -> Verdict:
        """Decode ``content`` and cut each box as `pictures.crop` does; without boxes only say whether it is one.

        A worker may die or be late for reasons of the machine's: a picture is tried twice before it is blamed.
        """
        request = _Request(content, boxes, size, resize, channels)
        verdict = await self._try(request)
        return verdict if verdict.status in VERDICTS else await self._try(request)

    async def _try(self, request: "_Request") -> Verdict:
        worker = await self._idle.get()
        kept: _Worker | None = None
        try:
            if worker is None:
                worker = await _start(self._seconds, self._memory)
                self._running.add(worker)
            verdict = await self._ask(worker, request)
            kept = worker if verdict.status in VERDICTS else None
            return verdict
        finally:
            if kept is None and worker is not None:
                self._stop(worker)  # also when cancelled: an answer nobody waited for would be taken for the next one
            self._idle.put_nowait(kept)

    async def _ask(self, worker: "_Worker", request: "_Request") -> Verdict:
        try:
            async with asyncio.timeout(self._seconds):
                return request.verdict(await worker.ask(request.packed(), request.answer_length))
        except TimeoutError:
            return Verdict(TIMEOUT)
        except (EOFError, OSError, IndexError):
            return Verdict(DIED)

    def _stop(self, worker: "_Worker") -> None:
        self._running.discard(worker)
        worker.process.kill()
        worker.process.wait()
        worker.transport.close()


class _Worker(asyncio.Protocol):
    """One process, asked for one picture at a time; what it writes comes in at `data_received`."""

    process: subprocess.Popen
    transport: asyncio.Transport

    def __init__(self) -> None:
        self._found, self._length = bytearray(), 0
        self._answer: asyncio.Future[bytes] | None = None

    def data_received(self, data: bytes) -> None:
        self._found += data
        if self._answer is not None and not self._answer.done() and len(self._found) >= self._length:
            self._answer.set_result(bytes(self._found))
            self._found.clear()

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(EOFError("the worker is gone"))

    async def ask(self, request: bytes, length: int) -> bytes:
        """Send ``request`` and return the ``length`` bytes of its answer; raise `EOFError` when the process ends."""
        self._length, self._answer = length, asyncio.get_running_loop().create_future()
        if self.transport.is_closing():
            raise EOFError("the worker is gone")
        self.transport.write(request)
        return await self._answer


async def _start(seconds: float, memory_bytes: int) -> _Worker:
    # Of this process's surroundings (a proxy's password, keys) nothing is for a hostile picture to find but what Python
    # needs to start. One thread a worker: NumPy's own would take address space, and there is nothing for them to do.
    surroundings = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    surroundings |= {"PYTHONPATH": str(Path(__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"}
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-B", "-m", "obverse.decoder", str(math.ceil(seconds) + 1), str(memory_bytes)],
            stdin=theirs,
            stdout=theirs,
            env=surroundings,
        )
    transport, worker = await asyncio.get_running_loop().create_connection(_Worker, sock=ours)
    worker.process, worker.transport = process, transport
    try:
        async with asyncio.timeout(_START_SECONDS):
            await worker.ask(b"", 1)
    except BaseException as error:  # also when cancelled: nobody else knows of the process yet
        process.kill()
        process.wait()
        transport.close()
        if not isinstance(error, TimeoutError | EOFError | OSError):
            raise
        raise UnusableInput(
            "the decoders",
            f"expected a process to start, found that it did not ({type(error).__name__})",
            "Its own words stand above. Is there memory left, and room for processes?",
        ) from error
    return worker
