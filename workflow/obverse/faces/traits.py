"""What makes a face: the numbers that describe skull, eyes, brows, nose, mouth, hair, beard, skin and glasses.

Angles on the head are degrees of longitude u (positive: image right of a frontal head) and latitude v (positive: up).
Colours are linear reflectances (red, green, blue) in 0-1. Lengths are head units (half a head's width is about .78).
"""

from typing import NamedTuple

import numpy as np

Colour = tuple[float, float, float]


class Bones(NamedTuple):
    """The skull: an ellipsoid whose radius is multiplied by 1 + a sum of Gaussian bumps."""

    radii: Colour
    bumps: np.ndarray  # float64 [N, 5]: u, v, width in u, width in v, amplitude; those with u > 0 have a mirror image


class Eyes(NamedTuple):
    u: float
    v: float
    width: float
    upper: float
    lower: float
    slant: float
    iris: float
    colour: Colour
    liner: float
    crease: float
    shadow: float


class Brows(NamedTuple):
    inner: float
    outer: float
    v: float
    arch: float
    slant: float
    thickness: float
    strength: float
    colour: Colour


class Nose(NamedTuple):
    width: float
    v: float


class Mouth(NamedTuple):
    v: float
    width: float
    upper: float
    lower: float
    bow: float
    colour: Colour


class Hair(NamedTuple):
    colour: Colour
    line: tuple[float, ...]  # latitude where hair begins, at `heads.HAIRLINE_U`
    parting: float
    density: float
    volume: float
    length: float  # 0: short; otherwise how far it hangs, in head units below the eyes
    front: float  # longitude from which long hair hangs
    wave: float


class Beard(NamedTuple):
    cheeks: float
    chin: float
    moustache: float
    droop: float


class Skin(NamedTuple):
    colour: Colour
    blush: float
    freckles: float
    lines: float
    shine: float
    moles: tuple[Colour, ...]  # u, v, radius


class Glasses(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    corner: float
    rim: float
    colour: Colour
