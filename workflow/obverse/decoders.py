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

Box = tuple[int, int, int, int]


class Verdict(NamedTuple):
    """What a picture is, and what was cut from it."""

    status: str
    width: int | None = None
    height: int | None = None
    cuts: tuple[np.ndarray | None, ...] = ()  # one a box, uint8 [size, size]; None: the box leaves the picture


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

    async def cut(self, content: bytes, boxes: Sequence[Box], size: int, resize: str) -> Verdict:
        """Decode ``content`` and cut each box as `pictures.crop` does; without boxes only say whether it is one."""
        worker = await self._idle.get()
        kept: _Worker | None = None
        try:
            if worker is None:
                worker = await _start(self._seconds, self._memory)
                self._running.add(worker)
            verdict = await self._ask(worker, content, boxes, size, resize)
            kept = worker if verdict.status in VERDICTS else None
            return verdict
        finally:
            if kept is None and worker is not None:
                self._stop(worker)  # also when cancelled: an answer nobody waited for would be taken for the next one
            self._idle.put_nowait(kept)

    async def _ask(self, worker: "_Worker", content: bytes, boxes: Sequence[Box], size: int, resize: str) -> Verdict:
        try:
            async with asyncio.timeout(self._seconds):
                return await worker.cut(content, boxes, size, resize)
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

    async def cut(self, content: bytes, boxes: Sequence[Box], size: int, resize: str) -> Verdict:
        request = [REQUEST.pack(len(content), len(boxes), size, list(pictures.RESAMPLING).index(resize))]
        request += [BOX.pack(*box) for box in boxes]
        each = 1 + size * size
        answer = await self.ask(b"".join([*request, content]), ANSWER.size + len(boxes) * each)
        code, width, height = ANSWER.unpack_from(answer)
        if VERDICTS[code] != OK:
            return Verdict(VERDICTS[code])
        starts = (ANSWER.size + number * each for number in range(len(boxes)))
        return Verdict(OK, width, height, tuple(_pixels(answer[start : start + each], size) for start in starts))


def _pixels(cut: bytes, size: int) -> np.ndarray | None:
    return np.frombuffer(cut, np.uint8, offset=1).reshape(size, size) if cut[0] else None


async def _start(seconds: float, memory_bytes: int) -> _Worker:
    # One thread a worker: NumPy's own would take address space, and there is nothing for them to do.
    surroundings = {"PYTHONPATH": str(Path(__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"}
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-B", "-m", "obverse.decoder", str(math.ceil(seconds) + 1), str(memory_bytes)],
            stdin=theirs,
            stdout=theirs,
            env=os.environ | surroundings,
        )
    transport, worker = await asyncio.get_running_loop().create_connection(_Worker, sock=ours)
    worker.process, worker.transport = process, transport
    try:
        async with asyncio.timeout(_START_SECONDS):
            await worker.ask(b"", 1)
    except (TimeoutError, EOFError, OSError) as error:
        process.kill()
        process.wait()
        transport.close()
        raise UnusableInput(
            "the decoders",
            f"expected a process to start, found that it did not ({type(error).__name__})",
            "Its own words stand above. Is there memory left, and room for processes?",
        ) from error
    return worker
