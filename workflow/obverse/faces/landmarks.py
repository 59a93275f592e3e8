"""The 68 iBUG landmarks of a rendered face, exact because they are points of its surface."""

import numpy as np

from obverse.faces import heads
from obverse.faces.people import Person

# Where each landmark goes when a picture is mirrored left to right.
MIRROR = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46]
    + [39, 38, 37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
)
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)  # left and right in the image
GAP_DEGREES = 5.0  # height of a mouth opened fully


def positions(person: Person, jaw: float, smile: float, eye_open: float) -> np.ndarray:
    """Return longitude and latitude [68, 2] in degrees for an expression; right half mirrored from the left."""
    right = np.concatenate(
        [_brow(person), _eye(person, eye_open)]
    )  # of the image: positive longitude, outer to inner and so on
    left = right * (-1, 1)
    brow, eye = slice(0, 5), slice(5, 11)
    return np.concatenate(
        [
            _contour(),
            left[brow],
            right[brow][::-1],
            _nose(person),
            left[eye],
            right[eye][[3, 2, 1, 0, 5, 4]],
            _mouth(person, jaw, smile),
        ]
    )


def _contour() -> np.ndarray:
    """Return points 0-16: ear to ear along the jaw."""
    t = (np.arange(17) - 8) / 8
    u = 78 * np.sign(t) * np.abs(t) ** 0.85
    return np.stack([u, -46 + 38 * np.abs(t) ** 1.8], axis=1)


def _brow(person: Person) -> np.ndarray:
    """Return five points of the right brow from its outer to its inner end."""
    brow = person.brows
    x = np.array([1.0, 0.55, 0.0, -0.55, -1.0])
    u = (brow.inner + brow.outer) / 2 + x * (brow.outer - brow.inner) / 2
    return np.stack([u, brow_line(person, x)], axis=1)


def brow_line(person: Person, x: np.ndarray) -> np.ndarray:
    """Return the latitude of a brow's middle line at ``x``: -1 at its inner end, 1 at its outer end."""
    brow = person.brows
    return brow.v + brow.arch * (1 - (x - 0.25) ** 2) - brow.arch * 0.7 + brow.slant * x - 1.2 * np.clip(x, 0, 1) ** 2


def _eye(person: Person, eye_open: float) -> np.ndarray:
    """Return outer corner, two upper, inner corner, two lower points of the right eye."""
    eye = person.eyes
    x = np.array([1.0, 0.4, -0.4, -1.0, -0.4, 0.4])
    lid = np.clip(1 - x**2, 0, None)
    lower = -eye.lower * lid
    upper = lower + (eye.upper * lid**0.75 - lower) * eye_open
    v = eye.v + eye.slant * x + np.where(np.arange(6) < 3, upper, lower)
    return np.stack([eye.u + eye.width * x, v], axis=1)


def _nose(person: Person) -> np.ndarray:
    wide, v = person.nose.width + 1.0, person.nose.v
    bridge = [(0, 12), (0, 6), (0, 0), (0, -5.5)]
    base = [(-wide, v), (-wide / 2, v - 1.8), (0, v - 2.8), (wide / 2, v - 1.8), (wide, v)]
    return np.array(bridge + base, np.float64)


def _mouth(person: Person, jaw: float, smile: float) -> np.ndarray:
    mouth = person.mouth
    outer = np.array([-1, -0.62, -0.24, 0, 0.24, 0.62, 1, 0.62, 0.3, 0, -0.3, -0.62])
    inner = np.array([-0.85, -0.24, 0, 0.24, 0.85, 0.24, 0, -0.24])
    upper_lip, inner_top, inner_bottom, lower_lip = mouth_lines(person, np.concatenate([outer, inner]), jaw, smile)
    top = np.concatenate([np.arange(12) < 7, np.arange(8) < 5])
    v = np.where(top, np.where(np.arange(20) < 12, upper_lip, inner_top), 0.0)
    v = np.where(top, v, np.where(np.arange(20) < 12, lower_lip, inner_bottom))
    width = mouth.width * (1 + 0.14 * smile)
    return np.stack([np.concatenate([outer, inner]) * width, v], axis=1)


def mouth_lines(person: Person, x: np.ndarray, jaw: float, smile: float) -> tuple[np.ndarray, ...]:
    """Return the latitudes of upper lip, inner top, inner bottom and lower lip at ``x`` (-1..1 across the mouth).

    The same curves are drawn by `obverse.faces.features`.
    """
    mouth = person.mouth
    lens = np.clip(1 - x**2, 0, None)
    middle = mouth.v + smile * (3.4 * x**2 - 0.9)
    bow = 1 - mouth.bow * np.exp(-((x / 0.16) ** 2))
    inner_top = middle + 0.12 * GAP_DEGREES * jaw * lens
    inner_bottom = middle - GAP_DEGREES * jaw * lens
    upper_lip = inner_top + mouth.upper * lens**0.75 * bow
    return upper_lip, inner_top, inner_bottom, inner_bottom - mouth.lower * lens**0.5


def points(person: Person, jaw: float, smile: float, eye_open: float) -> np.ndarray:
    """Return the landmarks [68, 3] on the head with an expression, in head axes."""
    u, v = positions(person, jaw, smile, eye_open).T
    surface = heads.skin_surface(person.bones, u, v)
    return surface + expression(surface, heads.jaw_weight(u, v), heads.cheek_weight(u, v), jaw, smile)


def expression(surface: np.ndarray, jaw_weight: np.ndarray, cheek: np.ndarray, jaw: float, smile: float) -> np.ndarray:
    """Return how an expression displaces points [N, 3] with the given weights."""
    moved = surface * (0.045 * smile * cheek)[:, None]
    moved[:, 1] -= 0.16 * jaw * jaw_weight
    return moved
