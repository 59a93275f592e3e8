"""Pictures as the stand-in's service takes them: PNG or JPEG, no side below 80 pixels, turned as their EXIF says."""

import contextlib

from PIL import ExifTags, Image, ImageOps

from obverse import pictures
from obverse.rekognition.wire import Refusal

LEAST_SIDE = 80  # pixels
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def picture(content: bytes) -> Image.Image:
    """Return the picture in "RGB"; raise `Refusal` for what the service does not take."""
    if not content.startswith(_BEGINNINGS):
        raise Refusal("InvalidImageFormatException", "Request has invalid image format: expected PNG or JPEG.")
    try:
        decoded = pictures.decode(content)
    except pictures.TooManyPixels as error:
        raise Refusal("ImageTooLargeException", "Image has too many pixels.") from error
    except pictures.NotAPicture as error:
        raise Refusal("InvalidImageFormatException", "Request has invalid image format: it is damaged.") from error
    if min(decoded.size) < LEAST_SIDE:
        raise Refusal("InvalidParameterException", f"Expected an image of at least {LEAST_SIDE} pixels a side.")
    upright = _upright(decoded)
    return upright if upright.mode == "RGB" else upright.convert("RGB")


def _upright(decoded: Image.Image) -> Image.Image:
    # EXIF is a stranger's too, and Pillow's reader raises whatever it stumbles over: such a picture lies as it lies.
    with contextlib.suppress(Exception):
        if decoded.getexif().get(ExifTags.Base.Orientation, 1) != 1:  # what lies upright would be copied
            return ImageOps.exif_transpose(decoded)
    return decoded
