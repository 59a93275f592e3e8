"""How pictures are laid out for a model."""

import numpy as np
import pytest

from obverse import layouts

PLANES = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 4), dtype=np.uint8)
BY_CHANNEL, BY_PIXEL = PLANES, PLANES.transpose(0, 2, 3, 1)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ([3, 4, 4], BY_CHANNEL),
        ([4, 4, 3], BY_PIXEL),
        (["h", "w", 3], BY_PIXEL),
        ([None, 4, 4], BY_CHANNEL),
        (["a", "b", "c"], BY_CHANNEL),
        ([48], BY_PIXEL.reshape(2, 48)),
        (["d"], BY_PIXEL.reshape(2, 48)),
    ],
)
def test_channels_stand_where_the_declared_sides_have_them_and_first_where_none_says(declared, expected):
    np.testing.assert_array_equal(layouts.layout(declared, 3, 4)(PLANES), expected)


@pytest.mark.parametrize(("declared", "expected"), [([1, 4, 4], (2, 1, 4, 4)), ([4, 4, 1], (2, 4, 4, 1))])
def test_grey_has_one_channel(declared, expected):
    assert layouts.layout(declared, 1, 4)(PLANES[:, :1]).shape == expected


def test_where_both_fit_channels_come_first():
    square = np.arange(27).reshape(1, 3, 3, 3)
    np.testing.assert_array_equal(layouts.layout([3, 3, 3], 3, 3)(square), square)


@pytest.mark.parametrize("declared", [[], [1, 4, 4], [3, 4, 5], [47], [4, 4], [3, 4, 4, 1]])
def test_other_inputs_fit_in_no_way(declared):
    assert layouts.layout(declared, 3, 4) is None
