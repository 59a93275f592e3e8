import pytest
import torch
from scipy.ndimage import gaussian_filter

from obverse import distortions

SIDE = 32


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(1)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch):
    """Leave one distortion, set to a value; the others do nothing."""
    nothing = {"_SHIFT": 0, "_ZOOM": 0, "_BLUR": (1e-3, 1e-3), "_CONTRAST": (1, 1), "_BRIGHTNESS": 0}

    def leave(**chosen: object) -> None:
        for name, value in (nothing | chosen).items():
            monkeypatch.setattr(distortions, name, value)

    return leave


def test_without_distortions_pictures_stay(only):
    only()
    images = torch.rand(4, 1, SIDE, SIDE)
    torch.testing.assert_close(distortions.distorted(images, False), images)


def test_half_of_the_pictures_are_mirrored(only):
    only()
    images = torch.rand(400, 1, SIDE, SIDE)
    shown = distortions.distorted(images, True)
    mirrored = (shown - images.flip(3)).abs().amax(dim=(1, 2, 3)) < 1e-4
    straight = (shown - images).abs().amax(dim=(1, 2, 3)) < 1e-4
    assert (mirrored ^ straight).all() and 160 < mirrored.sum() < 240


def test_the_blur_is_scipys(only):
    only(_BLUR=(0.05, 0.05))
    image = torch.rand(SIDE, SIDE)
    shown = distortions.distorted(image[None, None], False)[0, 0]
    blurred = torch.from_numpy(gaussian_filter(image.numpy(), 0.05 * SIDE, truncate=8))
    inner = (slice(8, -8), slice(8, -8))  # beyond the border it mirrors, we do not
    torch.testing.assert_close(shown[inner], blurred[inner], atol=1e-4, rtol=0)


def test_a_dot_moves_by_a_tenth_of_the_side_at_most_and_each_picture_otherwise(only):
    only(_SHIFT=0.1, _BLUR=(0.03, 0.03))
    images = torch.zeros(200, 1, SIDE, SIDE)
    images[:, :, 16, 16] = 1
    shown = distortions.distorted(images, False)[:, 0]
    places = torch.arange(SIDE).float()
    down, across = ((shown.sum(dim=axis) * places).sum(dim=1) / shown.sum(dim=(1, 2)) - 16 for axis in (2, 1))
    for moved in (down, across):
        assert moved.min() < -2.5 and moved.max() > 2.5 and moved.abs().max() < 3.3
    assert torch.corrcoef(torch.stack([down, across]))[0, 1].abs() < 0.3


def test_all_together_stays_within_black_and_white_and_is_another_each_time():
    images = torch.rand(50, 1, SIDE, SIDE)
    first, second = distortions.distorted(images, True), distortions.distorted(images, True)
    assert first.shape == images.shape and first.dtype == torch.float32 and not torch.equal(first, second)
    assert first.min() >= 0 and first.max() <= 1 and first.isfinite().all()


def test_a_picture_of_one_grey_only_gets_lighter_or_darker():
    shown = distortions.distorted(torch.full((20, 1, SIDE, SIDE), 0.5), True)
    assert (shown.amax(dim=(1, 2, 3)) - shown.amin(dim=(1, 2, 3))).max() < 1e-5
    assert shown[:, 0, 0, 0].std() > 0.03


def test_the_same_state_of_the_generator_gives_the_same_pictures():
    images, drawn = torch.rand(5, 1, SIDE, SIDE), []
    for _ in range(2):
        torch.manual_seed(3)
        drawn.append(distortions.distorted(images, True))
    assert torch.equal(*drawn)
