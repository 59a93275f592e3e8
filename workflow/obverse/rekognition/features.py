"""The paper's features of a face in an answer of DetectFaces: 80, 20 without landmarks, 17 without pose either.

Scaled to about 0-1 by what each value means, never by what was seen: a boolean is its probability (the confidence, or
what it leaves, over 100), an age is over 100, an angle (a + 180) / 360, a landmark relative to the face's box, so that
one of a jaw beside it may leave 0-1. Fields that no feature needs are not looked at, whatever they are.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from obverse.rekognition.face_details import (
    ANGLES,
    BOOLEANS,
    EMOTIONS,
    LANDMARKS,
    Details,
    number,
    part,
    place,
    unusable,
)

_EMOTIONS = tuple(f"Emotions.{name}" for name in EMOTIONS)
_ATTRIBUTES = (
    *("Smile", "AgeRange.Low", "AgeRange.High", "Eyeglasses", "Sunglasses", "Gender"),
    *("Beard", "Mustache", "EyesOpen", "MouthOpen"),
)
_LANDMARKS = tuple(f"Landmarks.{name}.{axis}" for name in LANDMARKS for axis in "XY")
_POSE = tuple(f"Pose.{angle}" for angle in ANGLES)
NAMES = (*_EMOTIONS, *_ATTRIBUTES, *_LANDMARKS, *_POSE)
SETS = {"80": NAMES, "20": (*_EMOTIONS, *_ATTRIBUTES, *_POSE), "17": (*_EMOTIONS, *_ATTRIBUTES)}
DIGITS = (None, 1, 3, 5)

_OLDEST = 150  # years
_PLACES = (-10.0, 10.0)  # of a landmark, in pictures: one may lie outside


def subset(name: str) -> np.ndarray:
    """Return which of the 80 columns make a set, int64 [K]; raise `ValueError` for an unknown one."""
    if name not in SETS:
        raise ValueError(f"expected features among {', '.join(SETS)}, found {name!r}")
    return np.array([NAMES.index(feature) for feature in SETS[name]], np.int64)


def vector(detail: Details, digits: int | None) -> np.ndarray:
    """Return the features float32 [80] of one face, in the order of `NAMES`.

    ``digits`` rounds the answer's own values (per cent, years, ratios, degrees) to that many decimals before they are
    scaled, as a service that tells less would: the box's too, whose sides then are at least one unit of the last
    decimal. Raises `UnusableInput` naming the field that is missing, no number or out of its range, `ValueError` for
    other ``digits``.
    """
    if digits not in DIGITS:
        raise ValueError(f"expected digits among {', '.join(map(str, DIGITS))}, found {digits!r}")
    values = (*_emotions(detail, digits), *_attributes(detail, digits), *_landmarks(detail, digits))
    return np.array([*values, *_pose(detail, digits)], np.float32)


def _rounded(value: float, digits: int | None) -> float:
    return value if digits is None else round(value, digits)


def _emotions(detail: Details, digits: int | None) -> Iterator[float]:
    found = _by_type(detail, "Emotions")
    for name in EMOTIONS:
        yield _confidence(_of_type(found, name, "Emotions"), f"Emotions.{name}", digits)


def _attributes(detail: Details, digits: int | None) -> Iterator[float]:
    yield _probability(detail, "Smile", digits)
    ages = part(detail, "AgeRange", Mapping)
    low, high = (number(ages, name, f"AgeRange.{name}", 0, _OLDEST) for name in ("Low", "High"))
    if low > high:
        raise unusable(f"expected AgeRange.Low at most AgeRange.High, found {low:g} to {high:g}")
    yield from (_rounded(age, digits) / 100 for age in (low, high))
    yield from (_probability(detail, name, digits) for name in BOOLEANS[:2])
    yield _probability(detail, "Gender", digits, {"Male": True, "Female": False})
    yield from (_probability(detail, name, digits) for name in BOOLEANS[2:])


def _landmarks(detail: Details, digits: int | None) -> Iterator[float]:
    left, top, width, height = (_rounded(value, digits) for value in place(detail))
    least = 0.0 if digits is None else 10.0**-digits
    frame = {"X": (left, max(width, least)), "Y": (top, max(height, least))}
    found = _by_type(detail, "Landmarks")
    for name in LANDMARKS:
        point = _of_type(found, name, "Landmarks")
        for axis in "XY":
            value = number(point, axis, f"Landmarks.{name}.{axis}", *_PLACES)
            yield (_rounded(value, digits) - frame[axis][0]) / frame[axis][1]


def _pose(detail: Details, digits: int | None) -> Iterator[float]:
    pose = part(detail, "Pose", Mapping)
    for angle in ANGLES:
        yield (_rounded(number(pose, angle, f"Pose.{angle}", -180, 180), digits) + 180) / 360


def _probability(detail: Details, name: str, digits: int | None, words: Mapping | None = None) -> float:
    """Return how probable a boolean is, or the first of two ``words``."""
    found = part(detail, name, Mapping)
    value, meaning = found.get("Value"), words or {True: True, False: False}
    if not isinstance(value, str if words else bool) or value not in meaning:
        raise unusable(f"expected {name}.Value among {', '.join(map(str, meaning))}, found {value!r}")
    share = _confidence(found, name, digits)
    return share if meaning[value] else 1 - share


def _confidence(holder: Details, name: str, digits: int | None) -> float:
    return _rounded(number(holder, "Confidence", f"{name}.Confidence", 0, 100), digits) / 100


def _by_type(detail: Details, name: str) -> dict[str, Details]:
    """Return a list's items by their ``Type``: the service sorts them by confidence."""
    items = part(detail, name, Sequence)
    return {item["Type"]: item for item in items if isinstance(item, Mapping) and isinstance(item.get("Type"), str)}


def _of_type(items: Mapping[str, Details], name: str, holder: str) -> Details:
    if name not in items:
        raise unusable(f"expected {name} among {holder}, found {len(items)} others")
    return items[name]
