"""Pictures that strangers serve: decoded with suspicion, cropped to what a classifier sees, compared by fingerprint."""

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
MAX_PIXELS = 50_000_000
RESAMPLING = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "area": Image.Resampling.BOX,
}

# What Pillow's decoders are known to raise on damaged or hostile bytes.
_DECODER_ERRORS = (
    *(OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError),
    *(struct.error, zlib.error),
)


class NotAPicture(Exception):
    """Bytes that are not one whole picture in an allowed format and size."""


class TooManyPixels(NotAPicture):
    """A picture, by its header, of more than `MAX_PIXELS`."""


class BoxOutside(Exception):
    """A crop box that is empty or leaves the picture."""


def decode(content: bytes, *, grey: bool = False, upright: bool = False) -> Image.Image:
    """Return the (first) picture in ``content`` as grey ("L") or "RGB"; raise `NotAPicture`.

    ``grey`` takes a JPEG's own luma plane, by the same formula (ITU-R 601) as the grey of its colours and a fifth
    sooner; rounding, and colours beyond the gamut, make it differ by a level here and there.
    ``upright`` turns it as its EXIF data say; not so by default, since FaceScrub's boxes were found by a detector that
    ignored them.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sloppy metadata is no reason to lose a picture
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise TooManyPixels(f"{picture.width}x{picture.height} pixels, more than {MAX_PIXELS:,}")
            if grey:
                picture.draft("L", None)
            picture.load()
            picture = ImageOps.exif_transpose(picture) if upright else picture
            return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(str(error)) from error
    except _DECODER_ERRORS as error:
        raise NotAPicture(str(error) or type(error).__name__) from error


def png(pixels: np.ndarray) -> bytes:
    """Return uint8 [H, W], or [H, W, 3] in colour, as a PNG: the same bytes each time; `decode` is the inverse."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def crop(picture: Image.Image, box: tuple[int, int, int, int], size: int, resize: str, channels: int = 1) -> np.ndarray:
    """Return the box, resized with antialiasing, as `resized` does; raise `BoxOutside` as `cut` does."""
    return resized(cut(picture, box), size, resize, channels)


def cut(picture: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """Return the box (x1, y1, x2, y2; x2, y2 exclusive) as a picture of its own.

    Raises `BoxOutside` rather than invent the pixels that a box beyond the border asks for.
    """
    x1, y1, x2, y2 = box
    if not (0 <= x1 < x2 <= picture.width and 0 <= y1 < y2 <= picture.height):
        raise BoxOutside(f"box {x1},{y1},{x2},{y2} in a picture of {picture.width}x{picture.height}")
    return picture.crop(box)


def resized(picture: Image.Image, size: int, resize: str, channels: int = 1) -> np.ndarray:
    """Return the whole picture in grey as uint8 [size, size], with 3 ``channels`` in colour as [size, size, 3].

    ``resize`` is a key of `RESAMPLING`.
    """
    small = picture.convert("RGB" if channels == 3 else "L").resize((size, size), RESAMPLING[resize])
    return np.frombuffer(small.tobytes(), np.uint8).reshape(shape(size, channels))  # half the time of np.asarray


def shape(size: int, channels: int) -> tuple[int, ...]:
    """Return the shape of what `resized` gives."""
    return (size, size, 3) if channels == 3 else (size, size)
