from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obverse import predictions, scores
from obverse.errors import UnusableInput
from obverse.tabulate_joint import tabulate_joint

PAPER = Path(__file__).parents[2] / "resources/paper_tables.csv"
CLASSES, IDS = 3, np.arange(30) + 5
LABELS, HELD_OUT = np.arange(30) // 10, np.arange(30) % 2 == 1
NAN = float("nan")
ROWS = [("black box", NAN, 0.02, 12), ("joint", 1.0, 0.01, 9), ("joint, weight 10", 10.0, 0.005, 6)]


def score_file(path: Path, mse: float) -> Path:
    """Held-out images err by ``mse``, members by ten times as much."""
    rows = {"sample_id": IDS, "label": LABELS, "split": np.where(HELD_OUT, "held_out", "member")}
    rows |= {"mse": np.float32(np.where(HELD_OUT, mse, 10 * mse)), "ssim": np.float32(0.5)}
    scores.write(path, pd.DataFrame(rows | {"identity_rank": 1, "evaluation_rank": 2}), 0, {})
    return path


def cache(path: Path, right: int) -> Path:
    """Of 15 held-out images the first ``right`` are recognised, of members none; rows are in another order."""
    answers = np.where(HELD_OUT & (np.cumsum(HELD_OUT) <= right), LABELS, (LABELS + 1) % CLASSES)
    probabilities = np.full((30, CLASSES), 0.1, np.float32)
    probabilities[np.arange(30), answers] = 0.8
    order = np.random.default_rng(0).permutation(30)
    predictions.write(path, IDS[order], LABELS[order], np.log(probabilities[order]), {})
    return path


@pytest.fixture
def inputs(tmp_path: Path) -> dict:
    """A row for each way, two training seeds of which the second recognises one image more and errs by .001 more."""
    given = {"scores": [], "predictions": [], "rows": []}
    for row, (_, _, mse, right) in enumerate(ROWS):
        for seed in (0, 1):
            given["scores"].append(score_file(tmp_path / f"scores{row}{seed}", mse + 0.001 * seed))
            given["predictions"].append(cache(tmp_path / f"cache{row}{seed}", right + seed))
            given["rows"].append(row)
    floors = [score_file(tmp_path / name, mse) for name, mse in (("mean_image", 0.03), ("truth", 0.0))]
    given |= {"floors": floors, "floor_tasks": ["mnist"] * 2, "floor_methods": ["mean_image", "truth"]}
    given |= {"tasks": ["mnist"] * 3, "labels": [label for label, *_ in ROWS], "num_classes": [CLASSES] * 3}
    given |= {"weights": [weight for _, weight, _, _ in ROWS], "paper": PAPER}
    return given | {"resamples": 200, "seed": 1, "origin": "Stand-ins"}


def tabulated(inputs: dict, folder: Path) -> pd.DataFrame:
    tabulate_joint(**inputs, picture=folder / "table3.png", table=folder / "table3.csv")
    return pd.read_csv(folder / "table3.csv").set_index("row")


def test_accuracy_is_that_of_held_out_images_over_training_seeds(inputs, tmp_path):
    found = tabulated(inputs, tmp_path / "out")
    for label, _, _, right in ROWS:
        assert found.loc[label, "accuracy"] == pytest.approx((right + 0.5) / 15, rel=1e-5)
        assert found.loc[label, "accuracy_sd_seeds"] == pytest.approx(1 / 15 / np.sqrt(2), rel=1e-5)
    assert (found.loc["joint", "accuracy_low"], found.loc["joint", "accuracy_high"]) == pytest.approx((0, 1))


def test_the_error_is_that_of_held_out_images_with_the_weight_beside_it(inputs, tmp_path):
    found = tabulated(inputs, tmp_path / "out")
    assert found["mse"].tolist() == pytest.approx([0.0205, 0.0105, 0.0055, 0.03, 0.0], rel=1e-5)
    assert found["weight"].tolist()[1:3] == [1, 10] and np.isnan(found["weight"].iloc[0])
    assert set(found["n"]) == {15}


def test_floors_follow_their_task_and_have_no_accuracy(inputs, tmp_path):
    found = tabulated(inputs, tmp_path / "out")
    assert list(found.index) == [
        *(label for label, *_ in ROWS),
        "floor: mean auxiliary image",
        "ceiling: the true image",
    ]
    assert found["accuracy"].isna().tolist() == [False] * 3 + [True] * 2


def test_the_papers_numbers_and_what_is_doubtful_of_them_stand_beside(inputs, tmp_path):
    found = tabulated(inputs, tmp_path / "out")
    assert found.loc["black box", ["paper_accuracy", "paper_mse"]].tolist() == [0.994, 0.312]
    assert "misprint" in found.loc["black box", "paper_note"]
    assert found.loc["joint", ["paper_accuracy", "paper_mse"]].tolist() == [0.992, 0.0197]
    assert found.loc["joint, weight 10", ["paper_accuracy", "paper_mse", "paper_note"]].isna().all()


def test_tasks_come_in_their_order_each_with_its_floors(inputs, tmp_path):
    """Floors are given after all rows, whatever task they are of."""
    changes = {"tasks": ["mnist", "facescrub", "facescrub"], "floor_tasks": ["facescrub", "mnist"]}
    found = tabulated(inputs | changes, tmp_path / "out")
    assert found["task"].tolist() == ["mnist", "mnist", "facescrub", "facescrub", "facescrub"]


def test_predictions_of_other_images_are_an_error(inputs, tmp_path):
    logs = np.log(np.full((1, CLASSES), 1 / 3, np.float32))
    predictions.write(inputs["predictions"][0], np.array([999]), np.array([0]), logs, {})
    with pytest.raises(UnusableInput, match="expected sample_id 6, found no such row"):
        tabulated(inputs, tmp_path / "out")


def test_the_same_scores_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        tabulated(inputs, tmp_path / name)
    for product in ("table3.csv", "table3.png"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()
