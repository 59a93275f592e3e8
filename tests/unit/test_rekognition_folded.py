"""The stand-in's networks in fewer steps: they say what the trained ones say, but for the last digits."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from checkouts import BASE
from obverse import checkpoints, heatmaps
from obverse.landmarkers import SmallFan
from obverse.rekognition import attributes, cuts, finder, folded, peaks, received
from rekognition_clients import face, sent


@pytest.fixture(scope="module")
def network() -> SmallFan:
    return checkpoints.load(BASE / "resources/landmarks.safetensors", SmallFan)


@pytest.fixture(scope="module")
def crops() -> torch.Tensor:
    """Return five strangers and noise."""
    greys = [received.picture(sent(face(person))).convert("L") for person in range(5)]
    seen = [cuts.cut(grey, finder._whole(grey), 128) for grey in greys]
    noise = np.random.default_rng(0).integers(0, 256, (1, 128, 128), dtype=np.uint8)
    return torch.from_numpy(np.stack([*seen, noise])).float() / 255


@torch.inference_mode()
def test_points_and_their_sureness_are_those_of_the_trained_network(network: SmallFan, crops: torch.Tensor):
    found, maps = folded.Fan(network).points(crops), network(crops)
    assert (found[:5, :, :2] - network.read(maps)[:5]).abs().max() < 1e-4  # cells; noise may have two highest
    sure = torch.softmax(maps.flatten(2), dim=-1).amax(dim=-1)
    assert (found[..., 2] - sure).abs().max() < 1e-5
    assert found.shape == (6, 68, 3) and sure[:5].mean() > 2 * sure[5].mean()


@torch.inference_mode()
def test_the_eyes_alone_are_where_all_points_have_them(network: SmallFan, crops: torch.Tensor):
    fan = folded.Fan(network)
    assert (fan.eyes(crops)[:5] - fan.points(crops)[:5, 36:48, :2]).abs().max() < 1e-4


def test_folding_leaves_the_network_that_was_trained_as_it_was(network: SmallFan):
    before = copy.deepcopy(network.state_dict())
    folded.Fan(network)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(weight.requires_grad for weight in network.parameters())


@torch.inference_mode()
def test_a_reader_reads_the_same_without_its_norms():
    reader = checkpoints.load(BASE / "resources/attributes.safetensors", attributes.Reader)
    crops = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    expected = reader(crops)
    reader.layers = folded.sequence(reader.layers)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in reader.layers)
    assert torch.allclose(reader(crops), expected, atol=1e-4) and expected.std() > 0.1


@torch.inference_mode()
def test_a_convolution_of_doubled_cells_is_one_that_doubles():
    """In whole numbers, so that nothing is rounded: equal to the last bit, borders too."""
    random = torch.Generator().manual_seed(0)
    cells, weight = (torch.randint(-9, 10, size, generator=random).float() for size in ((2, 3, 5, 4), (6, 3, 3, 3)))
    expected = functional.conv2d(functional.interpolate(cells, scale_factor=2), weight, padding=1)
    found = functional.conv_transpose2d(cells, folded.doubling(weight), stride=2, padding=1)
    assert torch.equal(found, expected)


def test_peaks_are_read_as_the_landmark_networks_read_them():
    """Anywhere, at borders and in corners too."""
    maps = 3 * torch.randn(4, 200, 16, 24, generator=torch.Generator().manual_seed(0))
    maps[0, 0, 0, 0] = maps[0, 1, 15, 23] = maps[0, 2, 0, 23] = 20.0
    found = peaks.centroids(maps.flatten(2).numpy(), 24)
    assert found == pytest.approx(heatmaps.centroids(maps, peaks.REACH).numpy(), abs=1e-4)
