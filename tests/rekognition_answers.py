"""Answers of DetectFaces made by hand, and Amazon's own model of them."""

import random

import botocore.session
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator

from obverse.rekognition.face_details import EMOTIONS, LANDMARKS


def operation() -> OperationModel:
    """Return DetectFaces as botocore knows it."""
    return botocore.session.get_session().get_service_model("rekognition").operation_model("DetectFaces")


def problems(detail: dict, shape: Shape | None = None) -> str:
    """Return what botocore finds wrong with an answer of this one face; "" where nothing is."""
    return ParamValidator().validate({"FaceDetails": [detail]}, shape or operation().output_shape).generate_report()


def flag(value: bool | str, confidence: float) -> dict:
    return {"Value": value, "Confidence": confidence}


def full() -> dict:
    """Return a face with every field that the service has, each value another one; lists are in no useful order."""
    emotions = [{"Type": name, "Confidence": 1.25 + 3 * place} for place, name in enumerate((*EMOTIONS, "FEAR"))]
    points = [{"Type": name, "X": 0.3 + 0.01 * place, "Y": 0.2 + 0.015 * place} for place, name in enumerate(LANDMARKS)]
    for items in (emotions, points):
        random.Random(5).shuffle(items)
    return {
        "BoundingBox": {"Width": 0.4, "Height": 0.5, "Left": 0.25, "Top": 0.125},
        "AgeRange": {"Low": 26, "High": 38},
        "Smile": flag(True, 91.5),
        "Eyeglasses": flag(False, 97.25),
        "Sunglasses": flag(False, 99.5),
        "Gender": flag("Female", 80.0),
        "Beard": flag(True, 62.5),
        "Mustache": flag(False, 70.0),
        "EyesOpen": flag(True, 88.123456),
        "MouthOpen": flag(False, 55.5),
        "Emotions": emotions,
        "Landmarks": points,
        "Pose": {"Roll": -3.6, "Yaw": 36.0, "Pitch": 18.0},
        "Quality": {"Brightness": 80.0, "Sharpness": 53.3},
        "Confidence": 99.9,
        "FaceOccluded": flag(False, 99.0),
        "EyeDirection": {"Yaw": 1.0, "Pitch": -2.0, "Confidence": 90.0},
    }


def boxed(left: float, top: float, width: float, height: float) -> dict:
    """Return the same face elsewhere."""
    return full() | {"BoundingBox": {"Width": width, "Height": height, "Left": left, "Top": top}}
