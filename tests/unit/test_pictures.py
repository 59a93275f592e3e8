"""Decoding and cropping pictures that strangers serve."""

import contextlib
import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from obverse import pictures


def _encoded(picture, kind="JPEG", **options):
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def picture():
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 256, (9, 7, 3), dtype=np.uint8))
    return small.resize((70, 90), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_every_allowed_format_is_decoded(picture, kind):
    decoded = pictures.decode(_encoded(picture, kind))
    assert decoded.size == (70, 90) and decoded.mode == "RGB"


def test_grey_stays_grey_and_transparency_is_dropped(picture):
    assert pictures.decode(_encoded(picture.convert("L"))).mode == "L"
    assert pictures.decode(_encoded(picture.convert("RGBA"), "PNG")).mode == "RGB"
    assert pictures.decode(_encoded(picture.quantize(16), "PNG", transparency=b"\0" * 16)).mode == "RGB"
    assert pictures.decode(_encoded(picture.convert("CMYK"))).mode == "RGB"


@pytest.mark.parametrize("shape", [(9, 9), (9, 9, 3), (7, 5)])
def test_a_png_holds_every_pixel_and_is_the_same_bytes_each_time(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    content = pictures.png(pixels)
    assert content.startswith(b"\x89PNG") and content == pictures.png(pixels.copy())
    np.testing.assert_array_equal(np.asarray(pictures.decode(content)), pixels)


def _png_header(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize("size", [(7072, 7072), (10_000, 10_000), (2**31 - 1, 2**31 - 1)])
def test_a_pixel_bomb_is_refused_before_it_is_unpacked(size):
    with pytest.raises(pictures.NotAPicture):
        pictures.decode(_png_header(*size))


def test_damaged_and_foreign_bytes_are_no_picture(picture):
    whole = _encoded(picture)
    icon = _encoded(picture, "TIFF")
    hostile = [
        b"",
        b"<html><body>Not found</body></html>",
        whole[:-200],
        whole[:30],
        icon,
        _encoded(picture, "PNG")[:300],
    ]
    for content in hostile:
        with pytest.raises(pictures.NotAPicture):
            pictures.decode(content)


def test_random_damage_ends_in_a_picture_or_a_refusal(picture):
    rng = np.random.default_rng(1)
    for kind in pictures.FORMATS:
        whole = np.frombuffer(_encoded(picture, kind), np.uint8)
        for _ in range(40):
            damaged = whole.copy()
            damaged[rng.integers(0, len(whole), 5)] = rng.integers(0, 256, 5)
            with contextlib.suppress(pictures.NotAPicture):
                assert pictures.decode(damaged.tobytes()).mode in ("L", "RGB")


def test_the_orientation_that_a_camera_noted_is_not_applied(picture):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    assert pictures.decode(_encoded(picture, exif=exif)).size == (70, 90)


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [
        (1, None),
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (6, Image.Transpose.ROTATE_270),
        (8, Image.Transpose.ROTATE_90),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_unless_the_picture_is_wanted_upright(picture, orientation, turned, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = _encoded(picture, kind, exif=exif)
    expected = pictures.decode(content) if turned is None else pictures.decode(content).transpose(turned)
    found = pictures.decode(content, upright=True)
    assert found.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_what_has_no_orientation_or_a_damaged_one_stays_as_it_is(picture):
    content = _encoded(picture)
    for damaged in content, content[:2] + b"\xff\xe1\x00\x10Exif\x00\x00MM\x00*\xff\xff\xff\xff" + content[2:]:
        assert pictures.decode(damaged, upright=True).size == (70, 90)


def test_a_crop_is_the_box_in_grey(picture):
    cut = pictures.crop(picture, (10, 20, 42, 52), 32, "bilinear")
    grey = cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2GRAY)
    assert cut.dtype == np.uint8
    np.testing.assert_allclose(cut.astype(int), grey[20:52, 10:42].astype(int), atol=1)


def test_a_jpegs_own_grey_is_that_of_its_colours_to_a_level(picture):
    """Where a colour was cut off at black or white the two differ by more; here that is one pixel in a hundred."""
    content = _encoded(picture)
    of_colours = np.asarray(pictures.decode(content).convert("L")).astype(int)
    own = pictures.decode(content, grey=True)
    assert own.mode == "L"
    assert np.quantile(np.abs(np.asarray(own) - of_colours), 0.99) <= 1


def test_an_area_resize_is_the_mean_of_the_pixels_and_agrees_with_opencv(picture):
    cut = pictures.crop(picture, (3, 5, 67, 69), 16, "area")
    grey = np.asarray(picture.convert("L"))[5:69, 3:67]
    expected = cv2.resize(grey, (16, 16), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(cut.astype(int), expected.astype(int), atol=1)


def test_a_bilinear_resize_is_antialiased():
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 255
    cut = pictures.resized(Image.fromarray(stripes), 16, "bilinear")
    assert np.abs(cut[:, 2:-2].astype(int) - 127).max() <= 2  # without it, stripes would come out black or white


def test_the_whole_picture_is_a_box_and_a_box_beyond_the_border_is_none(picture):
    assert pictures.crop(picture, (0, 0, 70, 90), 8, "bilinear").shape == (8, 8)
    for box in [(-1, 0, 9, 9), (0, -1, 9, 9), (0, 0, 71, 9), (0, 0, 9, 91), (9, 0, 9, 9), (9, 0, 3, 9), (0, 9, 9, 9)]:
        with pytest.raises(pictures.BoxOutside):
            pictures.crop(picture, box, 8, "bilinear")
