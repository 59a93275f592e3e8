"""The stand-in's ``FaceDetails``: what its networks saw, in Rekognition's words.

Landmarks, pose and attributes are seen. What the stand-in knows nothing of is still answered, by a fixed function of
what it sees, so that every feature carries something of the picture. Age is how old a rendered skin and hair seem.
Of the emotions HAPPY is the smile; of a face that does not smile SURPRISED has its mouth open, CONFUSED its mouth open
and its eyes shut, SAD its eyes shut, and with neither ANGRY low brows, FEAR high ones and DISGUSTED an upper lip close
to the nose, as far as they go; the rest is CALM. They say nothing about how anybody feels.
"""

import math
from typing import NamedTuple

import numpy as np

from obverse.head_pose import Pose
from obverse.landmarks import NUMBER, eye_distance
from obverse.rekognition import attributes
from obverse.rekognition.face_details import LANDMARKS

# The iBUG points that each landmark is, or is the mean of.
_LEFT_LID, _RIGHT_LID = (36, 37, 38, 39, 40, 41), (42, 43, 44, 45, 46, 47)
POINTS = {
    **{"eyeLeft": (36, 39), "eyeRight": (42, 45), "nose": (30,), "mouthLeft": (48,), "mouthRight": (54,)},
    **{"leftEyeBrowLeft": (17,), "leftEyeBrowRight": (21,), "leftEyeBrowUp": (19,)},
    **{"rightEyeBrowLeft": (22,), "rightEyeBrowRight": (26,), "rightEyeBrowUp": (24,)},
    **{"leftEyeLeft": (36,), "leftEyeRight": (39,), "leftEyeUp": (37, 38), "leftEyeDown": (40, 41)},
    **{"rightEyeLeft": (42,), "rightEyeRight": (45,), "rightEyeUp": (43, 44), "rightEyeDown": (46, 47)},
    **{"noseLeft": (31,), "noseRight": (35,), "mouthUp": (51,), "mouthDown": (57,)},
    **{"leftPupil": _LEFT_LID, "rightPupil": _RIGHT_LID},
    **{"upperJawlineLeft": (0,), "midJawlineLeft": (4,), "chinBottom": (8,)},
    **{"midJawlineRight": (12,), "upperJawlineRight": (16,)},
}
_MEANS = np.zeros((len(LANDMARKS), NUMBER))  # times points gives the landmarks
for _row, _name in enumerate(LANDMARKS):
    _MEANS[_row, list(POINTS[_name])] = 1 / len(POINTS[_name])
_FLAGS = {
    **{"Smile": "smiling", "Eyeglasses": "eyeglasses", "Sunglasses": "sunglasses", "Beard": "beard"},
    **{"Mustache": "moustache", "EyesOpen": "eyes_open", "MouthOpen": "mouth_open", "FaceOccluded": "sunglasses"},
}
_YOUNG, _OLD = 20.0, 70.0  # years: what seems smooth, and what seems as old as faces are rendered
_WIDE, _HIGH, _ABOVE = 2.4, 2.65, 0.87  # of the box and its part above the eyes, in the units of `attributes.scale`
_LOW_BROWS, _HIGH_BROWS, _SHORT_LIP, _SOFT = 0.40, 0.56, 0.20, 0.04  # eye distances
_BROWS, _EYES = slice(17, 27), slice(36, 48)
_SUREST = 0.025  # above the least sureness, a face is as sure as faces are


class Sight(NamedTuple):
    """What the networks saw of one face in a picture of ``size`` (width, height)."""

    size: tuple[int, int]
    points: np.ndarray  # float64 [68, 2], in pixels
    readings: dict[str, float]  # 0-1, by the names of `attributes.NAMES`
    pose: Pose
    spare: float  # how much surer of the landmarks than need be
    crop: np.ndarray  # uint8 [3, S, S], what the reader was shown


def detail(sight: Sight) -> dict[str, object]:
    """Return the face's entry of ``FaceDetails``, complete; numbers are rounded to the digits that the service has."""
    age = _YOUNG + (_OLD - _YOUNG) * sight.readings["age"]
    angles = {"Roll": sight.pose.roll, "Yaw": sight.pose.yaw, "Pitch": sight.pose.pitch}
    return {
        "BoundingBox": _box(sight),
        "AgeRange": {"Low": max(0, round(age - 4 - 0.06 * age)), "High": round(age + 4 + 0.06 * age)},
        **{name: _flag(sight.readings[seen]) for name, seen in _FLAGS.items()},
        "Gender": _flag(sight.readings["male"], "Male", "Female"),
        "Emotions": _emotions(sight),
        "Landmarks": _landmarks(sight),
        # What the landmarks do not tell (pitch and roll of a profile) is answered as upright.
        "Pose": {name: round(angle, 5) if math.isfinite(angle) else 0.0 for name, angle in angles.items()},
        "Quality": _quality(sight.crop),
        "Confidence": round(90 + 10 * min(1.0, sight.spare / _SUREST), 5),
    }


def _box(sight: Sight) -> dict[str, float]:
    """Return a box of one shape around the face; its jaw and chin may lie to either side of the border."""
    width, height = sight.size
    _, eyes, unit = attributes.scale(sight.points)
    left, top = float(sight.points[:, 0].mean()) - _WIDE * unit / 2, eyes - _ABOVE * unit
    places = {"Width": _WIDE * unit / width, "Height": _HIGH * unit / height, "Left": left / width, "Top": top / height}
    return {name: round(value, 8) for name, value in places.items()}


def _landmarks(sight: Sight) -> list[dict[str, object]]:
    places = (_MEANS @ sight.points / sight.size).tolist()
    return [{"Type": name, "X": round(x, 8), "Y": round(y, 8)} for name, (x, y) in zip(LANDMARKS, places, strict=True)]


def _flag(chance: float, yes: object = True, no: object = False) -> dict[str, object]:
    return {"Value": yes if chance >= 0.5 else no, "Confidence": _percent(max(chance, 1 - chance))}


def _percent(chance: float) -> float:
    return round(100 * min(1.0, max(0.0, chance)), 5)


def _emotions(sight: Sight) -> list[dict[str, object]]:
    """Return eight emotions that sum to 100, the likeliest first."""
    smile, mouth, eyes = (sight.readings[name] for name in ("smiling", "mouth_open", "eyes_open"))
    points, unit = sight.points, max(float(eye_distance(sight.points)), 1e-6)
    brows = float(points[_EYES, 1].mean() - points[_BROWS, 1].mean()) / unit
    lip = float(points[51, 1] - points[33, 1]) / unit
    still = (1 - smile) * (1 - mouth) * eyes
    shares = {
        "HAPPY": smile,
        "SURPRISED": (1 - smile) * mouth * eyes,
        "CONFUSED": (1 - smile) * mouth * (1 - eyes),
        "SAD": (1 - smile) * (1 - mouth) * (1 - eyes),
        "ANGRY": 0.3 * still * _beyond(_LOW_BROWS - brows),
        "FEAR": 0.3 * still * _beyond(brows - _HIGH_BROWS),
        "DISGUSTED": 0.3 * still * _beyond(_SHORT_LIP - lip),
    }
    shares["CALM"] = 1 - sum(shares.values())
    found = [{"Type": name, "Confidence": _percent(share)} for name, share in shares.items()]
    return sorted(found, key=lambda one: -one["Confidence"])


def _beyond(distance: float) -> float:
    """Return 0-1, more where a distance is positive."""
    return 0.5 * (1 + math.tanh(distance / (2 * _SOFT)))


def _quality(crop: np.ndarray) -> dict[str, float]:
    """Return the mean brightness and the mean step between neighbours, from whole numbers: no order of adding shows."""
    grey = crop[0].astype(np.int16) + crop[1] + crop[2]
    steps = sum(int(np.abs(step).sum(dtype=np.int64)) for step in (grey[1:] - grey[:-1], grey[:, 1:] - grey[:, :-1]))
    bright, sharp = int(grey.sum(dtype=np.int64)) / (765 * grey.size), steps / (765 * grey.size)
    return {"Brightness": round(100 * bright, 5), "Sharpness": round(100 * min(1.0, 4 * sharp), 5)}
