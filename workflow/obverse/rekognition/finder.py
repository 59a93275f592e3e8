"""Finds the one face of a picture with a landmark network alone: it is sure of its landmarks where there is a face.

How sure is the mean over the landmarks of their heatmaps' highest probability. From a square that is twice too large or
two eye distances beside the face its landmarks say where to look next, and two or three such looks arrive. So each
picture is first looked at whole, as most hold a face that fills them, and only where that finds none at a grid of
smaller squares. A look that is only to say where to look next reads the eyes alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from obverse.face_boxes import Square
from obverse.landmarkers import SmallFan
from obverse.landmarks import LEFT_EYE, RIGHT_EYE
from obverse.rekognition import cuts, padded
from obverse.rekognition.folded import Fan

SURE = 0.11  # rendered faces are above, in photographs of nobody no square is: benchmarks/rekognition_eyes.py
_SIDE = 5.68  # of the square that the network was trained on, in eye distances; its middle is between the eyes
_SCALES = (0.75, 0.45)  # of the grid's squares, in the picture's larger sides
_STEP = 0.4  # between the middles of the grid's squares, in their sides
_LEAST = 8.0  # pixels: no square is smaller
_MORE, _STILL = 2, 0.08  # looks, and the share of a square's side by which its borders may still move


class Sighting(NamedTuple):
    """A face, or what came nearest to one."""

    points: np.ndarray  # float64 [68, 2], in pixels
    sureness: float  # 0-1

    @property
    def square(self) -> Square:
        """Where to look for it once more."""
        return _around_eyes(self.points[LEFT_EYE.start : RIGHT_EYE.stop])


class Finder:
    """A landmark network that looks for faces."""

    def __init__(self, network: SmallFan) -> None:
        self._fan = Fan(network)

    def find(self, pictures: Sequence[Image.Image]) -> list[Sighting | None]:
        """Return the face of each grey picture ("L"), or None; no picture has a part in another's."""
        return [sighting if sighting.sureness >= SURE else None for sighting in self.likest(pictures)]

    def likest(self, pictures: Sequence[Image.Image]) -> list[Sighting]:
        """Return of each grey picture what is most like a face, however little that is."""
        found = self._settled(pictures, [_whole(picture) for picture in pictures])
        for row, sighting in enumerate(found):
            if sighting.sureness < SURE:
                found[row] = max(self._search(pictures[row]), sighting, key=lambda one: one.sureness)
        return found

    def _search(self, picture: Image.Image) -> Sighting:
        squares = _grid(picture)
        best = max(self._look([picture] * len(squares), squares), key=lambda sighting: sighting.sureness)
        return self._settled([picture], [best.square])[0]

    def _settled(self, pictures: Sequence[Image.Image], squares: Sequence[Square]) -> list[Sighting]:
        """Look twice, and on where a face still is not where it was looked for."""
        asked = self._glance(pictures, squares)
        found = self._look(pictures, asked)
        for _ in range(_MORE):
            moving = [row for row, sighting in enumerate(found) if _moved(asked[row], sighting.square)]
            if not moving:
                break
            for row in moving:
                asked[row] = found[row].square
            again = self._look([pictures[row] for row in moving], [asked[row] for row in moving])
            for row, sighting in zip(moving, again, strict=True):
                found[row] = sighting
        return found

    def _glance(self, pictures: Sequence[Image.Image], squares: Sequence[Square]) -> list[Square]:
        """Return where to look next."""
        points = padded.run(self._fan.eyes, self._cut(pictures, squares)).double().numpy()
        return [_around_eyes(eyes) for eyes in self._placed(points, squares)]

    def _look(self, pictures: Sequence[Image.Image], squares: Sequence[Square]) -> list[Sighting]:
        seen = padded.run(self._fan.points, self._cut(pictures, squares)).double().numpy()
        points = self._placed(seen[..., :2], squares)
        # One at a time: the last digit of a mean can depend on how many are taken at once.
        return [Sighting(one, float(sure.mean())) for one, sure in zip(points, seen[..., 2].copy(), strict=True)]

    def _cut(self, pictures: Sequence[Image.Image], squares: Sequence[Square]) -> list[np.ndarray]:
        return [cuts.cut(*pair, self._fan.size) for pair in zip(pictures, squares, strict=True)]

    def _placed(self, points: np.ndarray, squares: Sequence[Square]) -> np.ndarray:
        """Return points [N, K, 2] in cells of ``squares`` in pixels of their pictures."""
        corners = np.array([square[:2] for square in squares])[:, None]
        return points * (np.array([square.side for square in squares]) / self._fan.cells)[:, None, None] + corners


def _around_eyes(points: np.ndarray) -> Square:
    """Return where to look for a face whose eyes are at ``points`` [12, 2], the left one's first."""
    left, right = points[:6].mean(axis=0), points[6:].mean(axis=0)
    side = max(_SIDE * float(np.hypot(*(right - left))), _LEAST)
    return cuts.around(*((left + right) / 2).tolist(), side)


def _moved(before: Square, after: Square) -> bool:
    starts = abs(before.x - after.x), abs(before.y - after.y)
    ends = abs(before.x + before.side - after.x - after.side), abs(before.y + before.side - after.y - after.side)
    return max(*starts, *ends) > _STILL * before.side


def _whole(picture: Image.Image) -> Square:
    return cuts.around(picture.width / 2, picture.height / 2, float(max(picture.size)))


def _grid(picture: Image.Image) -> list[Square]:
    """Return overlapping squares whose middles cover the picture, at each scale."""
    squares = []
    for scale in _SCALES:
        side = scale * max(picture.size)
        across, down = (max(1, round(length / (_STEP * side))) for length in picture.size)
        for row in range(down):
            for column in range(across):
                x, y = (column + 0.5) * picture.width / across, (row + 0.5) * picture.height / down
                squares.append(cuts.around(x, y, side))
    return squares
