"""Eyes, mouth and glasses, drawn per pixel: they change with the picture and must stay sharp.

Each function takes a place on the head and a colour, and returns the colour that is there. The curves are those of
`obverse.faces.landmarks`.
"""

from math import exp, sqrt

from obverse.faces.compiled import kernel
from obverse.faces.landmarks import GAP_DEGREES

_GAP = GAP_DEGREES


@kernel(forceinline=True)
def _step(value: float) -> float:
    """Return ``value`` + 1/2 clipped to 0-1: the share of a pixel that lies inside an edge."""
    return min(1.0, max(0.0, value + 0.5))


@kernel(forceinline=True)
def mix(colour, over, share):
    """Return ``colour`` with a ``share`` (0-1) of it replaced by ``over``."""
    return (
        colour[0] + share * (over[0] - colour[0]),
        colour[1] + share * (over[1] - colour[1]),
        colour[2] + share * (over[2] - colour[2]),
    )


@kernel()
def eye(colour, u, v, eyes, eye_open, gaze):
    """Return the colour at ``u``, ``v`` (degrees), where ``colour`` is the skin's."""
    side = 1.0 if u > 0 else -1.0
    x = (abs(u) - eyes.u) / eyes.width
    y = v - eyes.v - eyes.slant * x
    lid = max(0.0, 1 - x * x)
    root = sqrt(lid)
    bottom = -eyes.lower * lid
    rest = eyes.upper * root * sqrt(root)
    top = bottom + (rest - bottom) * eye_open
    fade = _step((1.15 - abs(x)) * 5.0)
    crease = (y - rest - eyes.crease) / 0.8
    colour = mix(colour, (0.0, 0.0, 0.0), 0.45 * fade * exp(-0.5 * crease * crease))
    inside = _step((top - y) / 0.7) * _step((y - bottom) / 0.7)
    if abs(x) < 1.0 and inside > 0:
        ball = _eyeball(abs(u) - eyes.u - gaze[0] * side, y - gaze[1] - 0.4, x, top - y, side, eyes)
        colour = mix(colour, ball, inside)
    line = 0.55 + 0.85 * eyes.liner
    lashes = _step((line - abs(y - top)) / 0.6) * fade
    colour = mix(colour, (0.010, 0.008, 0.007), (0.55 + 0.4 * eyes.liner) * lashes)
    lower = _step((0.5 - abs(y - bottom)) / 0.6) * fade * min(1.0, 5.0 * eye_open)
    return mix(colour, (0.02, 0.012, 0.01), (0.25 + 0.45 * eyes.liner) * lower)


@kernel()
def _eyeball(du, dv, x, below_lid, side, eyes):
    """Return the colour of the ball ``du``, ``dv`` degrees from the middle of the iris."""
    shade = (1 - 0.45 * x * x) * min(1.0, 0.45 + 0.28 * max(0.0, below_lid))
    white = (0.62 * shade, 0.58 * shade, 0.56 * shade)
    distance = sqrt(du * du + dv * dv)
    rim = 0.25 if distance > 0.78 * eyes.iris else min(1.0, 0.55 + 0.5 * distance / eyes.iris)
    iris = (eyes.colour[0] * rim, eyes.colour[1] * rim, eyes.colour[2] * rim)
    colour = mix(white, iris, _step((eyes.iris - distance) / 0.6))
    colour = mix(colour, (0.004, 0.004, 0.004), _step((0.42 * eyes.iris - distance) / 0.6))
    glint = sqrt((du + 1.1 * side) ** 2 + (dv - 1.2) ** 2)
    return mix(colour, (0.95, 0.95, 0.95), 0.9 * _step((0.65 - glint) / 0.7))


@kernel()
def lips(colour, u, v, mouth, jaw, smile):
    """Return the colour at ``u``, ``v`` (degrees), where ``colour`` is the skin's."""
    x = u / (mouth.width * (1 + 0.14 * smile))
    lens = max(0.0, 1 - x * x)
    root = sqrt(lens)
    middle = mouth.v + smile * (3.4 * x * x - 0.9)
    inner_top = middle + 0.12 * _GAP * jaw * lens
    inner_bottom = middle - _GAP * jaw * lens
    upper = mouth.upper * root * sqrt(root) * (1 - mouth.bow * exp(-((x / 0.16) ** 2)))
    lower = mouth.lower * root
    fade = _step((1.0 - abs(x)) * 8.0)
    if v > inner_top:
        tone = 0.78
        share = _step((inner_top + upper - v) / 0.9) * fade
    else:
        height = (inner_bottom - v) / max(lower, 0.1)
        tone = 0.9 + 0.35 * exp(-(((height - 0.4) / 0.25) ** 2)) * (1 - x * x)
        share = _step((v - inner_bottom + lower) / 0.9) * fade
    tinted = (mouth.colour[0] * tone, mouth.colour[1] * tone, mouth.colour[2] * tone)
    colour = mix(colour, tinted, 0.92 * share)
    gap = _step((inner_top - v) / 0.7) * _step((v - inner_bottom) / 0.7) * fade
    inside = (0.045, 0.010, 0.010)
    teeth = _step((v - inner_bottom - 0.42 * (inner_top - inner_bottom)) / 0.8) * (0.85 - 0.75 * x * x)
    inside = mix(inside, (0.66, 0.62, 0.55), teeth)
    colour = mix(colour, inside, gap * min(1.0, 8.0 * jaw))
    seam = min(abs(v - inner_top), abs(v - inner_bottom))
    return mix(colour, (0.03, 0.008, 0.008), 0.8 * _step((0.55 - seam) / 0.7) * _step((1.06 - abs(x)) * 8.0))


@kernel()
def glasses(colour, x, y, worn, frame, pixel):
    """Return the colour seen through the glasses at ``x``, ``y`` (head units in their plane, ``pixel`` wide)."""
    ax = abs(x) - frame.x
    ay = abs(y - frame.y)
    qx = abs(ax) - frame.width + frame.corner
    qy = ay - frame.height + frame.corner
    outside = sqrt(max(qx, 0.0) ** 2 + max(qy, 0.0) ** 2) + min(max(qx, qy), 0.0) - frame.corner
    if worn == 2:
        dark = (0.012 + 0.02 * max(0.0, y - frame.y), 0.012 + 0.02 * max(0.0, y - frame.y), 0.016)
        colour = mix(colour, dark, 0.96 * _step(-outside / pixel))
    else:
        colour = mix(colour, (0.75, 0.80, 0.85), 0.02 * _step(-outside / pixel))
    rim = _step((0.5 * frame.rim - abs(outside)) / pixel)
    bridge = _step((0.45 * frame.rim - abs(y - frame.y - 0.35 * frame.height)) / pixel)
    bridge *= _step((frame.x - frame.width - abs(x)) / pixel)
    hinge = _step((0.5 * frame.rim - abs(y - frame.y - 0.45 * frame.height)) / pixel)
    hinge *= 1.0 if frame.width < ax < frame.width + 0.06 else 0.0
    return mix(colour, frame.colour, max(rim, bridge, hinge))
