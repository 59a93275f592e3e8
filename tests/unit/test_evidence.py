"""Differences between attacks, with intervals over people."""

import numpy as np
import pandas as pd
import pytest

from obverse import scores
from obverse.errors import UnusableInput
from obverse.ledger import evidence
from obverse.ledger.evidence import Evidence


def written(path, mse: np.ndarray, labels: np.ndarray, split: str = "held_out", first: int = 0):
    """Write the scores of one training."""
    count = len(mse)
    rows = {
        "sample_id": first + np.arange(count),
        "label": labels,
        "split": [split] * count,
        "mse": mse.astype(np.float32),
    }
    others = {"ssim": np.zeros(count, np.float32), "identity_rank": [1] * count, "evaluation_rank": [1] * count}
    scores.write(path, pd.DataFrame(rows | others), 0, {})
    return path


@pytest.fixture
def people(tmp_path):
    """Twenty people of eight pictures, hard or easy by person; one attack always better by 0.1, one by chance."""
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(20), 8)
    hard = random.uniform(1, 5, 20)[labels]
    files = {
        "worse": [written(tmp_path / "w", hard + 0.1, labels)],
        "better": [written(tmp_path / "b", hard, labels)],
        "seeds": [written(tmp_path / f"s{i}", hard + 0.1 * i, labels) for i in range(3)],
        "fewer": [written(tmp_path / "f", hard[:80], labels[:80])],
    }
    names = [name for name, paths in files.items() for _ in paths]
    paths = [path for found in files.values() for path in found]
    return Evidence(evidence.read(names, paths, [0] * len(paths)), 500, 1)


def test_people_are_drawn_for_both_at_once_where_they_are_the_same(people):
    """Between people the error varies a hundred times more than between the attacks; in pairs that cancels."""
    found = people.difference("worse", "better", "held_out")
    np.testing.assert_allclose([found.value, found.low, found.high], 0.1, atol=1e-5)


def test_people_are_drawn_for_each_alone_where_they_differ(people):
    found = people.difference("worse", "fewer", "held_out")
    assert found.high - found.low > 0.5 and found.low < found.value < found.high


def test_on_the_images_that_both_share_people_cancel_whatever_their_labels(tmp_path):
    """The first knows four of ten people, under other labels; it is worse by 0.1 on them, which are the easy ones."""
    labels = np.repeat(np.arange(10), 4)
    hard = labels.astype(float)
    paths = [written(tmp_path / "few", hard[:16] + 0.1, labels[:16] + 3), written(tmp_path / "all", hard, labels)]
    found = Evidence(evidence.read(["few", "all"], paths, [1, 1]), 200, 1)
    same = found.difference_on_same_images("few", "all", "held_out")
    np.testing.assert_allclose([same.value, same.low, same.high], 0.1, atol=1e-6)
    assert found.difference("few", "all", "held_out").value < 0


def test_the_spread_over_training_seeds_is_the_standard_deviation_of_their_means(people):
    assert people.mean("seeds", "held_out").sd_seeds == pytest.approx(0.1, rel=1e-4)
    assert np.isnan(people.mean("worse", "held_out").sd_seeds)


def test_a_person_whom_two_draws_of_classes_hold_is_one_person(tmp_path):
    """Images 2 to 5 are of one person and in both draws, whatever label they have: three people in all."""
    paths = [
        written(tmp_path / "a", np.arange(6.0), np.array([0, 0, 1, 1, 1, 1])),
        written(tmp_path / "b", np.arange(6.0), np.array([0, 0, 0, 0, 1, 1]), first=2),
    ]
    rows = evidence.read(["k 2", "k 2"], paths, [1, 2])["k 2"]
    assert rows["identity"].nunique() == 3 and len(rows) == 12
    assert rows.groupby("identity")["draw"].nunique().to_list() == [1, 2, 1]


def test_a_difference_counts_images_as_the_means_do(tmp_path):
    """An image that two draws hold counts for each, in the mean as in the difference."""
    paths = [
        written(tmp_path / "a", np.array([1.0, 2, 30, 40]), np.array([0, 0, 1, 1])),
        written(tmp_path / "b", np.array([30.0, 40, 5, 6]), np.array([0, 0, 1, 1]), first=2),
        written(tmp_path / "c", np.zeros(6), np.array([0, 0, 1, 1, 2, 2])),
    ]
    found = Evidence(evidence.read(["few", "few", "all"], paths, [1, 2, 1]), 50, 1)
    assert found.difference("few", "all", "held_out").value == found.mean("few", "held_out").value == 19.25


def test_on_shared_images_each_training_is_compared_with_the_other_of_its_seed(tmp_path):
    """Both are worse by as much from each seed: their difference has no spread, though each of them has."""
    labels = np.repeat(np.arange(4), 2)
    paths = [
        written(tmp_path / f"{name}{seed}", np.full(8, base + seed / 10), labels)
        for name, base in (("few", 0.3), ("all", 0.1))
        for seed in range(3)
    ]
    found = Evidence(evidence.read(["few"] * 3 + ["all"] * 3, paths, [0] * 6), 100, 1)
    same = found.difference_on_same_images("few", "all", "held_out")
    assert same.value == pytest.approx(0.2, rel=1e-5) and same.sd_seeds == pytest.approx(0, abs=1e-6)


def test_what_was_asked_is_read_from_the_names_of_attacks_alone():
    names = ["fig8 aligned 10", "fig8 prior 5", "fig13 53", "fig5 same", "fig8 aligned 10 / black"]
    assert evidence.asked(names) == {"fig8": [5, 10], "fig13": [53]}


def test_an_attack_without_scores_is_named(people):
    with pytest.raises(UnusableInput, match="expected scores of 'prior', found those of better, fewer"):
        people.mean("prior", "held_out")
