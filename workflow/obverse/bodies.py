"""What is sent to an endpoint of a picture: its PNG as it is, or a template filled with it."""

import base64
import json

import numpy as np

from obverse import pictures
from obverse.errors import UnusableInput

_IMAGE, _PIXELS = "{image}", "{pixels}"


def check(where: str, template: str) -> None:
    """Raise `UnusableInput`, about ``where``, for a template that holds no picture or, filled, would be no JSON."""
    if not template:
        return
    if _IMAGE not in template and _PIXELS not in template:
        problem = f"expected {_IMAGE} or {_PIXELS} in the body, where the picture goes, found neither"
        raise UnusableInput(where, problem, "Write one, or leave the body empty to send the PNG itself.")
    try:
        json.loads(template.replace(_IMAGE, "").replace(_PIXELS, "[]"))
        problem = ""
    except ValueError as error:
        problem = f"expected a body that is JSON once the picture is in it, found that it is not: {error}"
    if problem:
        raise UnusableInput(where, problem, f'Write "{_IMAGE}" within quotes, {_PIXELS} without.')


def filled(template: str, picture: bytes) -> bytes:
    """Return the request's body about a picture, a PNG's bytes.

    ``{image}`` becomes base64, ``{pixels}`` lists [H][W] of 0-255, or [H][W][3]; other braces stay. Raises
    `NotAPicture` where pixels are wanted of bytes that hold none.
    """
    if not template:
        return picture
    if _PIXELS in template:
        pixels = np.asarray(pictures.decode(picture)).tolist()
        template = template.replace(_PIXELS, json.dumps(pixels, separators=(",", ":")))
    return template.replace(_IMAGE, base64.b64encode(picture).decode()).encode()


def content_type(template: str) -> str:
    """Return what kind of body it is."""
    return "application/json" if template else "image/png"
