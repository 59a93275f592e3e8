"""Pictures decoded in processes of their own."""

import asyncio
import io
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from obverse import decoders, pictures
from obverse.decoder import NOT_IMAGE, OK, TOO_MANY_PIXELS
from obverse.decoders import DIED, TIMEOUT, Decoders, Verdict
from obverse.errors import UnusableInput


def png(height, width, mode="L"):
    pixels = np.random.default_rng(height).integers(0, 256, (height, width), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(stream, "PNG")
    return stream.getvalue()


def bomb(side):
    """A picture of ``side`` x ``side`` pixels in few bytes."""
    stream = io.BytesIO()
    Image.new("1", (side, side)).save(stream, "PNG")
    return stream.getvalue()


def cut(*requests, count=1, **limits):
    """Return the verdict on each request, all sent at once."""

    async def run():
        async with Decoders(count, **limits) as pool:
            return await asyncio.gather(*(pool.cut(*request) for request in requests))

    return asyncio.run(run())


def test_a_worker_cuts_what_the_library_cuts():
    content = png(50, 60, "RGB")
    boxes = [(0, 0, 60, 50), (3, 4, 33, 44), (30, 10, 61, 20)]
    (verdict,) = cut((content, boxes, 16, "bicubic"))
    picture = pictures.decode(content, grey=True)
    assert (verdict.status, verdict.width, verdict.height) == (OK, 60, 50)
    for box, found in zip(boxes[:2], verdict.cuts, strict=False):
        np.testing.assert_array_equal(found, pictures.crop(picture, box, 16, "bicubic"))
    assert verdict.cuts[2] is None


def test_a_worker_cuts_in_colour_too():
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (50, 60, 3), dtype=np.uint8)).save(stream, "JPEG")
    boxes = [(3, 4, 33, 44), (30, 10, 61, 20)]
    (verdict,) = cut((stream.getvalue(), boxes, 16, "bilinear", 3))
    expected = pictures.crop(pictures.decode(stream.getvalue()), boxes[0], 16, "bilinear", 3)
    assert expected.shape == (16, 16, 3) and np.ptp(expected, axis=2).max() > 10
    np.testing.assert_array_equal(verdict.cuts[0], expected)
    assert verdict.cuts[1] is None


def test_many_requests_find_their_own_answers():
    sizes = range(10, 40)
    verdicts = cut(*[(png(side, side + 1), [(0, 0, side, side)], side, "area") for side in sizes], count=3)
    assert [(verdict.width, verdict.height) for verdict in verdicts] == [(side + 1, side) for side in sizes]
    assert [verdict.cuts[0].shape for verdict in verdicts] == [(side, side) for side in sizes]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", NOT_IMAGE),
        (b"<html>buy this domain</html>", NOT_IMAGE),
        (png(40, 40)[:700], NOT_IMAGE),
        (b"\xff\xd8\xff\xe0<?php system($_GET['c']); ?>", NOT_IMAGE),
        (b"GIF89a;<script>alert(1)</script>", NOT_IMAGE),
        (b"MZ" + png(9, 9), NOT_IMAGE),
        (bomb(7100), TOO_MANY_PIXELS),
        (bomb(20000), TOO_MANY_PIXELS),
    ],
    ids=["nothing", "html", "truncated", "php", "script", "executable", "bomb", "larger bomb"],
)
def test_what_is_no_picture_has_its_word_and_harms_nothing(content, status):
    verdicts = cut((content, [(0, 0, 4, 4)], 4, "area"), (png(9, 9), [], 1, "area"))
    assert verdicts[0] == Verdict(status) and verdicts[1] == Verdict(OK, 9, 9)


def test_memory_beyond_the_limit_costs_the_picture_alone():
    """49 million pixels fit the cap, but not a worker of 200 MB."""
    verdicts = cut((bomb(7000), [], 1, "area"), (png(9, 9), [], 1, "area"), memory_bytes=200_000_000)
    assert verdicts[0].status in (NOT_IMAGE, DIED) and verdicts[1] == Verdict(OK, 9, 9)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_that_stalls_or_dies_for_once_costs_nothing(how):
    async def run():
        async with Decoders(1, seconds=2 if how == signal.SIGSTOP else 30) as pool:
            assert (await pool.cut(png(9, 9), [], 1, "area")).status == OK
            (worker,) = pool._running
            os.kill(worker.process.pid, how)
            return await pool.cut(png(9, 9), [], 1, "area")

    assert asyncio.run(run()) == Verdict(OK, 9, 9)


@pytest.mark.parametrize(("how", "status"), [(signal.SIGKILL, DIED), (signal.SIGSTOP, TIMEOUT)])
def test_a_picture_that_kills_or_stalls_two_workers_is_blamed_and_costs_itself_alone(monkeypatch, how, status):
    ask, stopped = decoders._Worker.ask, []

    async def hit(self, request, length):
        if b"evil" in request:
            stopped.append(self.process.pid)
            os.kill(self.process.pid, how)
        return await ask(self, request, length)

    async def run():
        async with Decoders(1, seconds=0.2 if how == signal.SIGSTOP else 30) as pool:
            blamed = await pool.cut(b"evil", [], 1, "area")
            pool._seconds = 30
            return blamed, await pool.cut(png(9, 9), [], 1, "area")

    monkeypatch.setattr(decoders._Worker, "ask", hit)
    assert asyncio.run(run()) == (Verdict(status), Verdict(OK, 9, 9))
    assert len(set(stopped)) == 2


def test_a_worker_that_cannot_start_is_an_error_and_no_word_on_a_picture(monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(UnusableInput, match="expected a process to start"):
        cut((png(9, 9), [], 1, "area"))


def test_a_request_that_is_given_up_leaves_no_answer_for_the_next_one():
    async def run():
        async with Decoders(1) as pool:
            given_up = asyncio.create_task(pool.cut(png(9, 9), [], 1, "area"))
            while not pool._running:
                await asyncio.sleep(0.001)
            given_up.cancel()
            return await pool.cut(png(20, 30), [], 1, "area")

    assert asyncio.run(run()) == Verdict(OK, 30, 20)


def test_no_worker_is_left_behind():
    async def run():
        async with Decoders(2) as pool:
            await asyncio.gather(*(pool.cut(png(9, 9), [], 1, "area") for _ in range(4)))
            return [worker.process for worker in pool._running]

    processes = asyncio.run(run())
    assert len(processes) == 2 and all(process.returncode == -signal.SIGKILL for process in processes)


def test_a_worker_knows_nothing_of_what_it_was_started_among(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example")

    async def run():
        async with Decoders(1) as pool:
            await pool.cut(png(9, 9), [], 1, "area")
            (worker,) = pool._running
            return Path(f"/proc/{worker.process.pid}/environ").read_bytes()

    assert b"secret" not in asyncio.run(run())


def test_a_worker_can_write_no_file(tmp_path):
    """What a picture makes a decoder do stays in it."""
    code = f"from obverse import decoder; decoder._confine(10**9); open({str(tmp_path / 'x')!r}, 'wb', 0).write(b'x')"
    package = str(Path(decoders.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": package}, capture_output=True, text=True
    )
    assert "File too large" in done.stderr and (tmp_path / "x").stat().st_size == 0
