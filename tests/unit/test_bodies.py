"""What is sent of a picture."""

import base64
import json

import numpy as np
import pytest

from obverse import bodies, pictures
from obverse.errors import UnusableInput


@pytest.mark.parametrize("shape", [(3, 3), (3, 3, 3)], ids=["grey", "colour"])
def test_a_template_is_json_with_the_picture_and_its_own_braces_stay(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    picture = pictures.png(pixels)
    template = (
        '{"a": {"b": "{}{0}{picture}"}, "uri": "data:image/png;base64,{image}", "again": "{image}", "x": [{pixels}]}'
    )
    bodies.check("here", template)
    filled = json.loads(bodies.filled(template, picture))
    coded = base64.b64encode(picture).decode()
    assert filled["a"] == {"b": "{}{0}{picture}"}
    assert filled["uri"] == f"data:image/png;base64,{coded}" and filled["again"] == coded
    assert filled["x"] == [pixels.tolist()]
    assert bodies.content_type(template) == "application/json"


def test_an_empty_template_is_the_picture_itself():
    bodies.check("here", "")
    assert bodies.filled("", b"png") == b"png" and bodies.content_type("") == "image/png"


@pytest.mark.parametrize("template", [" ", "{}", '{"image": "{ image }"}', '{"image": "{Image}"}'])
def test_a_template_that_holds_no_picture_is_refused(template):
    with pytest.raises(UnusableInput, match="here: expected {image} or {pixels} in the body"):
        bodies.check("here", template)


@pytest.mark.parametrize("template", ['{"image": {image}}', "{image}", "{'image': '{image}'}", '{"x": {pixels}'])
def test_a_template_that_would_be_no_json_is_refused(template):
    with pytest.raises(UnusableInput, match="expected a body that is JSON once the picture is in it"):
        bodies.check("here", template)
