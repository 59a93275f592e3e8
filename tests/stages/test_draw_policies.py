"""What the target's owner could release, drawn."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obverse import scores, style
from obverse.draw_policies import draw_policies
from shown import says_stand_ins

PEOPLE, PER_SIDE = 6, 3
MEANS = {
    ("aligned", "round1"): 0.016,
    ("centred", "round1"): 0.015,
    ("aligned", "full"): 0.01,
    ("centred", "full"): 0.006,
}
FLOORS = {"mean_image": 0.021, "class_mean": 0.009}


def score_file(path: Path, mse: np.ndarray, named: int) -> Path:
    """Write scores of PEOPLE people with PER_SIDE pictures on each side; held-out ones err more than members.

    Of held-out pictures the judge names those of ``named`` people, of members all.
    """
    labels = np.repeat(np.arange(PEOPLE), 2 * PER_SIDE)
    held_out = np.arange(len(labels)) % 2 == 1
    rows = {
        "sample_id": np.arange(len(labels)) + 50,
        "label": labels,
        "split": ["member", "held_out"] * (len(labels) // 2),
        "mse": (mse * np.where(held_out, 1.5, 1.0)).astype(np.float32),
        "ssim": np.zeros(len(labels), np.float32),
        "identity_rank": np.ones(len(labels), int),
        "evaluation_rank": np.where((labels < named) | ~held_out, 1, 4),
    }
    scores.write(path, pd.DataFrame(rows), 70, {})
    return path


@pytest.fixture
def inputs(tmp_path: Path) -> dict:
    """Two methods on two views, with two training seeds each, and two floors."""
    random = np.random.default_rng(0)
    given: dict = {"scores": [], "methods": [], "views": []}
    made = [(*named, mean, seed) for named, mean in MEANS.items() for seed in (1, 2)]
    made += [(floor, "nothing", mean, 0) for floor, mean in FLOORS.items()]
    for method, view, mean, seed in made:
        mse = mean * (1 + 0.3 * random.random(2 * PEOPLE * PER_SIDE)) + 0.0001 * seed
        named = 3 if view == "full" else 0
        given["scores"].append(score_file(tmp_path / f"{method}_{view}_{seed}", mse, named))
        given["methods"].append(method)
        given["views"].append(view)
    return given | {"title": "Released", "resamples": 200, "seed": 1, "origin": "Stand-ins: nobody's picture"}


def drawn(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    draw_policies(**inputs | {"picture": folder / "policies.png", "table": folder / "policies.csv"} | changes)
    return pd.read_csv(folder / "policies.csv")


def test_the_table_has_a_row_for_each_view_method_and_split(inputs, tmp_path):
    table = drawn(inputs, tmp_path / "out")
    assert list(table.columns[:6]) == ["view", "method", "split", "mse", "mse_low", "mse_high"]
    expected = [(view, method) for method, view in MEANS] + [("nothing", floor) for floor in FLOORS]
    found = list(table[["view", "method", "split"]].itertuples(index=False, name=None))
    assert found == [(*named, split) for named in expected for split in ("member", "held_out")]


def test_an_error_is_the_mean_over_images_and_training_seeds(inputs, tmp_path):
    table = drawn(inputs, tmp_path / "out").set_index(["view", "method", "split"])
    files = [scores.read(path) for path in inputs["scores"][:2]]
    for split in ("member", "held_out"):
        own = np.mean([file.loc[file["split"] == split, "mse"].mean() for file in files])
        one = table.loc[("round1", "aligned", split)]
        assert one["mse"] == pytest.approx(own, rel=1e-5) and one["mse_low"] < one["mse"] < one["mse_high"]
        assert one["queries"] == 70 and one["seeds"] == 2 and one["n"] == PEOPLE * PER_SIDE


@pytest.fixture
def axes(inputs, tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr(style, "save", lambda figure, path: figures.append(figure))
    table = drawn(inputs, tmp_path / "out").set_index(["view", "method", "split"])["mse"]
    return figures[0].axes[0], table


def test_views_are_drawn_in_their_order_with_what_the_judge_names_of_held_out_pictures(axes):
    shown, _ = axes
    assert [label.get_text() for label in shown.get_yticklabels()] == ["all scores, 1 decimal", "all scores"]
    assert shown.get_ylim()[0] > shown.get_ylim()[1]  # the first stands at the top
    said = sorted(((text.get_position()[1], text.get_text()) for text in shown.texts), key=lambda one: one[0])
    assert [text for _, text in said] == ["0%", "0%", "50%", "50%"]


def test_members_are_filled_dots_at_their_errors_and_held_out_pictures_open_ones(axes):
    shown, table = axes
    dots = [line for line in shown.lines if line.get_marker() == "o" and len(line.get_xdata())]
    for split, is_open in (("member", False), ("held_out", True)):
        drawn_at = sorted(
            float(dot.get_xdata()[0]) for dot in dots if (dot.get_markerfacecolor() == "white") == is_open
        )
        expected = table[[(view, method, split) for method, view in MEANS]]
        assert drawn_at == pytest.approx(sorted(expected), rel=1e-4)


def test_floors_are_lines_at_the_errors_of_held_out_pictures(axes):
    shown, table = axes
    floors = [line.get_xdata()[0] for line in shown.lines if line.get_label().startswith("floor")]
    assert floors == pytest.approx([table["nothing", floor, "held_out"] for floor in FLOORS], rel=1e-4)


def test_the_picture_says_that_it_is_made_from_stand_ins(inputs, tmp_path):
    drawn(inputs, tmp_path / "out")
    drawn(inputs, tmp_path / "without", origin="")
    assert says_stand_ins(tmp_path / "out" / "policies.png")
    assert not says_stand_ins(tmp_path / "without" / "policies.png")


def test_the_same_scores_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        drawn(inputs, tmp_path / name)
    for product in ("policies.csv", "policies.png"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()
