"""How a model reads a picture (test_embedders.py has what face embedders are shown)."""

import numpy as np

from obverse.readings import Reading

VALUES = np.arange(2 * 3 * 2 * 2, dtype=np.uint8).reshape(2, 3, 2, 2)


def test_each_channel_is_scaled_by_numbers_of_its_own_in_the_models_order():
    found = Reading("bgr", 2, (1.0, 2.0, 3.0), (2.0, 4.0, 8.0)).scaled(VALUES)
    for channel in range(3):
        np.testing.assert_array_equal(found[:, channel], (VALUES[:, channel] - (channel + 1.0)) / 2 ** (channel + 1))
    assert found.dtype == np.float32


def test_one_number_in_a_tuple_is_that_number_for_every_channel():
    alone, tupled = Reading("rgb", 2, 127.5, 63.0), Reading("rgb", 2, (127.5,), (63.0,))
    np.testing.assert_array_equal(tupled.scaled(VALUES), alone.scaled(VALUES))


def test_the_error_of_a_misfit_says_what_was_to_be_read():
    said = str(Reading("grey", 8, 0.0, 1.0).misfit("m.onnx", "something else", "Do that."))
    assert said == (
        "m.onnx: expected a model that reads grey pictures of 8 pixels a side, found something else\nDo that."
    )
