from pathlib import Path

import numpy as np
import pytest
import torch

from obverse import checkpoints, predictions, stamps
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.inverters import Inverter
from obverse.predict import predict

CLASSES = 5


@pytest.fixture
def classifier() -> Classifier:
    """A network that has seen data, so that batch norm in evaluation mode differs from training mode."""
    torch.manual_seed(0)
    network = Classifier(num_classes=CLASSES, size=8, width=4, hidden=7)
    network.train()(torch.rand(32, 1, 8, 8))
    return network.eval()


@pytest.fixture
def weights(classifier: Classifier, tmp_path: Path) -> Path:
    checkpoints.save(tmp_path / "weights", classifier, stamps.stamp("train_classifier", {}))
    return tmp_path / "weights"


def ask(weights: Path, data, splits: list[Path], output: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    predict(
        weights=weights, images=data.images, samples=data.samples, splits=splits, threads=1, predictions=output
    )  # fmt: skip
    return predictions.read(output, CLASSES)


def expected(classifier: Classifier, pixels: np.ndarray) -> np.ndarray:
    """Return log-softmax by NumPy, from the network's logits one image at a time."""
    with torch.no_grad():
        images = torch.from_numpy(pixels / 255).float()[:, None]
        logits = torch.cat([classifier(image[None]) for image in images]).double().numpy()
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def test_the_cache_holds_the_log_softmax_of_the_networks_logits(classifier, weights, data_set, tmp_path):
    data = data_set("others", ["x"] * 30)
    sample_ids, _, scores = ask(weights, data, [], tmp_path / "p")
    np.testing.assert_array_equal(sample_ids, data.sample_ids)
    np.testing.assert_allclose(scores, expected(classifier, data.pixels), atol=1e-5)


def test_more_images_than_a_batch_holds_come_out_in_order(classifier, weights, data_set, tmp_path, monkeypatch):
    monkeypatch.setattr("obverse.predict._BATCH", 7)
    data = data_set("others", ["x"] * 30)
    np.testing.assert_allclose(ask(weights, data, [], tmp_path / "p")[2], expected(classifier, data.pixels), atol=1e-5)


def test_somebody_else_has_no_label_and_an_unusable_image_no_row(weights, data_set, tmp_path):
    data = data_set("others", ["x"] * 6, status=["ok", "overlap", "ok", "ok", "overlap", "ok"])
    sample_ids, labels, _ = ask(weights, data, [], tmp_path / "p")
    assert sample_ids.tolist() == data.sample_ids[[0, 2, 3, 5]].tolist()
    assert labels.tolist() == [predictions.NOT_A_CLASS] * 4


def test_of_its_own_data_set_it_is_asked_everything_and_what_its_splits_hold_has_their_labels(
    classifier, weights, data_set, split_table, tmp_path
):
    """An adversary may hold images of people it does not know; they have no label."""
    data = data_set("own", ["x"] * 6, status=["ok", "ok", "overlap", "ok", "ok", "ok"])
    table = split_table(data.sample_ids[[4, 0, 3]], [2, 0, 1], ["member", "held_out", "member"])
    sample_ids, labels, scores = ask(weights, data, [table], tmp_path / "p")
    asked = data.sample_ids[[0, 1, 3, 4, 5]]
    assert sample_ids.tolist() == asked.tolist()
    nobody = predictions.NOT_A_CLASS
    assert labels.tolist() == [0, nobody, 1, 2, nobody]
    np.testing.assert_allclose(scores, expected(classifier, data.of(asked)), atol=1e-5)


def test_a_certain_answer_keeps_the_scores_of_the_others(classifier, data_set, tmp_path):
    """Logits a thousand apart: as probabilities all but one would be 0."""
    with torch.no_grad():
        classifier.head[3].weight.mul_(1e4)
    checkpoints.save(tmp_path / "w", classifier, stamps.stamp("train_classifier", {}))
    scores = ask(tmp_path / "w", data_set("others", ["x"] * 4), [], tmp_path / "p")[2]
    assert np.isfinite(scores).all() and scores.min() < -200


def test_two_runs_give_the_same_bytes(weights, data_set, tmp_path):
    data = data_set("others", ["x"] * 30)
    for name in ("first", "second"):
        ask(weights, data, [], tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_weights_of_another_kind_of_network_are_refused(data_set, tmp_path):
    other = Inverter(num_classes=CLASSES, size=8, width=4, features="centred", offset=0.0, learn_offset=False)
    checkpoints.save(tmp_path / "w", other, stamps.stamp("train_inverter", {}))
    with pytest.raises(UnusableInput, match="expected weights of Classifier, found those of Inverter"):
        ask(tmp_path / "w", data_set("others", ["x"]), [], tmp_path / "p")
    assert not (tmp_path / "p").exists()


def test_weights_for_images_of_another_size_are_refused(weights, data_set, tmp_path):
    with pytest.raises(UnusableInput, match="expected weights for images of 16 × 16 pixels, found 8 × 8"):
        ask(weights, data_set("others", ["x"], size=16), [], tmp_path / "p")
    assert not (tmp_path / "p").exists()


def test_a_sample_of_the_splits_that_the_data_set_lacks_is_named(weights, data_set, split_table, tmp_path):
    table = split_table([3], [0], ["member"])
    with pytest.raises(UnusableInput, match="splits.parquet: expected sample_id 3, found no such row"):
        ask(weights, data_set("own", ["x"]), [table], tmp_path / "p")


def test_a_network_that_answers_nonsense_leaves_no_cache(classifier, data_set, tmp_path):
    with torch.no_grad():
        classifier.head[3].bias[0] = torch.nan
    checkpoints.save(tmp_path / "w", classifier, stamps.stamp("train_classifier", {}))
    with pytest.raises(UnusableInput, match="prediction vectors must sum to 1"):
        ask(tmp_path / "w", data_set("others", ["x"] * 4), [], tmp_path / "p")
    assert not (tmp_path / "p").exists()
