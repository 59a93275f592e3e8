from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from obverse import predictions
from obverse.errors import UnusableInput

IDS, LABELS = np.array([7, 3, 9]), np.array([0, predictions.NOT_A_CLASS, 1])
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])


def log_probabilities() -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(PROBABILITIES).astype(np.float32)


def written(path: Path, scores: np.ndarray) -> Path:
    """Write a cache past `predictions.write`, which would refuse the scores."""
    flat = pa.array(scores.reshape(-1).tolist(), pa.float32())
    columns = {"sample_id": IDS, "label": LABELS, "scores": pa.FixedSizeListArray.from_arrays(flat, scores.shape[1])}
    predictions.tables.write(path, pa.table(columns), predictions.schema(scores.shape[1]), {})
    return path


def test_a_cache_comes_back_bit_by_bit(tmp_path: Path):
    predictions.write(tmp_path / "p", IDS, LABELS, log_probabilities(), {})
    sample_ids, labels, scores = predictions.read(tmp_path / "p", 3)
    np.testing.assert_array_equal(sample_ids, IDS)
    np.testing.assert_array_equal(labels, LABELS)
    assert scores.dtype == np.float32
    np.testing.assert_array_equal(scores, log_probabilities())


def test_scores_far_below_the_smallest_float_probability_survive(tmp_path: Path):
    """exp(-200) is 0 in float32; its logarithm is not lost."""
    scores = np.array([[0.0, -200.0, -1e4]], np.float32)
    predictions.write(tmp_path / "p", IDS[:1], LABELS[:1], scores, {})
    np.testing.assert_array_equal(predictions.read(tmp_path / "p", 3)[2], scores)


@pytest.mark.parametrize(("place", "value", "total"), [(0, 0.0, "1.3000"), (1, np.nan, "nan"), (2, np.inf, "inf")])
def test_a_row_that_does_not_sum_to_1_is_refused_with_its_sample_id(tmp_path: Path, place, value, total):
    scores = log_probabilities()
    scores[0, place] = value
    said = rf"row 0 \(sample_id 7\) sums to {total}"
    with pytest.raises(UnusableInput, match=said):
        predictions.write(tmp_path / "p", IDS, LABELS, scores, {})
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UnusableInput, match=f"^{tmp_path / 'p'}: .*{said}"):
        predictions.read(written(tmp_path / "p", scores), 3)


def test_the_first_wrong_row_is_named(tmp_path: Path):
    scores = log_probabilities()
    scores[1:] = -1.0  # 3 exp(-1) = 1.1036
    with pytest.raises(UnusableInput, match=r"row 1 \(sample_id 3\) sums to 1\.1036"):
        predictions.read(written(tmp_path / "p", scores), 3)


@pytest.mark.parametrize("num_classes", [2, 4])
def test_a_cache_of_another_number_of_classes_is_refused(tmp_path: Path, num_classes: int):
    predictions.write(tmp_path / "p", IDS, LABELS, log_probabilities(), {})
    with pytest.raises(UnusableInput, match=rf"expected column 'scores' of type .*\[{num_classes}\], found .*\[3\]"):
        predictions.read(tmp_path / "p", num_classes)


def test_a_softmax_over_many_classes_is_near_enough_to_1(tmp_path: Path):
    """float32 rounding must not count as damage, at twenty times the paper's number of classes."""
    logits = np.random.default_rng(0).normal(scale=10, size=(3, 10_600)).astype(np.float32)
    shifted = logits - logits.max(axis=1, keepdims=True)
    scores = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True, dtype=np.float32))
    predictions.write(tmp_path / "p", IDS, LABELS, scores, {})


@pytest.mark.parametrize(("released", "total"), [("m2", 0.7), ("round1", 1.15), ("m2_round1", 0.8), ("label", 1.0)])
def test_what_a_policy_withheld_need_not_sum_to_one(tmp_path, released, total):
    scores = np.log(
        np.array([[total - 0.2, 0.2, 0.0]], np.float32),
        where=[[True, True, False]],
        out=np.full((1, 3), -np.inf, np.float32),
    )
    stamp = {"obverse": f'{{"releases": "{released}"}}'}
    predictions.write(tmp_path / "p", np.array([4]), np.array([0]), scores, stamp)
    _, _, found = predictions.read(tmp_path / "p", 3)
    np.testing.assert_array_equal(found, scores)
    assert predictions.releases(tmp_path / "p") == released


@pytest.mark.parametrize(("released", "total"), [("m2", 1.2), ("round3", 1.2), ("round3", 0.5), ("full", 0.7)])
def test_scores_that_contradict_their_policy_are_refused(tmp_path, released, total):
    scores = np.log(np.array([[total - 0.2, 0.1, 0.1]], np.float32))
    stamp = {"obverse": f'{{"releases": "{released}"}}'}
    with pytest.raises(UnusableInput, match="must sum to 1"):
        predictions.write(tmp_path / "p", np.array([4]), np.array([0]), scores, stamp)
    assert not (tmp_path / "p").exists()
