"""An answer of Rekognition's DetectFaces: the words its ``FaceDetails`` are made of, and which of them was meant.

An answer is the dictionary that boto3 gives, or the same read back from JSON. Places are ratios of the picture's width
and height from its upper left corner; they may lie outside it where a face is cut off. Confidences are per cent.
"""

import math
from collections.abc import Mapping, Sequence
from numbers import Real

from obverse.errors import UnusableInput

# In the order of the service's own enumeration, in which left and right are the viewer's.
LANDMARKS = (
    *("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"),
    *("leftEyeBrowLeft", "leftEyeBrowRight", "leftEyeBrowUp"),
    *("rightEyeBrowLeft", "rightEyeBrowRight", "rightEyeBrowUp"),
    *("leftEyeLeft", "leftEyeRight", "leftEyeUp", "leftEyeDown"),
    *("rightEyeLeft", "rightEyeRight", "rightEyeUp", "rightEyeDown"),
    *("noseLeft", "noseRight", "mouthUp", "mouthDown", "leftPupil", "rightPupil"),
    *("upperJawlineLeft", "midJawlineLeft", "chinBottom", "midJawlineRight", "upperJawlineRight"),
)
# Those the paper knew; FEAR came later, and UNKNOWN is what is left over.
EMOTIONS = ("HAPPY", "SAD", "ANGRY", "CONFUSED", "DISGUSTED", "SURPRISED", "CALM")
LATER_EMOTIONS = ("UNKNOWN", "FEAR")
BOOLEANS = ("Eyeglasses", "Sunglasses", "Beard", "Mustache", "EyesOpen", "MouthOpen")  # beside Smile
ANGLES = ("Roll", "Yaw", "Pitch")

WHERE = "an answer of DetectFaces"
REMEDY = "Ask about this picture again; if the service's answers have changed, the code that reads them must too."

Box = tuple[float, float, float, float]
Details = Mapping[str, object]


def choose(details: Sequence[Details], near: Box | None) -> Details | None:
    """Return the face that was meant, of several; None where there is none.

    With a box ``near`` (left, top, right, bottom) it is the one that overlaps it most (intersection over union), and
    none where none does; without it the largest, of equally large ones the nearest to the picture's middle. Raises
    `UnusableInput` for a face without a usable box, `ValueError` for a box ``near`` that is none.
    """
    boxes = [box(detail) for detail in details]
    if near is None:
        return min(zip(boxes, details, strict=True), key=lambda one: _rank(one[0]), default=(None, None))[1]
    if not (all(map(math.isfinite, near)) and near[0] < near[2] and near[1] < near[3]):
        raise ValueError(f"expected a box left, top, right, bottom, found {near}")
    shares = [overlap(found, near) for found in boxes]
    return details[shares.index(max(shares))] if max(shares, default=0.0) > 0 else None


def box(detail: Details) -> Box:
    """Return left, top, right and bottom of a face's box; raise `UnusableInput` when it does not say so."""
    left, top, width, height = place(detail)
    return left, top, left + width, top + height


def place(detail: Details) -> Box:
    """Return left, top, width and height of a face's box; raise `UnusableInput` when it has none of a size."""
    sent = part(detail, "BoundingBox", Mapping)
    left, top = (number(sent, name, f"BoundingBox.{name}", -10, 10) for name in ("Left", "Top"))
    width, height = (number(sent, name, f"BoundingBox.{name}", 0, 10) for name in ("Width", "Height"))
    if not (width > 0 and height > 0):
        raise unusable(f"expected a BoundingBox with a width and a height, found {width} x {height}")
    return left, top, width, height


def overlap(one: Box, other: Box) -> float:
    """Return the intersection of two boxes over their union, 0-1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (_area(one) + _area(other) - shared)


def part(detail: Details, name: str, kind: type) -> object:
    """Return a field of an answer, which must be a ``kind``; raise `UnusableInput` naming it."""
    found = detail.get(name)
    if not isinstance(found, kind) or isinstance(found, str):
        raise unusable(f"expected the field {name}, found {'none' if found is None else type(found).__name__}")
    return found


def number(holder: Details, key: str, name: str, low: float, high: float) -> float:
    """Return a number of an answer, which must lie between two; raise `UnusableInput` calling it ``name``."""
    found = holder.get(key)
    if not isinstance(found, Real) or isinstance(found, bool):
        raise unusable(f"expected a number {name}, found {'none' if found is None else type(found).__name__}")
    if not low <= found <= high:  # neither is NaN
        raise unusable(f"expected {name} between {low} and {high}, found {found}")
    return float(found)


def unusable(problem: str) -> UnusableInput:
    """Return the error for an answer that cannot be read."""
    return UnusableInput(WHERE, problem, REMEDY)


def _rank(box: Box) -> tuple[float, float]:
    left, top, right, bottom = box
    # Equal sizes differ in the last digits, which a sum of left and width has lost.
    return -round(_area(box), 9), math.hypot((left + right - 1) / 2, (top + bottom - 1) / 2)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
