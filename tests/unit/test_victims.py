from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

from obverse import evaluators, metrics, reserved, samples, scores, splits, victims
from obverse.errors import UnusableInput

IDS, LABELS = [30, 10, 20, 50, 40, 60], [1, 0, 0, 1, 0, 1]
SPLITS = ["member", "held_out", "member", "member", "held_out", "member"]

CPU = torch.device("cpu")
JUDGE = evaluators.Evaluator(num_classes=2, size=16, width=8)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Eight pictures of which six are victims, in another order than the pictures."""
    known = np.arange(10, 90, 10)
    images = np.repeat(known, 256).reshape(8, 16, 16).astype(np.uint8)  # picture i is all grey i
    words = ["x"] * 8
    rows = {"sample_id": known, "identity": words, "source": words, "status": words, "duplicate_group": known}
    samples.write_images(tmp_path / "images", images)
    samples.write(tmp_path / "samples", pa.table(rows), {})
    splits.write(tmp_path / "splits", pa.table({"sample_id": IDS, "label": LABELS, "split": SPLITS}), {})
    kept = {"sample_id": [1, 2], "label": [0, 1], "identity": ["w", "x"]}
    reserved.write(tmp_path / "reserved", pa.table(kept), {})
    return tmp_path


def panel(folder: Path) -> victims.Victims:
    return victims.load(folder / "images", folder / "samples", folder / "splits", folder / "reserved")


def test_the_truth_of_each_victim_is_his_picture_by_sample_id(written: Path):
    loaded = panel(written)
    assert loaded.truth.shape == (6, 1, 16, 16) and loaded.truth.dtype == torch.float32
    np.testing.assert_allclose(loaded.truth[:, 0, 3, 5] * 255, IDS, rtol=1e-6)
    assert loaded.table["sample_id"].tolist() == IDS


def test_a_victim_without_a_picture_is_named(written: Path):
    splits.write(written / "splits", pa.table({"sample_id": [10, 99], "label": [0, 1], "split": ["member"] * 2}), {})
    with pytest.raises(UnusableInput, match="splits: expected sample_id 99, found no such row"):
        panel(written)


def test_scores_are_the_metrics_row_by_row(written: Path, tmp_path: Path):
    loaded = panel(written)
    rebuilt = torch.rand(6, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    scored = victims.score(loaded, rebuilt, JUDGE, CPU)
    assert [*scored.columns, "queries"] == scores.SCHEMA.names
    np.testing.assert_allclose(scored["mse"], ((rebuilt - loaded.truth) ** 2).mean(dim=(1, 2, 3)), rtol=1e-6)
    np.testing.assert_array_equal(scored["ssim"], metrics.ssim(rebuilt, loaded.truth))
    ranks = evaluators.rank(JUDGE, rebuilt, torch.ones(6, dtype=torch.int64))
    assert scored["evaluation_rank"].tolist() == ranks.tolist()
    scores.write(tmp_path / "scores", scored, 0, {})
    assert scores.read(tmp_path / "scores")["sample_id"].tolist() == IDS


def test_ranks_are_among_the_pictures_of_the_same_split(written: Path):
    """Every picture shows grey 39/255; each split is worked by hand.

    Members 30 (1), 20 (0), 50 (1), 60 (1). For 30, person 1's other pictures are 11 and 21 away, 0's is 19: first. For
    20, person 0 has no other member: second. For 50 and 60, 1's nearest is 30, 9 away: first.
    Held-out 10 (0) and 40 (0): nobody else is there: first. Across splits, 40 would be nearest to all.
    """
    scored = victims.score(panel(written), torch.full((6, 1, 16, 16), 39 / 255), JUDGE, CPU)
    assert scored["identity_rank"].tolist() == [1, 1, 2, 1, 1, 1]


def test_a_picture_of_another_size_is_refused(written: Path):
    with pytest.raises(ValueError, match="expected two equal shapes"):
        victims.score(panel(written), torch.zeros(6, 1, 32, 32), JUDGE, CPU)


def test_the_panel_is_left_as_it_was(written: Path):
    loaded = panel(written)
    columns = list(loaded.table.columns)
    victims.score(loaded, torch.zeros(6, 1, 16, 16), JUDGE, CPU)
    assert list(loaded.table.columns) == columns
