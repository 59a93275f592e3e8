from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from obverse import checkpoints, stamps
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.invert_classes import invert_classes
from obverse.inverters import Inverter
from obverse.samples import read_images

HOW = {
    "steps": 20,
    "patience": 5,
    "stop_confidence": 0.9,
    "learning_rate": 1.0,
    "cost": "cross_entropy",
    "denoise": 0.01,
    "sharpen": 0.1,
    "threads": 1,
}


def inverted(folder: Path, network: torch.nn.Module, **changes: object) -> tuple[np.ndarray, pd.DataFrame]:
    checkpoints.save(folder / "weights", network, stamps.stamp("train_classifier", {}))
    out = {"images": folder / "images.npy", "searches": folder / "searches.csv"}
    invert_classes(weights=folder / "weights", **HOW | changes, **out)
    return read_images(out["images"]), pd.read_csv(out["searches"])


@pytest.fixture
def target() -> Classifier:
    torch.manual_seed(0)
    return Classifier(num_classes=4, size=16, width=4, hidden=8)


def test_each_class_has_an_image_and_the_target_says_of_it_what_the_table_says(tmp_path: Path, target: Classifier):
    images, searches = inverted(tmp_path, target)
    assert images.shape == (4, 16, 16) and searches["label"].tolist() == [0, 1, 2, 3]
    seen = torch.from_numpy(images.astype(np.float32) / 255)[:, None]
    said = target.eval()(seen).softmax(dim=1).diagonal().tolist()
    assert said == pytest.approx(searches["confidence"].tolist(), abs=0.02)  # images are rounded to 8 bits
    assert searches["steps"].between(1, 20).all()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("steps", 3),
        ("patience", 1),
        ("stop_confidence", 0.26),
        ("learning_rate", 0.1),
        ("cost", "confidence"),
        ("denoise", 0.2),
        ("sharpen", 2.0),
    ],
)
def test_each_parameter_of_the_search_reaches_it(tmp_path: Path, target: Classifier, key: str, value: object):
    before, searches = inverted(tmp_path, target)
    before = before.copy()
    after, others = inverted(tmp_path, target, **{key: value})
    assert not np.array_equal(before, after) or not searches.equals(others)


def test_twice_gives_the_same_bytes(tmp_path: Path, target: Classifier):
    for run in "ab":
        (tmp_path / run).mkdir()
        inverted(tmp_path / run, target)
    for file in ("images.npy", "searches.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_weights_of_another_network_are_refused(tmp_path: Path):
    network = Inverter(num_classes=4, size=16, width=4, features="shifted", offset=50.0, learn_offset=False)
    with pytest.raises(UnusableInput, match="expected weights of Classifier, found those of Inverter"):
        inverted(tmp_path, network)
