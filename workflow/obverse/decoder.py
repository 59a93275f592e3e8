"""The process that decodes pictures for others (`decoders.py`): ``python -m obverse.decoder SECONDS BYTES``."""

import contextlib
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from obverse import pictures

OK, NOT_IMAGE, TOO_MANY_PIXELS = "ok", "not_image", "too_many_pixels"
VERDICTS = (OK, NOT_IMAGE, TOO_MANY_PIXELS)  # an answer holds the index

REQUEST = struct.Struct("<QHHHB")  # bytes of the picture, boxes, size, index of the way to resize, channels
BOX = struct.Struct("<4q")
ANSWER = struct.Struct("<BII")  # verdict, width, height; then for each box: whether it lies inside, and pixels


def _serve(requests: BinaryIO, answers: BinaryIO, seconds: int) -> None:
    """Answer requests until there are no more; die of one that takes longer than ``seconds``, asked or not."""
    ways = list(pictures.RESAMPLING)
    answers.write(b"\1")  # ready: a worker that cannot start says nothing about a picture
    answers.flush()
    while header := requests.read(REQUEST.size):
        signal.alarm(seconds)  # in case nobody is left to stop this process
        length, boxes, size, way, channels = REQUEST.unpack(header)
        asked = [BOX.unpack(requests.read(BOX.size)) for _ in range(boxes)]
        answers.write(b"".join(_answer(requests.read(length), asked, size, ways[way], channels)))
        answers.flush()
        signal.alarm(0)


def _answer(
    content: bytes, boxes: Sequence[tuple[int, int, int, int]], size: int, resize: str, channels: int
) -> Iterator[bytes]:
    nothing = bytes(1 + channels * size * size)
    try:
        picture = pictures.decode(content, grey=channels == 1)
    except pictures.NotAPicture as error:
        verdict = TOO_MANY_PIXELS if isinstance(error, pictures.TooManyPixels) else NOT_IMAGE
        yield ANSWER.pack(VERDICTS.index(verdict), 0, 0) + nothing * len(boxes)
        return
    yield ANSWER.pack(VERDICTS.index(OK), picture.width, picture.height)
    for box in boxes:
        try:
            yield b"\1" + pictures.crop(picture, box, size, resize, channels).tobytes()
        except pictures.BoxOutside:
            yield nothing


def _confine(memory_bytes: int) -> None:
    """Bound this process's memory; let it write no file and leave no core."""
    limits = {resource.RLIMIT_AS: memory_bytes, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for kind, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    _confine(memory_bytes=int(sys.argv[2]))
    try:
        _serve(sys.stdin.buffer, sys.stdout.buffer, seconds=int(sys.argv[1]))
    except ConnectionError:  # whoever asked is gone: nothing to say, and nobody to say it to
        os._exit(1)
