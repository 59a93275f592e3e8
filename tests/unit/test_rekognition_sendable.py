"""What of a picture is sent to Rekognition."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from obverse import pictures
from obverse.rekognition import received, sendable, wire


def coded(picture: Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def scene(width: int = 120, height: int = 100, cells: int = 6) -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)


def noise(side: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(2).integers(0, 256, (side, side, 3), dtype=np.uint8))


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def apart(sent: bytes, picture: Image.Image) -> float:
    """Return the mean difference between what was sent and a picture, 0-255."""
    found = np.asarray(received.picture(sent), float)  # as the service reads it
    return float(np.abs(found - np.asarray(picture.resize(found.shape[1::-1]).convert("RGB"), float)).mean())


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_what_the_service_takes_goes_as_it_is(form: str):
    content = coded(scene(), form)
    assert sendable.prepare(content) == (content, sendable.AS_IT_IS, (120, 100), 1)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "BMP"])
def test_other_formats_become_the_same_jpeg_each_time(form: str):
    content = coded(scene(), form)
    sent = sendable.prepare(content)
    assert sent.done == sendable.RECODED and sent.content.startswith(b"\xff\xd8\xff")
    assert sent == sendable.prepare(content)
    assert apart(sent.content, pictures.decode(content)) < 6  # of neighbours that a palette mixes


@pytest.mark.parametrize("form", ["PNG", "BMP"])
def test_a_file_that_is_too_large_shrinks_until_it_fits(form: str):
    content = coded(noise(2600), form)
    assert len(content) > wire.MOST_BYTES
    sent = sendable.prepare(content)
    assert sent.done == sendable.SHRUNK and len(sent.content) <= wire.MOST_BYTES and sent.size == (2600, 2600)
    assert sent.content == sendable.prepare(content).content
    width, height = received.picture(sent.content).size
    assert width == height > 1000


def test_a_large_file_that_a_jpeg_makes_small_keeps_its_size():
    content = coded(scene(1600, 1300), "BMP")
    assert len(content) > wire.MOST_BYTES
    sent = sendable.prepare(content)
    assert sent.done == sendable.RECODED and received.picture(sent.content).size == (1600, 1300)


@pytest.mark.parametrize(("size", "made"), [((79, 200), (81, 203)), ((40, 30), (107, 80)), ((1, 3000), (80, 4096))])
def test_a_picture_that_is_too_small_is_enlarged(size: tuple[int, int], made: tuple[int, int]):
    sent = sendable.prepare(coded(scene(*size), "PNG"))
    found = received.picture(sent.content).size
    assert sent.done == sendable.ENLARGED and min(found) >= received.LEAST_SIDE
    assert np.abs(np.subtract(found, made)).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_box_is_where_the_service_sees_it_however_exif_turns_the_picture(form: str, orientation: int):
    """A bright patch, drawn in the stored picture: it lies in the box that is said of what the service reads."""
    stored, box = Image.new("RGB", (200, 120), (20, 20, 20)), (30, 20, 70, 40)
    stored.paste((240, 240, 240), box)
    sent = sendable.prepare(coded(stored, form, exif=turned(orientation)))
    seen = np.asarray(received.picture(sent.content).convert("L"), float)
    left, top, right, bottom = sent.seen(box)
    ys, xs = np.nonzero(seen > 130)
    height, width = seen.shape
    found = [xs.min() / width, ys.min() / height, (xs.max() + 1) / width, (ys.max() + 1) / height]
    np.testing.assert_allclose([left, top, right, bottom], found, atol=0.011)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_png_that_exif_turns_lies_as_it_says_and_a_jpeg_goes_as_it_is(orientation: int):
    picture = scene()
    png = sendable.prepare(coded(picture, "PNG", exif=turned(orientation)))
    with Image.open(io.BytesIO(png.content)) as found:
        assert found.getexif().get(0x0112, 1) == 1
        turned_by_hand = Image.open(io.BytesIO(coded(picture, "PNG", exif=turned(orientation))))
        np.testing.assert_array_equal(np.asarray(found), np.asarray(ImageOps.exif_transpose(turned_by_hand)))
    jpeg = coded(picture, "JPEG", exif=turned(orientation))
    assert sendable.prepare(jpeg).content == jpeg


@pytest.mark.parametrize("content", [b"", b"<html>", coded(scene(), "GIF")[:60], b"BM" + bytes(40)])
def test_what_is_no_picture_is_said(content: bytes):
    with pytest.raises(pictures.NotAPicture):
        sendable.prepare(content)


def test_what_was_done_is_reported_by_count():
    done = [sendable.AS_IT_IS, sendable.RECODED, sendable.AS_IT_IS]
    assert sendable.report(done) == "1 as JPEG, 2 as they are"
