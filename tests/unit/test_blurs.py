import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from obverse.blurs import blurred


@pytest.mark.parametrize("sigma", [0.4, 1.5, 2.5])
def test_a_blurred_picture_is_scipys(sigma: float):
    pictures = np.random.default_rng(0).random((3, 1, 20, 17), dtype=np.float32)
    radius = int(3 * sigma + 1)
    expected = [gaussian_filter(picture[0], sigma, mode="nearest", radius=radius) for picture in pictures]
    np.testing.assert_allclose(blurred(torch.from_numpy(pictures), sigma)[:, 0], expected, atol=1e-5)


def test_next_to_no_blur_leaves_pictures_as_they_are():
    pictures = torch.rand(2, 1, 8, 8)
    assert torch.equal(blurred(pictures, 0.0), pictures)


def test_a_picture_may_be_smaller_than_the_blur():
    assert blurred(torch.ones(1, 1, 4, 4), 2.5) == pytest.approx(torch.ones(1, 1, 4, 4), abs=1e-6)
