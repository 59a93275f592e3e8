"""A target as its adversary meets it: `oracles`."""

from pathlib import Path

import numpy as np
import pytest
import torch

from obverse import predictions, views
from obverse.errors import UnusableInput
from obverse.oracles import Oracle

CPU = torch.device("cpu")
CLASSES, KNOWN = 5, np.array([30, 10, 20, 40])


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Four answers, in an order of their own."""
    scores = answers().numpy()
    predictions.write(tmp_path / "cache.parquet", KNOWN, np.zeros(4, np.int64), scores, {})
    return tmp_path / "cache.parquet"


def answers() -> torch.Tensor:
    return torch.log_softmax(2 * torch.randn(4, CLASSES, generator=torch.Generator().manual_seed(0)), dim=1)


@pytest.mark.parametrize("view", ["full", "m2", "round2", "m3_round2", "label", "m2zeros"])
@pytest.mark.parametrize("ask", [Oracle.ask, Oracle.given])
def test_an_answer_is_the_view_of_what_the_target_says_in_the_order_asked(cache: Path, view: str, ask):
    answered = ask(Oracle(CLASSES, CPU), cache, np.array([10, 40, 30]), view)
    assert torch.equal(answered, views.release(answers()[[1, 3, 0]], view))


@pytest.mark.parametrize("view", ["m6", "m6_round2", "m6zeros"])
def test_more_scores_than_there_are_are_refused_and_count_as_no_query(cache: Path, view: str):
    oracle = Oracle(CLASSES, CPU)
    with pytest.raises(
        UnusableInput, match=f"expected a view of at most 5 scores, as many as there are, found '{view}'"
    ):
        oracle.ask(cache, KNOWN, view)
    assert oracle.queries == 0


def test_a_picture_is_counted_once_however_often_it_is_asked_about(cache: Path):
    oracle = Oracle(CLASSES, CPU)
    for wanted, view, count in ([10, 20], "full", 2), ([20, 30], "m2", 3), ([10], "label", 3):
        oracle.ask(cache, np.array(wanted), view)
        assert oracle.queries == count


def test_a_victims_answer_is_no_query(cache: Path):
    oracle = Oracle(CLASSES, CPU)
    oracle.given(cache, KNOWN, "full")
    assert oracle.queries == 0


def test_pictures_of_two_data_sets_are_two_though_their_numbers_are_one(cache: Path, tmp_path: Path):
    oracle, other = Oracle(CLASSES, CPU), tmp_path / "other.parquet"
    other.write_bytes(cache.read_bytes())
    for path in (cache, other):
        oracle.ask(path, KNOWN, "full")
    assert oracle.queries == 8


def test_a_picture_that_the_target_was_not_asked_about_is_an_error(cache: Path):
    oracle = Oracle(CLASSES, CPU)
    with pytest.raises(UnusableInput, match="expected sample_id 50"):
        oracle.ask(cache, np.array([10, 50]), "full")
    assert oracle.queries == 0


def test_a_view_of_more_than_the_target_releases_is_refused_and_one_of_less_is_given(tmp_path: Path):
    released = views.release(answers(), "m3_round2").numpy()
    stamp = {"obverse": '{"releases": "m3_round2"}'}
    predictions.write(tmp_path / "c", KNOWN, np.zeros(4, np.int64), released, stamp)
    oracle = Oracle(CLASSES, CPU)
    for view in ("full", "m3", "m4_round2", "m3_round3"):
        with pytest.raises(UnusableInput, match=f"expected a view of what this target releases, 'm3_round2', .*{view}"):
            oracle.ask(tmp_path / "c", KNOWN, view)
    assert oracle.queries == 0
    asked = oracle.ask(tmp_path / "c", KNOWN, "m2_round2")
    assert torch.equal(asked, views.release(answers(), "m2_round2"))
