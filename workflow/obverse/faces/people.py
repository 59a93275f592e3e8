"""People who do not exist: what is drawn once for a person and stays the same in all of that person's pictures."""

from typing import NamedTuple

import numpy as np

from obverse import seeds
from obverse.faces import given_names
from obverse.faces.traits import Beard, Bones, Brows, Colour, Eyes, Glasses, Hair, Mouth, Nose, Skin


class Person(NamedTuple):
    index: int
    name: str
    actress: bool
    wears_glasses: bool
    bones: Bones
    eyes: Eyes
    brows: Brows
    nose: Nose
    mouth: Mouth
    hair: Hair
    beard: Beard
    skin: Skin
    glasses: Glasses
    texture: int  # seed of the grain of skin and hair


_HAIR = np.array(
    [(0.010, 0.009, 0.009), (0.030, 0.018, 0.012), (0.075, 0.040, 0.022), (0.17, 0.060, 0.022), (0.20, 0.12, 0.055)]
    + [(0.42, 0.29, 0.13), (0.60, 0.48, 0.29), (0.24, 0.24, 0.25), (0.62, 0.62, 0.62)]
)
_HAIR_SHARE = np.array([0.24, 0.19, 0.13, 0.08, 0.08, 0.12, 0.05, 0.06, 0.05])
_DARK_SKIN, _PALE_SKIN = np.log((0.095, 0.050, 0.031)), np.log((0.82, 0.60, 0.49))
_RIMS = ((0.008, 0.008, 0.009), (0.008, 0.008, 0.009), (0.10, 0.035, 0.012), (0.25, 0.20, 0.12), (0.22, 0.02, 0.03))
_SHORT, _FRINGE, _RECEDING, _BALD = (
    (41, 42, 44, 38, 24, 12, 20, -34),
    (29, 29, 30, 26, 18, 8, 18, -34),
    (52, 60, 58, 44, 28, 12, 20, -34),
    (86, 86, 84, 76, 50, 22, 20, -34),
)
_SHAVED, _STUBBLE, _MOUSTACHE, _GOATEE, _FULL = (
    (0.0, 0.0, 0.0),
    (0.40, 0.45, 0.40),
    (0.0, 0.0, 0.95),
    (0.0, 0.90, 0.85),
    (0.92, 0.95, 0.92),
)
_BEARDS = (_SHAVED, _SHAVED, _STUBBLE, _MOUSTACHE, _GOATEE, _FULL)


def person(seed: int, index: int) -> Person:
    """Draw person ``index`` of the population ``seed``; even indices are men, odd ones women."""
    draw = seeds.generator(seed, "person", index)
    actress = index % 2 == 1
    tone = draw.uniform(0, 1) ** 0.75
    hair = _hair(draw, actress)
    skin = _skin(draw, tone, actress)
    eyes = _eyes(draw, tone, actress)
    return Person(
        index=index,
        name=given_names.full_name(index),
        actress=actress,
        wears_glasses=bool(draw.random() < 0.25),
        bones=_bones(draw, actress, covered_ears=hair.length > 0),
        eyes=eyes,
        brows=_brows(draw, actress, np.array(hair.colour), eyes),
        nose=Nose(width=draw.uniform(7.0, 11.5), v=draw.normal(-8.5, 1.0)),
        mouth=_mouth(draw, actress, np.array(skin.colour)),
        hair=hair,
        beard=_beard(draw, actress),
        skin=skin,
        glasses=_glasses(draw),
        texture=int(draw.integers(2**32)),
    )


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (float(value) for value in np.clip(values, 0.004, 0.95))
    return red, green, blue


def _bones(draw: np.random.Generator, actress: bool, covered_ears: bool) -> Bones:
    nose, jaw, cheek = draw.normal(0, 1, 3)
    socket, brow = draw.normal(0, 1, 2)
    chin_width, chin_length = draw.normal(0, 1, 2)
    radii = (draw.normal(0.77, 0.045), draw.normal(1.01, 0.035), draw.normal(0.88, 0.025))
    wing = draw.uniform(6.0, 9.0)
    bumps = [
        (0, -6.5, 6 + nose, 6, 0.19 + 0.03 * nose),  # nose tip
        (0, 4, 5, 10, 0.10 + 0.02 * draw.normal()),  # nose bridge
        (wing, -9, 3.5, 3.5, 0.045),  # nose wings
        (22.5, 11, 9, 6.5, -0.075 + 0.012 * socket),  # eye sockets
        (23.5, 11, 5.5, 4, 0.035),  # eyeballs
        (18, 20.5, 16, 4.5, (0.020 if actress else 0.042) + 0.012 * brow),  # brow ridges
        (0, -45, 13 + 3 * chin_width, 9, 0.075 + 0.035 * chin_length),  # chin
        (0, -34, 12, 3, -0.020),  # hollow under the lower lip
        (0, -24.5, 16, 7, 0.05 + 0.01 * draw.normal()),  # mouth mound
        (0, -20.8, 11, 2, 0.012),  # upper lip
        (0, -27.3, 11, 2.2, 0.018),  # lower lip
        (40, -2, 14, 10, 0.045 + 0.022 * cheek),  # cheekbones
        (42, -24, 14, 10, -0.02 - 0.02 * draw.normal()),  # hollow or full cheeks
        (58, -38, 20, 15, (-0.03 if actress else 0.035) + 0.05 * jaw),  # jaw corners
        (0, 48, 50, 18, 0.03 + 0.03 * draw.normal()),  # forehead
        (92, 4, 4, 9, 0.0 if covered_ears else draw.uniform(0.09, 0.18)),  # ears
        (180, 20, 60, 40, 0.10),  # back of the head
    ]
    return Bones(radii, np.array(bumps, np.float64))


def _eyes(draw: np.random.Generator, tone: float, actress: bool) -> Eyes:
    size = draw.uniform(0.85, 1.25) * (1.06 if actress else 0.97)
    light_eyes = draw.random() < 0.45 * tone
    hue = np.array([(0.16, 0.24, 0.36), (0.16, 0.22, 0.10), (0.22, 0.22, 0.20)])[draw.integers(3)]
    brown = np.array((0.075, 0.030, 0.012)) * draw.uniform(0.3, 1.6)
    return Eyes(
        u=draw.normal(23.2, 1.3),
        v=11.5,
        width=8.0 * size,
        upper=draw.uniform(2.4, 4.6) * size,
        lower=draw.uniform(1.5, 2.6) * size,
        slant=draw.normal(0.5, 1.0),
        iris=draw.uniform(3.4, 4.0) * size,
        colour=_colour(hue if light_eyes else brown),
        liner=draw.uniform(0.3, 1.0) if actress else draw.uniform(0.0, 0.35),
        crease=draw.uniform(1.5, 3.0),
        shadow=draw.choice([0.0, 0.2, 0.55]) if actress else draw.uniform(0.0, 0.45),
    )


def _brows(draw: np.random.Generator, actress: bool, hair: np.ndarray, eyes: Eyes) -> Brows:
    return Brows(
        inner=draw.uniform(7.5, 12.0),
        outer=draw.uniform(33.0, 39.0),
        v=eyes.v + eyes.upper * 0.6 + draw.uniform(5.0, 9.0),
        arch=draw.uniform(0.3, 3.2) if actress else draw.uniform(-0.4, 1.8),
        slant=draw.normal(0.6, 1.6),
        thickness=draw.uniform(0.9, 2.2) if actress else draw.uniform(1.5, 3.6),
        strength=draw.uniform(0.55, 1.0),
        colour=_colour(hair * draw.uniform(0.15, 0.6)),
    )


def _mouth(draw: np.random.Generator, actress: bool, skin: np.ndarray) -> Mouth:
    natural = skin * np.array((0.86, 0.56, 0.56)) * draw.uniform(0.75, 1.1)
    paint = np.array([(0.35, 0.02, 0.03), (0.22, 0.02, 0.06), (0.45, 0.09, 0.12)])[draw.integers(3)]
    painted = actress and draw.random() < 0.5
    fullness = draw.uniform(0.65, 1.45) * (1.1 if actress else 0.9)
    return Mouth(
        v=draw.normal(-24.0, 0.8),
        width=draw.normal(19.0, 1.9),
        upper=3.2 * fullness,
        lower=4.2 * fullness * draw.uniform(0.85, 1.2),
        bow=draw.uniform(0.1, 0.45),
        colour=_colour(0.75 * paint + 0.25 * natural if painted else natural),
    )


def _hair(draw: np.random.Generator, actress: bool) -> Hair:
    styles, shares = (_SHORT, _FRINGE, _RECEDING, _BALD), ((0.6, 0.4, 0, 0) if actress else (0.45, 0.2, 0.2, 0.15))
    style = int(draw.choice(4, p=shares))
    line = np.array(styles[style], np.float64)
    line[:4] += draw.normal(0, 3.5 if style == 0 else 1.2) + draw.normal(0, 1.2, 4)
    colour = _HAIR[draw.choice(len(_HAIR), p=_HAIR_SHARE)] * draw.uniform(0.8, 1.2)
    long = draw.random() < (0.75 if actress else 0.06) and style < 2
    if long:
        line[4:] = 12, -2, -24, -40  # over the ears
    return Hair(
        colour=_colour(colour),
        line=tuple(line.tolist()),
        parting=draw.normal(0, 0.09) if style < 3 else 0.0,
        density=draw.uniform(0.25, 0.8) if style == 3 else draw.uniform(0.92, 1.0),
        volume=(0.0 if style == 3 else draw.uniform(0.03, 0.16)) + (0.04 if long else 0.0),
        length=draw.uniform(0.9, 1.9) if long else 0.0,
        front=draw.uniform(50, 74),
        wave=draw.uniform(0.0, 0.05),
    )


def _beard(draw: np.random.Generator, actress: bool) -> Beard:
    cheeks, chin, moustache = _BEARDS[draw.integers(len(_BEARDS))]
    strength = 0.0 if actress else draw.uniform(0.85, 1.0)
    return Beard(cheeks * strength, chin * strength, moustache * strength, draw.uniform(0.0, 2.5))


def _skin(draw: np.random.Generator, tone: float, actress: bool) -> Skin:
    base = np.exp(_DARK_SKIN + tone * (_PALE_SKIN - _DARK_SKIN))
    undertone = 1 + draw.normal(0, 1) * np.array((0.03, -0.01, -0.10))
    moles = [(draw.uniform(-45, 45), draw.uniform(-40, 40), draw.uniform(0.6, 1.3)) for _ in range(draw.integers(0, 3))]
    return Skin(
        colour=_colour(base * undertone),
        blush=draw.uniform(0.0, 0.35 if actress else 0.2),
        freckles=draw.uniform(0.3, 1.0) if tone > 0.5 and draw.random() < 0.2 else 0.0,
        lines=draw.uniform(0.0, 0.35) if actress else draw.uniform(0.1, 0.65),
        shine=draw.uniform(0.02, 0.09),
        moles=tuple(moles),
    )


def _glasses(draw: np.random.Generator) -> Glasses:
    thick = draw.random() < 0.6
    width, height = draw.uniform(0.19, 0.25), draw.uniform(0.13, 0.20)
    return Glasses(
        x=draw.uniform(0.275, 0.30),
        y=draw.uniform(0.17, 0.20),
        width=width,
        height=height,
        corner=min(width, height) * draw.uniform(0.25, 1.0),
        rim=draw.uniform(0.040, 0.062) if thick else draw.uniform(0.016, 0.028),
        colour=_RIMS[draw.integers(len(_RIMS))],
    )
