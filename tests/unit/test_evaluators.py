from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import top_k_accuracy_score
from torch import nn

from obverse import checkpoints, evaluators, stamps
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.evaluators import Evaluator


class Saying(nn.Module):
    """Answers with logits [N, K], in order, whatever it is shown."""

    def __init__(self, logits: list[list[float]] | np.ndarray) -> None:
        super().__init__()
        self.logits, self.said = torch.as_tensor(logits), 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.said += len(images)
        return self.logits[self.said - len(images) : self.said]


def ranks(logits: list[list[float]] | np.ndarray, labels: list[int] | np.ndarray) -> list[int]:
    shown = torch.zeros(len(logits), 1, 16, 16)
    return evaluators.rank(Saying(logits), shown, torch.as_tensor(labels)).tolist()


def test_ranks_by_hand():
    logits = [[0.1, 3.0, 2.0], [0.1, 3.0, 2.0], [0.1, 3.0, 2.0]]
    assert ranks(logits, [1, 2, 0]) == [1, 2, 3]


def test_ties_count_against():
    assert ranks([[2.0, 2.0, 1.0], [5.0, 5.0, 5.0], [2.0, 1.0, 1.0]], [0, 2, 1]) == [2, 3, 3]


def test_an_answer_that_is_no_number_counts_against():
    nan = float("nan")
    assert ranks([[nan, 1.0, 0.0], [nan, 1.0, 0.0], [nan, nan, nan]], [0, 1, 2]) == [3, 2, 3]


def test_who_is_unknown_ranks_behind_all():
    assert ranks([[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]], [-1, 0]) == [4, 1]


@pytest.mark.parametrize("k", [1, 5])
def test_the_share_of_ranks_up_to_k_is_scikit_learns_top_k_accuracy(k: int):
    """More images than are judged at once, too."""
    draw = np.random.default_rng(0)
    logits, labels = draw.normal(size=(1203, 20)).astype(np.float32), draw.integers(0, 20, 1203)
    logits[np.arange(1203), labels] += 1
    expected = top_k_accuracy_score(labels, logits, k=k, labels=np.arange(20))
    assert np.mean(np.array(ranks(logits, labels)) <= k) == pytest.approx(expected) and 0.2 < expected < 0.95


def test_asking_leaves_a_network_in_its_mode():
    network = Evaluator(num_classes=3, size=16, width=4).train()
    evaluators.rank(network, torch.rand(2, 1, 16, 16), torch.tensor([0, 1]))
    assert network.training


@pytest.mark.parametrize("size", [16, 32, 64])
def test_logits_have_one_column_a_class_and_every_image_is_judged_alone(size: int):
    network = Evaluator(num_classes=5, size=size, width=4)
    images = torch.rand(3, 1, size, size)
    logits = network(images)
    assert logits.shape == (3, 5) and logits.dtype == torch.float32
    torch.testing.assert_close(network(images[:1]), logits[:1])


@pytest.mark.parametrize("size", [8, 48, 0])
def test_another_size_is_refused(size: int):
    with pytest.raises(ValueError, match=f"power of two and at least 16, found {size}"):
        Evaluator(num_classes=2, size=size, width=4)


def test_it_is_not_built_as_a_target_is():
    judge = {type(layer) for layer in Evaluator(num_classes=5, size=32, width=4).modules()}
    assert not judge & {nn.BatchNorm2d, nn.MaxPool2d, nn.Dropout, nn.Flatten} and nn.GroupNorm in judge


def test_a_target_cannot_judge_nor_a_judge_be_attacked(tmp_path: Path):
    target = Classifier(num_classes=5, size=16, width=4, hidden=7)
    judge = Evaluator(num_classes=5, size=16, width=4)
    for network, kind in ((target, Evaluator), (judge, Classifier)):
        path = tmp_path / kind.__name__
        checkpoints.save(path, network, stamps.stamp("test", {}))
        with pytest.raises(UnusableInput, match=f"expected weights of {kind.__name__}, found those of"):
            checkpoints.load(path, kind)
