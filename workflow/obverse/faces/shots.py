"""What differs between two pictures of one person: pose, expression, light, glasses put on or off, background."""

from typing import NamedTuple

import numpy as np

from obverse import seeds
from obverse.faces.people import Person
from obverse.faces.traits import Colour

NO_GLASSES, EYEGLASSES, SUNGLASSES = 0, 1, 2


class Shot(NamedTuple):
    yaw: float  # degrees; positive: the face turns to the image's right
    pitch: float  # degrees; positive: it looks up
    roll: float  # degrees; positive: it tilts counter-clockwise in the image
    jaw: float  # 0: mouth closed, 1: wide open
    smile: float  # 0-1
    eye_open: float  # about 0: closed, 1: as open as this person's eyes are
    gaze: tuple[float, float]
    glasses: int  # NO_GLASSES, EYEGLASSES or SUNGLASSES
    light: Colour  # unit vector to the lamp, in camera axes
    ambient: float
    exposure: float
    warmth: float
    background: tuple[Colour, ...]  # linear colours of the corners: top left, top right, bottom left, bottom right
    shirt: Colour

    @property
    def attributes(self) -> dict[str, bool]:
        """Return what a viewer would tick: the part of the ground truth that changes between pictures."""
        return {
            "eyeglasses": self.glasses == EYEGLASSES,
            "sunglasses": self.glasses == SUNGLASSES,
            "eyes_open": self.eye_open > 0.4,
            "mouth_open": self.jaw > 0.2,
            "smiling": self.smile > 0.35,
        }


def draw_shot(seed: int, purpose: str, person: Person, picture: int) -> Shot:
    """Draw picture ``picture`` of ``person``; each (seed, purpose, person, picture) has a random stream of its own."""
    draw = seeds.generator(seed, purpose, person.index, picture)
    yaw, pitch, roll = draw.normal(0, 1, 3) * (15.0, 7.0, 4.0)
    smiling, opened, shut = draw.random(3) < (0.45, 0.28, 0.05)
    turn, height = np.radians(draw.normal(0, 20.0)), np.radians(np.clip(draw.normal(28, 10), 5, 60))
    backdrop = 0.17 * np.exp(draw.normal(0, 0.35)) * draw.uniform(0.75, 1.25, 3)
    return Shot(
        yaw=float(np.clip(yaw, -60, 60)),
        pitch=float(np.clip(pitch, -30, 30)),
        roll=float(roll),
        jaw=float(draw.uniform(0.3, 1.0) if opened else draw.uniform(0.0, 0.04)),
        smile=float(draw.uniform(0.45, 1.0) if smiling else draw.uniform(0.0, 0.2)),
        eye_open=float(draw.uniform(0.0, 0.08) if shut else draw.uniform(0.85, 1.1)),
        gaze=(float(draw.normal(0, 1.2)), float(draw.normal(0, 0.5))),
        glasses=_glasses(draw.random(), person.wears_glasses),
        light=(float(np.sin(turn) * np.cos(height)), float(np.sin(height)), float(np.cos(turn) * np.cos(height))),
        ambient=float(draw.uniform(0.36, 0.56)),
        exposure=float(1.12 * np.exp(draw.normal(0, 0.08))),
        warmth=float(draw.normal(0, 0.04)),
        background=tuple(map(tuple, np.clip(backdrop * draw.uniform(0.75, 1.25, (4, 1)), 0, 1).tolist())),
        shirt=tuple((draw.uniform(0.02, 0.5) * draw.uniform(0.5, 1.0, 3)).tolist()),
    )


def _glasses(chance: float, wears: bool) -> int:
    if chance < 0.02:
        return SUNGLASSES
    return EYEGLASSES if wears and chance < 0.87 else NO_GLASSES
