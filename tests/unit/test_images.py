import numpy as np
import pytest
import torch

from obverse import images


def test_white_is_1_and_black_is_0():
    pixels = torch.tensor([[[0, 255], [51, 102]]], dtype=torch.uint8)
    assert images.seen(pixels).tolist() == [[[[0.0, 1.0], [pytest.approx(0.2), pytest.approx(0.4)]]]]


def test_what_is_seen_is_stored_as_it_was():
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16)
    back = images.stored(images.seen(pixels))
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, pixels.numpy())


def test_storing_rounds_to_the_nearest_and_not_down():
    assert images.stored(torch.full((1, 1, 1, 1), 0.999)).item() == 255


def test_rows_come_in_the_order_they_are_asked_for():
    pixels = np.arange(3, dtype=np.uint8)[:, None, None]
    assert images.resident(pixels, np.array([2, 0]), torch.device("cpu")).flatten().tolist() == [2, 0]
