import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from obverse import checkpoints, stamps
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.inverters import Inverter


@pytest.fixture
def classifier():
    torch.manual_seed(0)
    return Classifier(num_classes=5, size=16, width=4, hidden=7)


@pytest.fixture
def saved(classifier, tmp_path):
    path = tmp_path / "weights.safetensors"
    checkpoints.save(path, classifier, stamps.stamp("train_classifier", {}, seed=3))
    return path


def test_a_network_comes_back_as_it_was(classifier, saved):
    images = torch.rand(2, 1, 16, 16)
    loaded = checkpoints.load(saved, Classifier)
    assert not loaded.training
    assert torch.equal(loaded(images), classifier.eval()(images))
    assert all(weight.requires_grad for weight in loaded.parameters())


def test_the_memory_layout_does_not_reach_the_file(classifier, saved, tmp_path):
    other = tmp_path / "other.safetensors"
    stamp = stamps.stamp("train_classifier", {}, seed=3)
    checkpoints.save(other, classifier.to(memory_format=torch.channels_last), stamp)
    assert other.read_bytes() == saved.read_bytes()


def test_the_one_metadata_entry_holds_stamp_and_architecture(saved):
    with safe_open(saved, framework="pt") as opened:
        metadata = opened.metadata()
    assert list(metadata) == ["obverse"]
    record = json.loads(metadata["obverse"])
    assert record["stage"] == "train_classifier" and record["seed"] == 3
    assert record["architecture"] == {"num_classes": 5, "size": 16, "width": 4, "hidden": 7}


def test_weights_of_another_network_are_refused(saved):
    with pytest.raises(UnusableInput, match="expected weights of Inverter, found those of Classifier"):
        checkpoints.load(saved, Inverter)


def test_weights_of_another_architecture_are_refused(classifier, tmp_path):
    """The record says width 4, the tensors are of width 8."""
    path = tmp_path / "weights.safetensors"
    wide = Classifier(num_classes=5, size=16, width=8, hidden=7)
    wide.architecture = classifier.architecture
    checkpoints.save(path, wide, stamps.stamp("train_classifier", {}))
    with pytest.raises(UnusableInput, match="size mismatch"):
        checkpoints.load(path, Classifier)


def test_a_missing_weight_is_named(classifier, tmp_path):
    path = tmp_path / "weights.safetensors"
    del classifier.head[3].bias
    checkpoints.save(path, classifier, stamps.stamp("train_classifier", {}))
    with pytest.raises(UnusableInput, match=r"head\.3\.bias"):
        checkpoints.load(path, Classifier)


@pytest.mark.parametrize("length", [0, 4, 100, -1])
def test_a_truncated_file_is_refused(saved, length):
    saved.write_bytes(saved.read_bytes()[:length])
    with pytest.raises(UnusableInput, match="found something unreadable"):
        checkpoints.load(saved, Classifier)


def test_a_weight_file_of_somebody_else_is_refused(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(2)}, tmp_path / "theirs.safetensors")
    with pytest.raises(UnusableInput, match="expected a weight file of ours"):
        checkpoints.load(tmp_path / "theirs.safetensors", Classifier)


def test_a_record_that_is_none_is_an_unreadable_file(tmp_path):
    save_file({"x": torch.zeros(1)}, tmp_path / "w", metadata={"obverse": "[]"})
    with pytest.raises(UnusableInput, match="expected a weight file of ours, found something unreadable .*found list"):
        checkpoints.read(tmp_path / "w")
