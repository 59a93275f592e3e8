import pytest
import torch

from obverse.inverters import Inverter


def small(**changes) -> Inverter:
    torch.manual_seed(0)
    return Inverter(
        **{"num_classes": 6, "size": 16, "width": 4, "features": "shifted", "offset": 50.0, "learn_offset": False}
        | changes
    )


@pytest.mark.parametrize(("num_classes", "size", "parameters"), [(530, 64, 19_701_377), (10, 32, 2_708_097)])
def test_paper_scale_has_the_papers_number_of_parameters(num_classes, size, parameters):
    with torch.device("meta"):
        network = small(num_classes=num_classes, size=size, width=128)
    assert sum(weight.numel() for weight in network.parameters()) == parameters


@pytest.mark.parametrize("kind", ["shifted", "centred"])
def test_images_are_of_the_asked_size_and_between_0_and_1(kind):
    images = small(features=kind)(torch.log_softmax(torch.randn(3, 6), 1))
    assert images.shape == (3, 1, 16, 16) and images.dtype == torch.float32
    assert images.min() >= 0 and images.max() <= 1


def test_the_network_is_the_published_chain_of_transposed_convolutions():
    """`Inverter` computes first and last layer in its own way; applying the modules one by one must give the same,

    image and gradients.
    """
    network = small()
    released = torch.log_softmax(torch.randn(5, 6), 1)
    target = torch.rand(5, 1, 16, 16)
    spread = network.first(network.features(released)[:, :, None, None])
    expected = torch.sigmoid(network.last(network.blocks(spread)))
    images = network(released)
    torch.testing.assert_close(images, expected, atol=1e-5, rtol=1e-5)
    ours, theirs = (
        torch.autograd.grad(((drawn - target) ** 2).mean(), tuple(network.parameters())) for drawn in (images, expected)
    )
    assert len(ours) == len(list(network.parameters()))
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-4)


def test_bfloat16_arithmetic_gives_nearly_the_same_image():
    network = small(size=32, width=8).eval()
    released = torch.log_softmax(3 * torch.randn(16, 6), 1)
    with torch.no_grad():
        exact = network(released)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rounded = network(released)
    assert rounded.dtype == torch.float32
    assert (exact - rounded).abs().max() < 0.02


def test_bfloat16_does_not_round_the_features():
    """Two vectors that bfloat16 cannot tell apart at c = 50 (0.25 to the next number) still give different images."""
    network = small().eval()
    released = torch.tensor([[-1.0, -1.0, -1.0, -1.0, -1.0, -1.0], [-1.05, -1.0, -0.95, -1.0, -1.05, -0.95]])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        spread = network._spread(released)
    assert spread.dtype == torch.float32
    assert not torch.equal(spread[0], spread[1])
