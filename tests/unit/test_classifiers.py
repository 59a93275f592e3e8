import pytest
import torch

from obverse.classifiers import Classifier, halvings


@pytest.mark.parametrize(
    ("num_classes", "size", "hidden", "parameters"), [(530, 64, 2650, 51_025_344), (10, 32, 50, 1_888_560)]
)
def test_paper_scale_has_the_papers_number_of_parameters(num_classes, size, hidden, parameters):
    with torch.device("meta"):
        network = Classifier(num_classes=num_classes, size=size, width=128, hidden=hidden)
    assert sum(weight.numel() for weight in network.parameters()) == parameters


def test_no_nonlinearity_stands_between_the_two_linear_layers():
    network = Classifier(num_classes=5, size=16, width=4, hidden=7)
    assert [type(layer).__name__ for layer in network.head] == ["Flatten", "Linear", "Dropout", "Linear"]


def test_logits_have_one_column_a_class():
    network = Classifier(num_classes=5, size=16, width=4, hidden=7).eval()
    logits = network(torch.rand(3, 1, 16, 16))
    assert logits.shape == (3, 5) and logits.dtype == torch.float32


@pytest.mark.parametrize("size", [4, 48, 0])
def test_a_size_that_cannot_be_halved_to_4_is_refused(size):
    with pytest.raises(ValueError, match=f"power of two and at least 8, found {size}"):
        halvings(size)
