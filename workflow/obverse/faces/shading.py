"""Deferred shading: one pass over the pixels, each lit once.

The kernels take tuples of numbers rather than arrays where they can: an array that is handed on costs a reference count
for every pixel.
"""

from math import sin, sqrt

import numpy as np

from obverse.faces import features, heads
from obverse.faces.compiled import kernel

_DECODE = 1.0 / 255.0**2
_U, _V = heads.U_LINEAR, heads.V_LINEAR
HEAD, HAIR, NECK, SHOULDERS = range(4)


@kernel()
def shade(
    pixels, depth, owner, weights, normals, surface, sheets, texture, rotation, focal, unplace, person, shot, wear
):
    """Fill ``pixels`` (uint8 [H, W, 3]) from what `raster` found; `obverse.faces.render` says what the rest is."""
    height, width = depth.shape
    warm, cold = shot.exposure * (1 + shot.warmth), shot.exposure * (1 - shot.warmth)
    left, top, right, bottom = wear.window
    eyes, mouth = person.eyes, person.mouth
    (head_columns, head_end), (hair_columns, hair_end), (neck_columns, neck_end), (shoulder_columns, _) = sheets
    across, down = 1.0 / width, 1.0 / height
    for j in range(height):
        edge = features.mix(shot.background[0], shot.background[2], j * down)
        other = features.mix(shot.background[1], shot.background[3], j * down)
        for i in range(width):
            name = owner[j, i]
            if name < 0:
                colour = features.mix(edge, other, i * across)
                shine = 0.0
            else:
                a = name >> 1
                if a < head_end:
                    sheet, columns = HEAD, head_columns
                elif a < hair_end:
                    sheet, columns = HAIR, hair_columns
                else:
                    sheet, columns = (NECK, neck_columns) if a < neck_end else (SHOULDERS, shoulder_columns)
                b = a + 1 + (name & 1) * columns
                c = a + columns + 1 - (name & 1)
                wb, wc = weights[j, i, 0], weights[j, i, 1]
                wa = np.float32(1) - wb - wc
                x = surface[a, 0] * wa + surface[b, 0] * wb + surface[c, 0] * wc
                y = surface[a, 1] * wa + surface[b, 1] * wb + surface[c, 1] * wc
                nx = normals[a, 0] * wa + normals[b, 0] * wb + normals[c, 0] * wc
                ny = normals[a, 1] * wa + normals[b, 1] * wb + normals[c, 1] * wc
                nz = normals[a, 2] * wa + normals[b, 2] * wb + normals[c, 2] * wc
                if sheet == HEAD:
                    red, green, blue, gloss = _sample(texture, x, y)
                    colour = (red, green, blue)
                    u = 180.0 * x * (_U + (1 - _U) * x * x)
                    v = 90.0 * y * (_V + (1 - _V) * y * y)
                    if abs(v - eyes.v) < 11.0 and abs(abs(u) - eyes.u) < 1.3 * eyes.width:
                        colour = features.eye(colour, u, v, eyes, shot.eye_open, shot.gaze)
                    elif abs(v - mouth.v) < 16.0 and abs(u) < 1.3 * mouth.width:
                        colour = features.lips(colour, u, v, mouth, shot.jaw, shot.smile)
                    elif abs(v - wear.arm) < wear.arm_half and 42.0 < abs(u) < wear.arm_end:
                        colour = wear.frame.colour
                else:
                    inner = rotation[6] * nx + rotation[7] * ny + rotation[8] * nz < 0
                    colour, gloss = _rest(sheet, x, y, inner, person.hair, person.skin, shot.shirt)
                scattered, shine = _lit(nx, ny, nz, rotation, shot.light, shot.ambient, gloss, sheet == HAIR)
                colour = (colour[0] * scattered, colour[1] * scattered, colour[2] * scattered)
            if left <= i < right and top <= j < bottom:
                colour = _through(colour, i + 0.5, j + 0.5, depth[j, i], unplace, rotation, focal, wear)
            pixels[j, i, 0] = _code((colour[0] + shine) * warm)
            pixels[j, i, 1] = _code((colour[1] + shine) * shot.exposure)
            pixels[j, i, 2] = _code((colour[2] + shine) * cold)


@kernel(forceinline=True)
def _code(value):
    """Return the byte of a linear value: gamma 2."""
    return np.uint8(np.float32(255.0) * sqrt(np.float32(min(1.0, max(0.0, value)))) + np.float32(0.5))


@kernel(forceinline=True)
def _sample(texture, x, y):
    """Return the texture's four channels at parameters ``x``, ``y`` in -1..1, bilinearly."""
    column = min(max((x + 1) * 0.5 * (texture.shape[1] - 1), 0.0), texture.shape[1] - 1.001)
    row = min(max((y + 1) * 0.5 * (texture.shape[0] - 1), 0.0), texture.shape[0] - 1.001)
    i, j = int(column), int(row)
    across, down = column - i, row - j
    p, q, r, s = (1 - across) * (1 - down), across * (1 - down), (1 - across) * down, across * down
    red = p * texture[j, i, 0] + q * texture[j, i + 1, 0] + r * texture[j + 1, i, 0] + s * texture[j + 1, i + 1, 0]
    green = p * texture[j, i, 1] + q * texture[j, i + 1, 1] + r * texture[j + 1, i, 1] + s * texture[j + 1, i + 1, 1]
    blue = p * texture[j, i, 2] + q * texture[j, i + 1, 2] + r * texture[j + 1, i, 2] + s * texture[j + 1, i + 1, 2]
    gloss = p * texture[j, i, 3] + q * texture[j, i + 1, 3] + r * texture[j + 1, i, 3] + s * texture[j + 1, i + 1, 3]
    return red * red * _DECODE, green * green * _DECODE, blue * blue * _DECODE, gloss * gloss * _DECODE


@kernel(forceinline=True)
def _lit(nx, ny, nz, rotation, light, ambient, gloss, both_sides):
    """Return how much light leaves towards the camera: scattered by the colour, and mirrored white.

    Scattered light wraps a little around the edge of shadow, as in skin; half of the ambient light comes from above.
    """
    x = rotation[0] * nx + rotation[1] * ny + rotation[2] * nz
    y = rotation[3] * nx + rotation[4] * ny + rotation[5] * nz
    z = rotation[6] * nx + rotation[7] * ny + rotation[8] * nz
    length = 1.0 / sqrt(x * x + y * y + z * z + 1e-12)
    if both_sides and z < 0:
        length = -length
    x, y, z = x * length, y * length, z * length
    facing = x * light[0] + y * light[1] + z * light[2]
    scattered = ambient * (0.78 + 0.30 * y) + (1 - ambient) * max(0.0, (facing + 0.12) / 1.12)
    half = max(0.0, facing + z) / sqrt(2.0 + 2.0 * light[2])
    half *= half
    half *= half
    half *= half
    return 1.12 * scattered, gloss * half * half


@kernel()
def _rest(sheet, x, y, inner, hair, skin, shirt):
    """Return colour and gloss of hanging hair, neck and shoulders at surface parameters ``x``, ``y``."""
    if sheet == HAIR:
        tone = (1.0 + 0.25 * sin(70.0 * x + 3.0 * sin(4.0 * y))) * (0.78 + 0.2 * y) * (0.35 if inner else 1.0)
        return (hair[0] * tone, hair[1] * tone, hair[2] * tone), 0.02
    if sheet == NECK:
        tone = 0.25 + 0.28 * (1 - y)  # the chin's shadow
        return (skin[0] * tone, skin[1] * tone, skin[2] * tone), 0.01
    return shirt, 0.0


@kernel()
def _through(colour, px, py, z, unplace, rotation, focal, wear):
    """Return the colour of a pixel through the glasses, where they are nearer than depth ``z``."""
    across = unplace[0] * px + unplace[1] * py + unplace[2]
    up = -(unplace[3] * px + unplace[4] * py + unplace[5])
    # The ray from the camera at (0, 0, focal), in head axes: the rotation's transpose turns it.
    ox, oy, oz = rotation[6] * focal, rotation[7] * focal, rotation[8] * focal
    dx = rotation[0] * across + rotation[3] * up - ox
    dy = rotation[1] * across + rotation[4] * up - oy
    dz = rotation[2] * across + rotation[5] * up - oz
    plane, t, x = wear.z, 0.0, 0.0
    for _ in range(2):  # the frame curves back: one step of fixed-point iteration is enough
        t = (plane - oz) / dz
        x = ox + t * dx
        plane = wear.z - 0.30 * x * x
    if focal - t * focal < z - 0.01:
        return colour
    pixel = sqrt(abs(unplace[0] * unplace[4] - unplace[1] * unplace[3]))
    return features.glasses(colour, x, oy + t * dy, wear.worn, wear.frame, pixel)
