import cv2
import numpy as np
import pytest

from obverse import face_boxes

CELEBA = (35, 70, 143, 178)


def test_the_square_around_a_box_is_fans():
    """Centre 0.12 of the height up, side 200/195 of width plus height: 221.5 pixels for CelebA's crop."""
    square = face_boxes.square(CELEBA)
    assert square.side == pytest.approx(221.54, abs=0.01)
    assert square.x + square.side / 2 == pytest.approx(89)
    assert square.y + square.side / 2 == pytest.approx(124 - 0.12 * 108)


def test_a_whole_picture_is_resized_as_opencv_does():
    picture = np.random.default_rng(0).integers(0, 256, (80, 80)).astype(np.float32)
    matrix = face_boxes.sampling(80, 0.0, 80.0, 256)
    inner = slice(4, -4)  # OpenCV repeats the border, here black begins
    expected = cv2.resize(picture, (256, 256), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose((matrix @ picture @ matrix.T)[inner, inner], expected[inner, inner], atol=1e-2)


def test_a_smaller_crop_is_the_mean_of_the_fine_one():
    fine, coarse = (face_boxes.sampling(178, -21.77, 221.54, size) for size in (256, 64))
    np.testing.assert_allclose(coarse, fine.reshape(64, 4, 178).mean(axis=1), atol=1e-7)


def test_a_span_may_begin_between_pixels_and_outside():
    """Sampled from a ramp, each place says where it is; outside is black."""
    ramp = np.arange(100) + 0.5
    sampled = face_boxes.sampling(100, -30.3, 256.0, 256) @ ramp
    places = -30.3 + np.arange(256) + 0.5
    inside = (places > 0.5) & (places < 99.5)
    np.testing.assert_allclose(sampled[inside], places[inside], atol=1e-3)
    assert (sampled[(places < -0.5) | (places > 100.5)] == 0).all()


def test_a_size_that_does_not_divide_is_refused():
    with pytest.raises(ValueError, match="divides 256, found 100"):
        face_boxes.sampling(178, 0, 100, 100)
