import numpy as np
import pytest
import torch
from torch import nn

from obverse import devices, face_boxes, heatmaps
from obverse.landmarkers import Cutter, Landmarker, SmallFan

CELEBA = (35, 70, 143, 178)


class Bright(nn.Module):
    """A network that takes every landmark to be where it is bright: softmax of its heatmaps is the crop itself."""

    channels = 1

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        return crops.clamp(min=1e-6).log().expand(-1, 68, -1, -1)

    def read(self, maps: torch.Tensor) -> torch.Tensor:
        return heatmaps.centroids(maps, 8)


def dot(x: float, y: float) -> np.ndarray:
    """Return a picture uint8 [1, 218, 178] with a soft dot around x, y."""
    across, down = np.arange(178) + 0.5 - x, np.arange(218) + 0.5 - y
    return np.round(255 * np.exp(-(down[:, None] ** 2 + across**2) / 50)).astype(np.uint8)[None]


@pytest.mark.parametrize("size", [64, 128])
@pytest.mark.parametrize("box", [CELEBA, (40.5, 60.2, 120.9, 150.7)])
def test_a_point_is_found_where_it_is_to_a_fraction_of_a_pixel(size: int, box: tuple):
    places = np.array([(60.0, 100.0), (60.5, 100.25), (115.7, 161.3), (89.0, 109.0)])
    device = devices.prepare("float32", 1)
    found = Landmarker(Bright(size), box, 218, 178, device, flip=False).find(np.stack([dot(*at) for at in places]))
    assert found.shape == (4, 68, 2)
    np.testing.assert_allclose(found[:, 30], places, atol=0.1)


def test_with_flip_each_landmark_is_the_mean_of_both_views():
    """Where it is bright is the same in the mirror, so nothing moves: the mirror's map was put back in its place."""
    device = devices.prepare("float32", 1)
    plain, both = (
        Landmarker(Bright(64), CELEBA, 218, 178, device, flip).find(dot(61.3, 120.2)[None]) for flip in (False, True)
    )
    torch.testing.assert_close(both, plain, atol=0.02, rtol=0)


def test_a_batch_is_cut_as_each_picture_is():
    pictures = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (3, 3, 218, 178), dtype=np.uint8))
    cut = Cutter(218, 178, face_boxes.square(CELEBA), 64, torch.device("cpu"))
    together = cut(pictures)
    assert together.shape == (3, 3, 64, 64) and together.min() >= 0 and together.max() <= 1
    torch.testing.assert_close(together, torch.cat([cut(one[None]) for one in pictures]))


def test_the_small_network_has_the_parameters_it_states_and_fans_answer():
    network = SmallFan(width=16).eval()
    assert sum(value.numel() for value in network.parameters()) == 127_348
    maps = network(torch.rand(2, 1, 128, 128))
    assert maps.shape == (2, 68, 32, 32) and network.read(maps).shape == (2, 68, 2)
