"""What of a picture is sent to Rekognition: PNG or JPEG, of 5 MB at most, no side below 80 pixels.

What is so already goes as it is, byte for byte. GIF, WebP and BMP become a JPEG of their first frame, turned as their
EXIF says, without transparency, as where faces are cut; a PNG that EXIF turns becomes one that lies so, since who reads
EXIF of a PNG is not told. A file that is too large is made a JPEG, and smaller until it fits. A picture that is too
small is enlarged: places in an answer are shares of its sides, so the answer is of the same face. The same bytes come
of the same picture each time: it is known to an account by them.
"""

import io
import math
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from PIL import Image

from obverse import pictures
from obverse.rekognition.face_details import Box
from obverse.rekognition.received import LEAST_SIDE
from obverse.rekognition.wire import MOST_BYTES

AS_IT_IS, RECODED, TURNED, SHRUNK, ENLARGED = "as they are", "as JPEG", "turned", "made smaller", "enlarged"
QUALITY = 95
_LONGEST = 4096  # pixels: beyond, a strip that is enlarged is not so in proportion
_FORMATS_LIMIT = 65_500  # pixels a side: a JPEG has no more
_STEP = 0.9  # a file that is still too large loses at least a tenth of its sides
_ORIENTATION = 0x0112  # EXIF's tag
_ACCEPTED = ("PNG", "JPEG")


class Sendable(NamedTuple):
    """What is sent about one picture, and what was done to it."""

    content: bytes
    done: str  # one of the words above
    size: tuple[int, int]  # width and height of the picture as it was stored, pixels
    orientation: int  # EXIF's, 1-8: how the service sees it, if not as it was stored

    def seen(self, box: Box) -> Box:
        """Return where the service sees a box (left, top, right, bottom) of the stored picture's pixels: in shares."""
        width, height = self.size
        return upright((box[0] / width, box[1] / height, box[2] / width, box[3] / height), self.orientation)


def prepare(content: bytes) -> Sendable:
    """Return what is sent about a picture; raise `pictures.NotAPicture` for bytes that are none."""
    form, size, orientation = _looked_at(content)
    if form in _ACCEPTED and len(content) <= MOST_BYTES and min(size) >= LEAST_SIDE:
        if form == "JPEG" or orientation == 1:
            return Sendable(content, AS_IT_IS, size, orientation)
        return _fitting(_png(pictures.decode(content, upright=True)), TURNED, size, orientation, content)
    picture = pictures.decode(content, upright=True)
    if min(size) < LEAST_SIDE:
        sides = _enlarged(picture.size)
        return Sendable(_jpeg(picture.resize(sides, Image.Resampling.BICUBIC)), ENLARGED, size, orientation)
    return _fitting(_jpeg(picture), RECODED, size, orientation, content)


def upright(box: Box, orientation: int) -> Box:
    """Return where a box, in shares of the picture's sides, lies once the picture is turned as EXIF's number says."""
    left, top, right, bottom = box
    if orientation in (5, 6, 7, 8):  # the sides change places
        left, top, right, bottom = top, left, bottom, right
    across = orientation in (2, 3, 6, 7)
    down = orientation in (3, 4, 7, 8)
    left, right = (1 - right, 1 - left) if across else (left, right)
    top, bottom = (1 - bottom, 1 - top) if down else (top, bottom)
    return left, top, right, bottom


def report(done: Iterable[str]) -> str:
    """Return in words how many pictures went how."""
    return ", ".join(f"{count:,} {how}" for how, count in sorted(Counter(done).items()))


def _looked_at(content: bytes) -> tuple[str, tuple[int, int], int]:
    """Return a picture's format, its size and EXIF's orientation, without decoding it."""
    try:
        with Image.open(io.BytesIO(content), formats=pictures.FORMATS) as picture:
            # Phones' multi-picture files are JPEGs with more behind.
            form, size = "JPEG" if content.startswith(b"\xff\xd8\xff") else str(picture.format), picture.size
            return form, size, _orientation(picture)
    except Exception as error:  # a stranger's bytes: Pillow raises whatever it stumbles over
        raise pictures.NotAPicture(str(error) or type(error).__name__) from error


def _orientation(picture: Image.Image) -> int:
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # such a picture lies as it lies
        return 1
    return found if found in range(1, 9) else 1


def _fitting(sent: bytes, done: str, size: tuple[int, int], orientation: int, content: bytes) -> Sendable:
    """Return ``sent`` if it fits, or a smaller picture that does."""
    scale = 1.0
    while len(sent) > MOST_BYTES:
        picture = pictures.decode(content, upright=True)
        scale *= min(_STEP, math.sqrt(MOST_BYTES / len(sent)))
        width, height = (max(LEAST_SIDE, round(scale * side)) for side in picture.size)
        sent, done = _jpeg(picture.resize((width, height), Image.Resampling.BICUBIC)), SHRUNK
    return Sendable(sent, done, size, orientation)


def _enlarged(size: tuple[int, int]) -> tuple[int, int]:
    scale = LEAST_SIDE / min(size)
    width, height = (max(LEAST_SIDE, min(round(scale * side), _LONGEST)) for side in size)
    return width, height


def _jpeg(picture: Image.Image) -> bytes:
    if max(picture.size) > _FORMATS_LIMIT:
        width, height = (min(side, _FORMATS_LIMIT) for side in picture.size)
        picture = picture.resize((width, height))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", exif=b"")
    return stream.getvalue()
