"""Pictures of people who do not exist, with the truth about each."""

import functools
import itertools
from typing import NamedTuple

import numpy as np

from obverse.faces import heads, landmarks, raster, shading, skins
from obverse.faces.people import Person
from obverse.faces.shots import Shot
from obverse.faces.traits import Colour, Eyes, Glasses, Mouth

FOCAL = 8.0  # distance of the camera in head units


class Head(NamedTuple):
    """A person ready to be pictured: building one costs as much as ten pictures."""

    person: Person
    mesh: heads.Mesh
    texture: np.ndarray  # uint8 [H, W, 4], see `skins.paint`
    bridge: float  # z of the glasses' plane
    eye_distance: float  # between the eyes' centres seen from the front, on the image plane


class Picture(NamedTuple):
    """One rendering and its truth."""

    pixels: np.ndarray  # uint8 [H, W, 3], red green blue
    landmarks: np.ndarray  # float32 [68, 2]: x, y in pixels, (0, 0) being the corner of the first one
    attributes: dict[str, bool]


class _Paint(NamedTuple):
    """What the shading kernel needs of a person."""

    eyes: Eyes
    mouth: Mouth
    hair: Colour
    skin: Colour


class _Wear(NamedTuple):
    """Glasses as worn in one shot: where they are on the head, and the pixels that can show them."""

    worn: int
    frame: Glasses
    z: float
    arm: float  # latitude of the arms on the skin
    arm_half: float
    arm_end: float
    window: tuple[int, int, int, int]  # left, top, right, bottom


def sculpt(person: Person) -> Head:
    """Build the mesh and the texture of ``person``."""
    bridge = heads.skin_surface(person.bones, np.zeros(1), np.full(1, 9.0))[0, 2]
    plane = _project(landmarks.points(person, 0.0, 0.0, 1.0), np.eye(3))
    eye_distance = plane[landmarks.RIGHT_EYE, 0].mean() - plane[landmarks.LEFT_EYE, 0].mean()
    return Head(person, heads.build(person), skins.paint(person), float(bridge) + 0.02, float(eye_distance))


def rotation(shot: Shot) -> np.ndarray:
    """Return the matrix [3, 3] from head axes to camera axes."""
    yaw, pitch, roll = np.radians((shot.yaw, -shot.pitch, shot.roll))
    about_x = np.array([(1, 0, 0), (0, np.cos(pitch), -np.sin(pitch)), (0, np.sin(pitch), np.cos(pitch))])
    about_y = np.array([(np.cos(yaw), 0, np.sin(yaw)), (0, 1, 0), (-np.sin(yaw), 0, np.cos(yaw))])
    about_z = np.array([(np.cos(roll), -np.sin(roll), 0), (np.sin(roll), np.cos(roll), 0), (0, 0, 1)])
    return about_z @ about_y @ about_x


def outline(person: Person, shot: Shot) -> np.ndarray:
    """Return the landmarks [68, 2] on the image plane, in head units with y down."""
    return _project(landmarks.points(person, shot.jaw, shot.smile, shot.eye_open), rotation(shot))


def _project(points: np.ndarray, turn: np.ndarray) -> np.ndarray:
    turned = points @ turn.T
    return turned[:, :2] * (1, -1) * (FOCAL / (FOCAL - turned[:, 2:]))


def centred(x: float, y: float, scale: float) -> np.ndarray:
    """Return the placement [2, 3] with the head's middle at pixel ``x``, ``y`` and ``scale`` pixels a head unit."""
    return np.array([(scale, 0.0, x), (0.0, scale, y)])


def eyes_at(plane: np.ndarray, left: tuple[float, float], right: tuple[float, float]) -> np.ndarray:
    """Return the placement [2, 3], a similarity, that puts the eyes' centres of `outline` on two pixel positions."""
    source = [complex(*plane[eye].mean(axis=0)) for eye in (landmarks.LEFT_EYE, landmarks.RIGHT_EYE)]
    turn = (complex(*right) - complex(*left)) / (source[1] - source[0])
    shift = complex(*left) - turn * source[0]
    return np.array([(turn.real, -turn.imag, shift.real), (turn.imag, turn.real, shift.imag)])


def render(head: Head, shot: Shot, plane: np.ndarray, size: tuple[int, int], placement: np.ndarray) -> Picture:
    """Draw ``head`` as in ``shot``, whose `outline` is ``plane``, into a picture of ``size`` (height, width)."""
    person, mesh, turn = head.person, head.mesh, rotation(shot)
    projected = raster.project(mesh.points, mesh.jaw, mesh.cheek, shot.jaw, shot.smile, turn, FOCAL, placement)
    depth, owner, weights = _cleared(size)
    for sheet in mesh.sheets:
        raster.rasterise(projected, *sheet, depth, owner, weights)
    pixels = np.empty((*size, 3), np.uint8)
    sheets = tuple((sheet.columns, sheet.first + sheet.rows * sheet.columns) for sheet in mesh.sheets)
    shading.shade(
        pixels, depth, owner, weights, mesh.normals, mesh.surface, sheets, head.texture, tuple(turn.ravel().tolist()),
        FOCAL, _inverse(placement), _Paint(person.eyes, person.mouth, person.hair.colour, person.skin.colour), shot,
        _wear(head, shot, turn, placement),
    )  # fmt: skip
    placed = plane @ placement[:, :2].T + placement[:, 2]
    attributes = {"male": not person.actress, "beard": person.beard.chin > 0, "moustache": person.beard.moustache > 0}
    return Picture(pixels, placed.astype(np.float32), attributes | shot.attributes)


@functools.lru_cache(maxsize=1)
def _scratch(pixels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return buffers that are kept: fresh memory for every picture would cost time."""
    return np.empty(pixels, np.float32), np.empty(pixels, np.int32), np.empty((pixels, 2), np.float32)


def _cleared(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return depth [H, W] and owner [H, W], empty, and weights [H, W, 2]; the next call overwrites them."""
    count = size[0] * size[1]
    depth, owner, weights = (buffer[:count] for buffer in _scratch(1 << max(16, (count - 1).bit_length())))
    depth.fill(-1e9)
    owner.fill(-1)
    return depth.reshape(size), owner.reshape(size), weights.reshape(*size, 2)


def _inverse(placement: np.ndarray) -> tuple[float, ...]:
    inverse = np.linalg.inv(placement[:, :2])
    return tuple(np.column_stack([inverse, -inverse @ placement[:, 2]]).ravel().tolist())


def _wear(head: Head, shot: Shot, turn: np.ndarray, placement: np.ndarray) -> _Wear:
    frame, person = head.person.glasses, head.person
    arm = np.degrees(np.arcsin((frame.y + 0.3 * frame.height) / person.bones.radii[1]))
    window = (0, 0, 0, 0)
    if shot.glasses:
        wide, high = frame.x + frame.width + frame.rim + 0.06, frame.height + frame.rim
        spans = (-wide, wide), (frame.y - high, frame.y + high), (head.bridge - 0.15, head.bridge)
        corners = list(itertools.product(*spans))
        placed = _project(np.array(corners), turn) @ placement[:, :2].T + placement[:, 2]
        window = (*np.floor(placed.min(axis=0)).astype(int).tolist(), *np.ceil(placed.max(axis=0)).astype(int).tolist())
    arm_end = 66.0 if person.hair.length or person.hair.line[6] < 5 else 90.0  # where hair covers them
    arm_half = 20 * frame.rim + 0.5 if shot.glasses else 0.0
    return _Wear(shot.glasses, frame, head.bridge, float(arm), arm_half, arm_end, window)
