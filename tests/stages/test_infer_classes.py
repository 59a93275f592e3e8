"""Training class inference through an inverter."""

from pathlib import Path

import numpy as np
import pytest
import torch

from obverse import checkpoints, stamps
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.infer_classes import infer_classes
from obverse.inverters import Inverter
from obverse.samples import read_images


@pytest.fixture
def inverter() -> Inverter:
    torch.manual_seed(0)
    return Inverter(num_classes=5, size=16, width=4, features="shifted", offset=50.0, learn_offset=False).eval()


def inferred(folder: Path, network: torch.nn.Module, name: str = "images.npy") -> np.ndarray:
    checkpoints.save(folder / "weights", network, stamps.stamp("train_inverter", {}))
    infer_classes(weights=folder / "weights", threads=1, images=folder / name)
    return read_images(folder / name)


def test_each_class_is_what_the_inverter_draws_of_c_at_that_class_and_nothing_elsewhere(tmp_path, inverter):
    images = inferred(tmp_path, inverter)
    assert images.shape == (5, 16, 16)
    for label in range(5):
        fed = torch.zeros(1, 5)
        fed[0, label] = 50.0  # section 5.5 with the published code's c
        inverter.features = torch.nn.Identity()
        with torch.no_grad():
            expected = inverter(fed)[0, 0].numpy() * 255
        assert np.abs(images[label] - expected).max() <= 0.51
    assert len(np.unique(images.reshape(5, -1), axis=0)) == 5


def test_two_runs_give_the_same_bytes(tmp_path, inverter):
    for name in ("a.npy", "b.npy"):
        inferred(tmp_path, inverter, name)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()


def test_a_classifiers_weights_are_refused(tmp_path):
    """Whoever infers classes this way has never had them."""
    with pytest.raises(UnusableInput, match="expected weights of Inverter, found those of Classifier"):
        inferred(tmp_path, Classifier(num_classes=5, size=16, width=4, hidden=8))
