import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from obverse import devices, states, training
from obverse.classifiers import Classifier
from obverse.images import seen
from obverse.inversions import Inversion
from obverse.inverters import Inverter
from obverse.joint import Joint, RecognitionAndInversion
from obverse.recognition import Examples, Recognition

CLASSES, MEMBERS, ROWS, SIZE = 4, 128, 192, 8
SCHEDULE = training.Schedule(seed=1, epochs=60, batch_size=16, learning_rate=3e-3)


def toy() -> tuple[Examples, Examples]:
    """Members and held-out images: a bright quadrant is the class, the brightness of the middle is anybody's."""
    draw = np.random.default_rng(0)
    labels = np.arange(ROWS) % CLASSES
    images = draw.integers(0, 40, (ROWS, SIZE, SIZE), dtype=np.uint8)
    for image, label, middle in zip(images, labels, draw.integers(0, 200, ROWS), strict=True):
        image[4 * (label // 2) :, 4 * (label % 2) :][:4, :4] += 80
        image[2:6, 2:6] = middle
    pictures, classes = torch.from_numpy(images), torch.from_numpy(labels)
    return Examples(pictures[:MEMBERS], classes[:MEMBERS]), Examples(pictures[MEMBERS:], classes[MEMBERS:])


def classifier() -> Classifier:
    return training.initialised(Classifier, 1, num_classes=CLASSES, size=SIZE, width=8, hidden=20)


def inverter() -> Inverter:
    asked = {"features": "shifted", "offset": 50.0, "learn_offset": False}
    return training.initialised(Inverter, 1, num_classes=CLASSES, size=SIZE, width=8, **asked)


def trained(network: nn.Module, task: training.Task, keep: str, label: str, tmp_path) -> nn.Module:
    """Return the network in evaluation mode after `SCHEDULE`, on one thread."""
    run = training.Training(network, task, SCHEDULE, devices.prepare("float32", 1), keep, label)
    run.run(states.State(tmp_path / f"{label} state", "toy"))
    return network.eval()


def gradients(network: nn.Module, task: training.Task, of: nn.Module) -> dict[str, torch.Tensor]:
    """Return the gradients that a first batch gives to the weights of ``of``, a part of ``network``."""
    torch.manual_seed(3)  # of dropout
    network.train()
    task.loss(network, torch.arange(16)).backward()
    return {name: weight.grad for name, weight in of.named_parameters()}


def test_at_weight_0_the_classifier_is_taught_what_it_is_taught_alone():
    network = Joint(classifier(), inverter())
    together = gradients(network, RecognitionAndInversion(*toy(), weight=0.0), network.classifier)
    alone = classifier()
    expected = gradients(alone, Recognition(*toy()), alone)
    assert all(torch.equal(together[name], expected[name]) for name in expected)


def test_the_inverters_error_teaches_the_classifier_in_proportion_to_its_weight():
    """What a weight adds to each gradient of F is linear in it, and reaches the first convolution as the last layer."""
    found = {}
    for weight in (0.0, 100.0, 1000.0):
        network = Joint(classifier(), inverter())
        found[weight] = gradients(network, RecognitionAndInversion(*toy(), weight=weight), network.classifier)
    for name in ("blocks.0.weight", "head.1.weight", "head.3.weight", "head.3.bias"):
        little, much = (found[weight][name] - found[0.0][name] for weight in (100.0, 1000.0))
        assert little.abs().max() > 1e-4
        assert torch.allclose(10 * little, much, rtol=1e-2, atol=1e-2 * float(much.abs().max()))


def test_the_loss_is_cross_entropy_plus_the_weighted_error_per_pixel():
    network, (members, held_out) = Joint(classifier(), inverter()).eval(), toy()
    images = seen(members.images[:16])
    logits = network.classifier(images)
    pictures = network.inverter(torch.log_softmax(logits, dim=1))
    expected = functional.cross_entropy(logits, members.labels[:16]) + 7 * (pictures - images).square().mean()
    task = RecognitionAndInversion(members, held_out, weight=7.0)
    assert math.isclose(task.loss(network, torch.arange(16)).item(), expected.item(), rel_tol=1e-6)


def test_dropout_disturbs_the_logits_and_not_what_the_inverter_is_fed():
    network, images = Joint(classifier(), inverter()).train(), seen(toy()[0].images[:16])
    torch.manual_seed(1)
    logits, pictures = network(images)
    torch.manual_seed(2)
    again, same_pictures = network(images)
    assert not torch.allclose(logits, again)
    assert torch.equal(pictures, same_pictures)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Train a black box, F first and G on what it says of the members, and both together; as long and on the same."""
    tmp_path = tmp_path_factory.mktemp("compared")
    members, held_out = toy()
    alone = trained(classifier(), Recognition(members, held_out), "last", "classifier", tmp_path)
    with torch.no_grad():
        said, said_of_others = (torch.log_softmax(alone(seen(part.images)), dim=1) for part in (members, held_out))
    inversion = Inversion((said, members.images), (said, members.images))
    black_box = trained(inverter(), inversion, "last", "inverter", tmp_path)
    joint_task = RecognitionAndInversion(members, held_out, weight=10.0)
    joint = trained(Joint(classifier(), inverter()), joint_task, "last", "joint", tmp_path)
    with torch.no_grad():
        error = functional.mse_loss(black_box(said_of_others), seen(held_out.images)).item()
        return {
            "black box": (error, Recognition(members, held_out).validate(alone)),
            "joint": (joint_task.held_out_mse(joint), joint_task.validate(joint)),
        }


def test_trained_jointly_pictures_of_held_out_images_come_nearer(compared):
    assert compared["joint"][0] < 0.5 * compared["black box"][0]


def test_and_the_classifier_still_knows_its_classes(compared):
    assert compared["joint"][1] > 0.95 and compared["black box"][1] > 0.95
