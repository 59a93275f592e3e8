"""Where a head looks, from its landmarks: perspective-n-point against a mean head, an affine fit where that fails.

Angles in degrees, those of a rendered face's truth: yaw positive when the face turns to the image's right, pitch
positive when it looks up, roll positive when it tilts counter-clockwise in the image. The rotation from head to camera
axes is Rz(roll)·Ry(yaw)·Rx(-pitch); axes x right, y up, z to the camera, so that a frontal face is the identity.

It is the rotation as seen along the ray to the head, not along the camera's axis: where in the original photograph an
aligned crop lay is not known, and the eyes being moved to fixed places would otherwise pass for a turn of the head.
"""

from typing import NamedTuple

import cv2
import numpy as np

from obverse.landmarks import eye_distance

# They neither slide on the head as it turns, as the visible contour does, nor move much with the face.
RIGID = np.array([*range(27, 48), 48, 54])  # nose, eyes, corners of the mouth
_FLIP = np.diag([1.0, -1.0, -1.0])  # our axes to OpenCV's: x right, y down, z away from the camera
_YAW_ALONE = 80.0  # degrees; beyond, pitch and roll cannot be told apart

PNP, AFFINE, NONE = "pnp", "affine", "none"


class Pose(NamedTuple):
    """One head; angles are NaN where there are none."""

    yaw: float
    pitch: float
    roll: float
    error: float  # root mean square of reprojection over the rigid points, in eye distances
    method: str  # PNP, AFFINE or NONE


def estimate(points: np.ndarray, head: np.ndarray, camera: np.ndarray, max_error: float) -> Pose:
    """Return the pose of landmarks [68, 2] in pixels of a head [68, 3] seen by a ``camera`` (intrinsics [3, 3]).

    What reprojects with an error above ``max_error`` eye distances is not accepted.
    """
    seen, unit = np.ascontiguousarray(points[RIGID], np.float64), float(eye_distance(points))
    if not (np.isfinite(points).all() and unit > 0):
        return Pose(np.nan, np.nan, np.nan, np.nan, NONE)
    for method, solve in ((PNP, _perspective), (AFFINE, _affine)):
        rotation, error = solve(seen, head[RIGID], camera)
        if rotation is not None and error / unit <= max_error:
            return Pose(*angles(rotation), error / unit, method)
    return Pose(np.nan, np.nan, np.nan, error / unit, NONE)


def camera(height: int, width: int, focal: float) -> np.ndarray:
    """Return intrinsics [3, 3]: ``focal`` times the larger side, principal point in the middle."""
    length = focal * max(height, width)
    return np.array([(length, 0.0, width / 2), (0.0, length, height / 2), (0.0, 0.0, 1.0)])


def angles(rotation: np.ndarray) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees of a matrix [3, 3] from head to camera axes; beyond 80° yaw alone."""
    yaw = np.arctan2(-rotation[2, 0], np.hypot(rotation[0, 0], rotation[1, 0]))
    if abs(np.degrees(yaw)) > _YAW_ALONE:
        return float(np.degrees(yaw)), np.nan, np.nan
    pitch, roll = -np.arctan2(rotation[2, 1], rotation[2, 2]), np.arctan2(rotation[1, 0], rotation[0, 0])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))


def _perspective(seen: np.ndarray, head: np.ndarray, camera: np.ndarray) -> tuple[np.ndarray | None, float]:
    """Return the rotation and the error in pixels: SQPnP (Terzakis and Lourakis 2020), then Levenberg-Marquardt."""
    solid = np.ascontiguousarray(head @ _FLIP)
    try:
        found, turn, shift = cv2.solvePnP(solid, seen, camera, None, flags=cv2.SOLVEPNP_SQPNP)
        if not found:
            return None, np.inf
        turn, shift = cv2.solvePnPRefineLM(solid, seen, camera, None, turn, shift)
    except cv2.error:  # points on a line, or all in one place
        return None, np.inf
    rotation, place = cv2.Rodrigues(turn)[0], shift[:, 0]
    if not (place[2] > 0 and np.linalg.det(rotation) > 0):
        return None, np.inf
    projected = cv2.projectPoints(solid, turn, shift, camera, None)[0][:, 0]
    return _FLIP @ _towards(place) @ rotation @ _FLIP, _rms(projected - seen)


def _towards(place: np.ndarray) -> np.ndarray:
    """Return the least rotation that puts the ray to ``place`` on the camera's axis (Rodrigues's formula)."""
    x, y, z = place / np.linalg.norm(place)
    cross = np.array([(0.0, 0.0, -x), (0.0, 0.0, -y), (x, y, 0.0)])
    return np.eye(3) + cross + cross @ cross / (1 + z)


def _affine(seen: np.ndarray, head: np.ndarray, camera: np.ndarray) -> tuple[np.ndarray | None, float]:
    """Return the rotation nearest to the best affine map of the head, and the error in pixels of that rotation scaled.

    ``camera`` is not needed: this is the view from infinitely far.
    """
    solid, flat = head - head.mean(axis=0), (seen - seen.mean(axis=0)) * (1, -1)
    left, scales, right = np.linalg.svd(np.linalg.lstsq(solid, flat, rcond=None)[0].T, full_matrices=False)
    if scales[1] <= 0:
        return None, np.inf
    rows = left @ right
    projected = scales.mean() * solid @ rows.T
    return np.vstack([rows, np.cross(*rows)]), _rms(projected - flat)


def _rms(apart: np.ndarray) -> float:
    return float(np.sqrt((apart**2).sum(axis=1).mean()))
