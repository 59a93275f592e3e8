from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from skimage.metrics import peak_signal_noise_ratio

from obverse import scores, statistics, summaries


def score_file(path: Path, mse: list[float], ranks: list[int]) -> Path:
    """Two people with two pictures each."""
    table = pd.DataFrame({"sample_id": [7, 8, 9, 10], "label": [0, 0, 1, 1], "split": "member"})
    scored = {"mse": np.float32(mse), "ssim": np.float32(0.5), "identity_rank": ranks, "evaluation_rank": ranks}
    scores.write(path, table.assign(**scored), 0, {})
    return path


@pytest.fixture
def seeds(tmp_path: Path) -> list[Path]:
    """Two training seeds: errors 1, 2, 3, 4 and 3, 4, 5, 6 hundredths."""
    first = score_file(tmp_path / "1", [0.01, 0.02, 0.03, 0.04], [1, 1, 5, 6])
    return [first, score_file(tmp_path / "2", [0.03, 0.04, 0.05, 0.06], [1, 2, 5, 6])]


def test_an_image_is_averaged_over_training_seeds_and_counts_once(seeds):
    """The mean is 3.5, people's means are 2.5 and 4.5, and two people drawn twice are both or one of them."""
    found = summaries.describe(summaries.read(seeds), 500, 1)
    assert (found["n"], found["identities"], found["seeds"]) == (4, 2, 2)
    assert [found[name] for name in ("mse", "mse_low", "mse_high")] == pytest.approx([0.035, 0.025, 0.045])


def test_the_spread_over_seeds_is_that_of_their_means_and_of_one_seed_there_is_none(seeds):
    assert summaries.describe(summaries.read(seeds), 100, 1)["mse_sd_seeds"] == pytest.approx(0.02 / np.sqrt(2))
    assert np.isnan(summaries.describe(summaries.read(seeds[:1]), 100, 1)["mse_sd_seeds"])


def test_ranks_become_the_share_of_right_answers(seeds):
    found = summaries.describe(summaries.read(seeds), 100, 1)
    assert (found["rank1"], found["evaluation1"], found["evaluation5"]) == (3 / 8, 3 / 8, 6 / 8)


def test_two_attacks_on_the_same_people_share_the_draws_of_people(seeds):
    """Errors twice as large have an interval exactly twice as wide."""
    rows = summaries.read(seeds)
    one, two = (summaries.estimate(rows.assign(mse=rows["mse"] * times), "mse", 200, 1) for times in (1, 2))
    assert two["mse_high"] - two["mse_low"] == pytest.approx(2 * (one["mse_high"] - one["mse_low"]), rel=1e-12)


def test_draws_of_classes_are_put_together_and_a_person_in_both_is_one(seeds, tmp_path):
    """One draw's class 0 is the other's class 1, under two training seeds and under one: three people, eight images."""
    table = scores.read(seeds[0]).iloc[[2, 3, 0, 1]]
    others = table.assign(sample_id=[1, 2, 7, 8], label=[0, 0, 1, 1])
    scores.write(tmp_path / "other", others, 0, {})
    rows = summaries.pool([*seeds, tmp_path / "other"], [1, 1, 2])
    found = summaries.describe(rows, 100, 1)
    assert (found["n"], found["identities"], found["seeds"]) == (8, 3, 2)
    shared = rows[rows["sample_id"].isin([7, 8])]
    assert shared["identity"].nunique() == 1 and set(shared["draw"]) == {1, 2}


def test_psnr_is_scikit_images():
    random = np.random.default_rng(0)
    truth, shown = random.random((2, 5, 16, 16))
    expected = [peak_signal_noise_ratio(*pair, data_range=1) for pair in zip(truth, shown, strict=True)]
    np.testing.assert_allclose(statistics.psnr(((truth - shown) ** 2).mean(axis=(1, 2))), expected, rtol=1e-12)


def test_an_image_without_error_has_an_infinite_ratio_and_so_has_the_mean(tmp_path: Path):
    path = score_file(tmp_path / "truth", [0.0, 0.0, 0.0, 0.0], [1, 1, 1, 1])
    assert summaries.describe(summaries.read([path, path]), 100, 1)["psnr"] == np.inf
