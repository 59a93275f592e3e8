"""The texture of a head: colour and gloss of skin, hair, brows and beard, over the surface's two parameters."""

import cv2
import numpy as np

from obverse.faces import heads, landmarks
from obverse.faces.people import Person

HEIGHT, WIDTH = 224, 256
_X, _Y = np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT)
U, V = heads.longitude(_X)[None, :].astype(np.float32), heads.latitude(_Y)[:, None].astype(np.float32)
_BEARD_U = (0.0, 14.0, 22.0, 35.0, 55.0, 75.0, 90.0)
_BEARD_TOP = (-31.5, -29.5, -23.0, -20.0, -13.0, 6.0, 14.0)


def paint(person: Person) -> np.ndarray:
    """Return the texture, uint8 [224, 256, 4]: red, green, blue and gloss, each 255 times its square root.

    Row 0 is the south pole.
    """
    draw = np.random.Generator(np.random.Philox(person.texture))
    colour = _skin(person, draw)
    _shade(colour, _cavity(person), _folds(person))
    strands = _grain(draw, 10, 150)
    cover = heads.hair_cover(person.hair, U, V + 4.0 * strands, 5.0) * person.hair.density
    hair = np.array(person.hair.colour, np.float32) * (1 + 0.55 * strands)[..., None]
    _blend(colour, _beard(person, 1 + 0.5 * _grain(draw, 60, 90)), hair * 0.8)
    _blend(colour, _brows(person, 1 + 0.3 * _grain(draw, 90, 110)), np.array(person.brows.colour, np.float32))
    # Roots are darker than tips: without this, hair and forehead of one brightness run into each other.
    depth = np.clip(1 - heads.hair_cover(person.hair, U, V, 14.0), 0, 1)
    _blend(colour, cover, hair * (1 - 0.45 * depth)[..., None])
    gloss = person.skin.shine * (1 - cover) + 0.03 * cover
    coded = np.sqrt(np.concatenate([colour, gloss[..., None]], axis=-1)).clip(0, 1)
    return np.round(255 * coded).astype(np.uint8)


def _blend(colour: np.ndarray, cover: np.ndarray, over: np.ndarray) -> None:
    touched = np.flatnonzero(cover.any(axis=1))  # most of what is painted lies within a few rows
    if len(touched):
        rows = slice(touched[0], touched[-1] + 1)
        over = over[rows] if over.ndim == 3 else over
        colour[rows] += cover[rows, :, None] * (over - colour[rows])


def _grain(draw: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Return smooth noise of about -1..1 with ``rows`` x ``columns`` cells over the head."""
    coarse = draw.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)


def _spot(u: float, v: float, wide: float, high: float) -> np.ndarray:
    return np.exp(-0.5 * ((U - u) / wide) ** 2) * np.exp(-0.5 * ((V - v) / high) ** 2)


def _pair(u: float, v: float, wide: float, high: float) -> np.ndarray:
    across = np.exp(-0.5 * ((np.abs(U) - u) / wide) ** 2)
    return across * np.exp(-0.5 * ((V - v) / high) ** 2)


def _skin(person: Person, draw: np.random.Generator) -> np.ndarray:
    skin, eyes = person.skin, person.eyes
    tone = 1 + 0.06 * _grain(draw, 9, 12) + 0.03 * _grain(draw, 70, 80)
    tone *= 1 - eyes.shadow * _pair(eyes.u, eyes.v + 2.0, 10, 6)
    if skin.freckles:
        tone *= 1 - 1.3 * skin.freckles * np.clip(_grain(draw, 90, 110) - 0.45, 0, 1) * _pair(26, -2, 20, 9)
    for u, v, radius in skin.moles:
        tone *= 1 - 0.85 * np.clip(1.6 * _spot(u, v, radius, radius), 0, 1)
    red = skin.blush * (_pair(36, -6, 12, 9) + 0.7 * _spot(0, -7, 8, 7))
    return np.stack(
        [tone * (colour - colour * fade * red) for colour, fade in zip(skin.colour, (0.05, 0.45, 0.40), strict=True)],
        axis=-1,
    )


def _shade(colour: np.ndarray, cavity: np.ndarray, folds: np.ndarray) -> None:
    """Darken what lies deep: less of the sky reaches it, and what does has bounced off skin and is redder."""
    depth = np.clip(cavity + folds, -0.6, 1.6)[..., None]
    colour *= np.exp(-depth * np.array((0.85, 1.0, 1.05), np.float32))


def _cavity(person: Person) -> np.ndarray:
    """Return how deep each place lies below its surroundings, about -0.3 to 1."""
    relief = heads.relief(person.bones, U, V).astype(np.float32)
    around = cv2.GaussianBlur(relief, (0, 0), 9, borderType=cv2.BORDER_REPLICATE)
    inside = (np.abs(U) < 70) & (np.abs(V) < 65)
    return np.where(inside, np.clip(9.0 * (around - relief), -0.22, 0.9), 0.0).astype(np.float32)


def _folds(person: Person) -> np.ndarray:
    """Return the darkness of nostrils, of the folds beside nose and mouth, and below lip and chin."""
    nose, mouth, au = person.nose, person.mouth, np.abs(U)
    dark = 1.5 * np.clip(1.5 * _pair(0.48 * nose.width, nose.v - 3.0, 1.7, 1.0), 0, 1)
    dark += 0.55 * _pair(nose.width + 1.2, nose.v, 1.0, 2.8)
    dark += 0.50 * _pair(0.0, nose.v - 4.2, nose.width, 1.1)
    dark += 0.40 * _spot(0, mouth.v - mouth.lower - 2.2, 0.6 * mouth.width, 1.8)
    along = np.clip((nose.v + 1.0 - V) / 18.0, 0, 1)  # from the nose's wing to beside the mouth
    fold = np.exp(-0.5 * ((au - nose.width - 3.0 - 10.0 * along) / 1.5) ** 2)
    dark += person.skin.lines * fold * (along > 0) * (along < 1) * (1 - along)
    dark += 0.5 * person.skin.lines * _pair(person.eyes.u - 1, person.eyes.v - 6.5, 7, 1.2)  # bags
    dark += 0.9 * np.clip((-52 - V) / 12, 0, 1) * (au < 110)
    return dark.astype(np.float32)


def _beard(person: Person, hairs: np.ndarray) -> np.ndarray:
    """Return 0-1: how much of the skin's colour is beard."""
    beard, au, nose, mouth = person.beard, np.abs(U), person.nose, person.mouth
    top = np.interp(au, _BEARD_U, _BEARD_TOP)
    below = np.clip((top - V) / 5.0, 0, 1) * (au < 81) * np.clip((V + 75) / 12, 0, 1)
    chin = np.clip((20 - au) / 4, 0, 1) * np.clip((mouth.v - 5.5 - V) / 2.5, 0, 1) * np.clip((V + 75) / 12, 0, 1)
    beside = np.exp(-0.5 * ((au - mouth.width - 2.5) / 2.2) ** 2) * _between(V, mouth.v - 10, nose.v - 8)
    chin = np.maximum(chin, beside)
    upper, lower = nose.v - 5.5 - 0.013 * au**2, mouth.v + 1.0 - beard.droop * (au / mouth.width) ** 2
    lip = _between(V, np.minimum(lower, upper - 1.5), upper) * np.clip((mouth.width + 3.5 - au) / 4, 0, 1)
    cover = np.maximum(np.maximum(beard.cheeks * below, beard.chin * chin), beard.moustache * lip)
    return np.clip(cover * np.clip(hairs, 0.5, 1.2), 0, 0.97).astype(np.float32)


def _between(v: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    return np.clip((v - low) / 1.5 + 0.5, 0, 1) * np.clip((high - v) / 1.5 + 0.5, 0, 1)


def _brows(person: Person, hairs: np.ndarray) -> np.ndarray:
    brow = person.brows
    x = (np.abs(U) - (brow.inner + brow.outer) / 2) / ((brow.outer - brow.inner) / 2)
    half = 0.5 * brow.thickness * np.clip(1.15 - 0.55 * np.clip(x, -0.3, 2), 0, None) + 0.25
    distance = np.abs(V - landmarks.brow_line(person, x))
    inside = np.clip((half - distance) / 0.9 + 0.5, 0, 1) * np.clip((1.05 - np.abs(x)) / 0.12, 0, 1)
    return np.clip(inside * brow.strength * hairs, 0, 1).astype(np.float32)
