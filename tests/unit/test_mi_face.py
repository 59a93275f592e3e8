"""MI-Face: against the published algorithm as the Adversarial Robustness Toolbox has it, and piece by piece."""

import numpy as np
import pytest
import torch
from art.attacks.inference.model_inversion import MIFace
from art.estimators.classification import PyTorchClassifier
from torch import nn

from obverse import mi_face
from obverse.classifiers import Classifier

PLAIN = mi_face.Search(
    steps=30,
    patience=0,
    stop_confidence=2.0,
    learning_rate=1.0,
    cost="confidence",
    denoise=0.0,
    sharpen=0.0,
    keep_best=False,
)
CLASSES, SIZE = 5, 16


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    torch.manual_seed(0)
    network = Classifier(num_classes=CLASSES, size=SIZE, width=4, hidden=8)
    network(torch.rand(64, 1, SIZE, SIZE))  # batch norm has seen something
    network.head[-1].weight.data *= 20  # and the network is sure of itself
    return network.eval()


def found(classifier: nn.Module, **changes: object) -> mi_face.Found:
    how = mi_face.Search(**vars(PLAIN) | changes)
    return mi_face.search(classifier, CLASSES, SIZE, how, torch.device("cpu"))


def test_without_its_stop_rule_process_and_argmin_it_is_the_toolboxs(classifier: Classifier):
    wrapped = PyTorchClassifier(
        nn.Sequential(classifier, nn.Softmax(dim=1)),
        loss=nn.NLLLoss(),
        input_shape=(1, SIZE, SIZE),
        nb_classes=CLASSES,
        clip_values=(0.0, 1.0),
        device_type="cpu",
    )
    theirs = MIFace(
        wrapped, max_iter=PLAIN.steps, threshold=1.0, learning_rate=PLAIN.learning_rate, batch_size=1, verbose=False
    ).infer(None, np.arange(CLASSES))
    ours = found(classifier).images.numpy()
    assert np.abs(ours).max() > 0.1  # they went somewhere
    np.testing.assert_allclose(ours, theirs, atol=1e-6, rtol=0)


def test_a_class_is_searched_as_if_it_were_alone(classifier: Classifier):
    """The others' images are beside it in the batch, and leave it when their search ends."""
    how = mi_face.Search(**vars(PLAIN) | {"patience": 3, "stop_confidence": 0.5, "keep_best": True})
    together = mi_face.search(classifier, CLASSES, SIZE, how, torch.device("cpu"))
    assert len(set(together.steps.tolist())) > 1

    class Swapped(nn.Module):
        def forward(self, images):
            return classifier(images).flip(1)

    turned = mi_face.search(Swapped().eval(), CLASSES, SIZE, how, torch.device("cpu"))
    torch.testing.assert_close(turned.images.flip(0), together.images, atol=1e-6, rtol=0)
    assert turned.steps.flip(0).tolist() == together.steps.tolist()


def test_a_search_ends_when_the_confidence_is_reached(classifier: Classifier):
    whole, early = found(classifier), found(classifier, stop_confidence=0.3)
    reached = whole.confidences > 0.5
    assert reached.any() and (early.steps[reached] < PLAIN.steps).all()
    assert (early.confidences[reached] >= 0.3).all()


def test_a_search_ends_when_the_cost_has_not_fallen_for_so_long():
    """This classifier says the same of every image: after one step no cost is smaller than those before."""

    class Indifferent(nn.Module):
        def forward(self, images):
            return images.flatten(1)[:, :CLASSES] * 0

    for patience in (1, 4):
        assert found(Indifferent(), patience=patience).steps.tolist() == [patience + 1] * CLASSES


def test_the_best_iterate_is_kept_or_the_last():
    """Its confidence in class 0 rises to white 0.5 and falls again, and the steps are long enough to pass it."""

    class Hill(nn.Module):
        def forward(self, images):
            height = 2 - 8 * (images.mean(dim=(1, 2, 3)) - 0.5).abs()
            return torch.stack([height, torch.zeros_like(height)], dim=1)

    how = {"learning_rate": 40.0, "steps": 40}
    best, last = (
        mi_face.search(
            Hill(), 2, 8, mi_face.Search(**vars(PLAIN) | how | {"keep_best": keep}), torch.device("cpu")
        ).confidences[0]
        for keep in (True, False)
    )
    assert best > last


def test_denoising_keeps_changes_finer_than_a_256th():
    how = mi_face.Search(**vars(PLAIN) | {"denoise": 0.001})
    image = torch.full((1, 1, 16, 16), 0.5)
    image[0, 0, :, 8:] += 0.002
    step = mi_face.processed(image, how)
    assert step[0, 0, :, 12].mean() - step[0, 0, :, 3].mean() == pytest.approx(0.002, rel=0.1)


def test_denoising_smooths_and_sharpening_steepens(classifier: Classifier):
    generator = torch.Generator().manual_seed(0)
    noise = 0.5 + 0.02 * torch.randn(1, 1, 16, 16, generator=generator)
    smooth = mi_face.processed(noise, mi_face.Search(**vars(PLAIN) | {"denoise": 0.1}))
    steep = mi_face.processed(noise, mi_face.Search(**vars(PLAIN) | {"sharpen": 1.0}))
    assert smooth.std() < 0.5 * noise.std() < noise.std() < steep.std()
    assert mi_face.processed(noise, PLAIN) is noise
