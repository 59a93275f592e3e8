"""The shape of a head: a displaced ellipsoid over longitude and latitude, with hanging hair, neck and shoulders.

Axes: x to the image's right, y up, z to the camera. The grid is finer where the face is: longitude and latitude are
cubic functions of a uniform parameter in -1..1, and pictures and textures share that parameter.
"""

from typing import NamedTuple

import numpy as np

from obverse.faces.people import Person
from obverse.faces.traits import Bones, Hair

HAIRLINE_U = (0.0, 15.0, 32.0, 48.0, 62.0, 75.0, 92.0, 120.0)
COLUMNS, ROWS = 73, 67
U_LINEAR, V_LINEAR = 0.42, 0.62  # share of the linear term in the two cubics


class Sheet(NamedTuple):
    """A grid of vertices within a mesh."""

    first: int
    rows: int
    columns: int
    two_sided: bool


class Mesh(NamedTuple):
    """A person's shape at rest."""

    points: np.ndarray  # float32 [N, 3]
    normals: np.ndarray  # float32 [N, 3], unit, outwards
    surface: np.ndarray  # float32 [N, 2]: the two parameters in -1..1
    jaw: np.ndarray  # float32 [N]: how far a vertex follows the jaw
    cheek: np.ndarray  # float32 [N]: how far a smile pushes a vertex out
    sheets: tuple[Sheet, ...]  # head, hair, neck, shoulders


def longitude(parameter: np.ndarray) -> np.ndarray:
    """Return longitude in degrees for a parameter in -1..1."""
    return 180.0 * parameter * (U_LINEAR + (1 - U_LINEAR) * parameter**2)


def latitude(parameter: np.ndarray) -> np.ndarray:
    """Return latitude in degrees for a parameter in -1..1."""
    return 90.0 * parameter * (V_LINEAR + (1 - V_LINEAR) * parameter**2)


def relief(bones: Bones, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the factor on the ellipsoid's radius at broadcastable ``u`` and ``v``."""
    u0, v0, spread_u, spread_v, amplitude = bones.bumps.T.reshape(5, -1, *(1,) * max(u.ndim, v.ndim))
    mirrored = np.where(u0 > 0, np.exp(-0.5 * ((u + u0) / spread_u) ** 2), 0.0)
    across = amplitude * (np.exp(-0.5 * ((u - u0) / spread_u) ** 2) + mirrored)
    down = np.exp(-0.5 * ((v - v0) / spread_v) ** 2)
    height = 1.0 + across[0] * down[0]
    for bump in range(1, len(across)):
        height += across[bump] * down[bump]
    return height


def skin_surface(bones: Bones, u: np.ndarray, v: np.ndarray, thickness: np.ndarray | float = 0.0) -> np.ndarray:
    """Return points [..., 3] of the head at rest, ``thickness`` (of hair) above the skin."""
    radius = relief(bones, u, v) + thickness
    u, v = np.radians(u), np.radians(v)
    ax, ay, az = bones.radii
    x, y, z = radius * ax * np.cos(v) * np.sin(u), radius * ay * np.sin(v), radius * az * np.cos(v) * np.cos(u)
    return np.stack([x, y, z], axis=-1)


def jaw_weight(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return how far the skin at ``u``, ``v`` follows the jaw: 0 above the lips, 1 on the chin, less to the sides."""
    below = np.clip((-23.5 - v) / 6.0, 0.0, 1.0)
    return below * below * (3 - 2 * below) * (0.25 + 0.75 * np.exp(-0.5 * (u / 45.0) ** 2))


def cheek_weight(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return how far a smile pushes the skin at ``u``, ``v`` outwards."""
    return np.exp(-0.5 * ((np.abs(u) - 33.0) / 12.0) ** 2) * np.exp(-0.5 * ((v + 8.0) / 8.0) ** 2)


def hair_cover(hair: Hair, u: np.ndarray, v: np.ndarray, softness: float) -> np.ndarray:
    """Return 0-1: the skin at ``u``, ``v`` lies under hair; the edge is ``softness`` degrees wide."""
    line = np.interp(np.abs(u), HAIRLINE_U, hair.line) + hair.parting * u * (np.abs(u) < 90)
    return np.clip((v - line) / softness + 0.5, 0.0, 1.0)


def build(person: Person) -> Mesh:
    """Return the mesh of ``person``."""
    parts = [_head(person), _hanging_hair(person), _neck(person), _shoulders(person)]
    first, sheets = 0, []
    for points, _, two_sided in parts:
        sheets.append(Sheet(first, points.shape[0], points.shape[1], two_sided))
        first += points.shape[0] * points.shape[1]
    u, v = longitude(parts[0][1][..., 0]), latitude(parts[0][1][..., 1])
    weights = np.zeros((2, first), np.float32)
    weights[:, : u.size] = jaw_weight(u, v).ravel(), cheek_weight(u, v).ravel()

    def flat(arrays: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([array.reshape(-1, array.shape[-1]) for array in arrays]).astype(np.float32)

    return Mesh(
        points=flat([points for points, _, _ in parts]),
        normals=flat([_normals(points) for points, _, _ in parts]),
        surface=flat([surface for _, surface, _ in parts]),
        jaw=weights[0],
        cheek=weights[1],
        sheets=tuple(sheets),
    )


def _normals(points: np.ndarray) -> np.ndarray:
    normals = np.cross(np.gradient(points, axis=1), np.gradient(points, axis=0))
    return normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)


def _grid(rows: int, columns: int) -> np.ndarray:
    across, down = np.meshgrid(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows))
    return np.stack([across, down], axis=-1)


def _head(person: Person) -> tuple[np.ndarray, np.ndarray, bool]:
    surface = _grid(ROWS, COLUMNS)
    u, v = longitude(surface[:1, :, 0]), latitude(surface[:, :1, 1])
    cover = hair_cover(person.hair._replace(parting=0.0), u, v, 12.0) * np.clip((v + 10) / 20, 0, 1)
    return skin_surface(person.bones, u, v, person.hair.volume * cover), surface, False


def _hanging_hair(person: Person) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return a curtain around the back and the sides of the head; a degenerate one for short hair."""
    hair, bones = person.hair, person.bones
    surface = _grid(15, 41) if hair.length else _grid(2, 2)
    if not hair.length:
        return np.zeros((2, 2, 3)), surface, True
    u = np.radians(180.0 + surface[..., 0] * (180.0 - hair.front))
    fall = (surface[..., 1] + 1) / 2  # 0 at the bottom, 1 at the top
    top, bottom = 0.62, 0.20 - hair.length
    y = bottom + fall * (top - bottom)
    swell = hair.volume + 0.05 + hair.wave * np.sin(9 * y + 1.5)
    cap = np.sqrt(np.clip(1 - (np.clip(y, 0, None) / (bones.radii[1] + swell)) ** 2, 0.2, 1))
    cap = cap * (1 - 0.3 * np.clip((y - 0.25) / 0.37, 0, 1) ** 2)  # the upper edge lies under the hair of the head
    ax, az = (bones.radii[0] + swell) * cap, (bones.radii[2] + swell) * cap
    points = np.stack([ax * np.sin(u), y, az * np.cos(u)], axis=-1)
    return points, surface, True


def _neck(person: Person) -> tuple[np.ndarray, np.ndarray, bool]:
    surface = _grid(8, 25)
    angle, down = np.radians(90.0 * surface[..., 0]), (1 - surface[..., 1]) / 2
    radius = person.bones.radii[0] * (0.52 if person.actress else 0.66) + 0.10 * down**2
    points = np.stack([radius * np.sin(angle), -0.45 - 1.1 * down, radius * np.cos(angle) - 0.22], axis=-1)
    return points, surface, False


def _shoulders(person: Person) -> tuple[np.ndarray, np.ndarray, bool]:
    surface = _grid(13, 33)
    angle, down = np.radians(90.0 * surface[..., 0]), (1 - surface[..., 1]) / 2
    width = (1.45 if person.actress else 1.75) * np.sqrt(np.clip(0.06 + 1.1 * down, 0, 1))
    depth = 0.45 + 0.35 * down
    points = np.stack([width * np.sin(angle), -1.22 - 1.6 * down**1.5, depth * np.cos(angle) - 0.30], axis=-1)
    return points, surface, False
