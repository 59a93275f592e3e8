"""Pictures decoded in processes of their own: one that kills or stalls a decoder costs that picture, never the run.

A worker (`python -m obverse.decoders`) reads requests and writes answers of a length known before: numbers and pixels.
Nothing that a hostile picture may have made of a worker is unpickled, imported or run here.
"""

import asyncio
import contextlib
import math
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from obverse import pictures
from obverse.errors import UnusableInput

OK = "ok"
NOT_IMAGE, TOO_MANY_PIXELS = "not_image", "too_many_pixels"
TIMEOUT, DIED = "decode_timeout", "decode_died"
_VERDICTS = (OK, NOT_IMAGE, TOO_MANY_PIXELS)  # a worker's own, as it codes them

SECONDS = 30.0  # for one picture
_START_SECONDS = 120.0
MEMORY_BYTES = 1_500_000_000  # address space of a worker; a picture of 50 M pixels takes about half of it
_REQUEST = struct.Struct("<QHHH")  # bytes of the picture, boxes, size, index of the way to resize
_BOX = struct.Struct("<4q")
_ANSWER = struct.Struct("<BII")  # verdict, width, height; then for each box: whether it lies inside, and pixels

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
            kept = worker if verdict.status in _VERDICTS else None
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
        request = [_REQUEST.pack(len(content), len(boxes), size, list(pictures.RESAMPLING).index(resize))]
        request += [_BOX.pack(*box) for box in boxes]
        each = 1 + size * size
        answer = await self.ask(b"".join([*request, content]), _ANSWER.size + len(boxes) * each)
        code, width, height = _ANSWER.unpack_from(answer)
        if _VERDICTS[code] != OK:
            return Verdict(_VERDICTS[code])
        starts = (_ANSWER.size + number * each for number in range(len(boxes)))
        return Verdict(OK, width, height, tuple(_pixels(answer[start : start + each], size) for start in starts))


def _pixels(cut: bytes, size: int) -> np.ndarray | None:
    return np.frombuffer(cut, np.uint8, offset=1).reshape(size, size) if cut[0] else None


async def _start(seconds: float, memory_bytes: int) -> _Worker:
    # One thread a worker: NumPy's own would take address space, and there is nothing for them to do.
    surroundings = {"PYTHONPATH": str(Path(__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"}
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-B", "-m", "obverse.decoders", str(math.ceil(seconds) + 1), str(memory_bytes)],
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


def _serve(requests: BinaryIO, answers: BinaryIO, seconds: int) -> None:
    """Answer requests until there are no more; die of one that takes longer than ``seconds``, asked or not."""
    ways = list(pictures.RESAMPLING)
    answers.write(b"\1")  # ready: a worker that cannot start says nothing about a picture
    answers.flush()
    while header := requests.read(_REQUEST.size):
        signal.alarm(seconds)  # in case nobody is left to stop this process
        length, boxes, size, way = _REQUEST.unpack(header)
        asked = [_BOX.unpack(requests.read(_BOX.size)) for _ in range(boxes)]
        answers.write(b"".join(_answer(requests.read(length), asked, size, ways[way])))
        answers.flush()
        signal.alarm(0)


def _answer(content: bytes, boxes: Sequence[Box], size: int, resize: str) -> Iterator[bytes]:
    try:
        picture = pictures.decode(content)
    except pictures.NotAPicture as error:
        verdict = TOO_MANY_PIXELS if isinstance(error, pictures.TooManyPixels) else NOT_IMAGE
        yield _ANSWER.pack(_VERDICTS.index(verdict), 0, 0) + bytes(len(boxes) * (1 + size * size))
        return
    yield _ANSWER.pack(_VERDICTS.index(OK), picture.width, picture.height)
    for box in boxes:
        try:
            yield b"\1" + pictures.crop(picture, box, size, resize).tobytes()
        except pictures.BoxOutside:
            yield bytes(1 + size * size)


def _confine(memory_bytes: int) -> None:
    """Bound this process's memory; let it write no file and leave no core."""
    limits = {resource.RLIMIT_AS: memory_bytes, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for kind, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    _confine(memory_bytes=int(sys.argv[2]))
    _serve(sys.stdin.buffer, sys.stdout.buffer, seconds=int(sys.argv[1]))
