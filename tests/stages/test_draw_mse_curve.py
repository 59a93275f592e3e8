from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from scipy.stats import t

from obverse import scores
from obverse.draw_mse_curve import draw_mse_curve

PEOPLE, PER_SIDE = 6, 3
BASE = {("aligned", 1): 0.05, ("prior", 1): 0.12, ("aligned", 6): 0.02, ("prior", 6): 0.02}
FLOORS = ["mean_image", "black"]
LISTS = ("scores", "methods", "at", "draws")
ORIGIN = "Stand-ins: rendered faces, nobody's picture"


def score_file(path: Path, mse: np.ndarray) -> Path:
    """Write scores of PEOPLE people with PER_SIDE pictures on each side; ``mse`` [36]."""
    count = 2 * PEOPLE * PER_SIDE
    rows = {
        "sample_id": np.arange(count) + 50,
        "label": np.repeat(np.arange(PEOPLE), 2 * PER_SIDE),
        "split": ["member", "held_out"] * (count // 2),
        "mse": mse.astype(np.float32),
        "ssim": np.zeros(count, np.float32),
        "identity_rank": np.ones(count, int),
        "evaluation_rank": np.ones(count, int),
    }
    scores.write(path, pd.DataFrame(rows), 0, {})
    return path


@pytest.fixture
def inputs(tmp_path: Path) -> dict:
    """Two methods at two m, with two training seeds each, and two floors, the same at every m."""
    random = np.random.default_rng(0)
    paths, methods, kept = [], [], []
    for (method, m), mean in BASE.items():
        for seed in (1, 2):
            mse = mean * (1 + 0.3 * random.random(36)) + 0.001 * seed
            paths.append(score_file(tmp_path / f"{method}_{m}_{seed}", mse))
            methods.append(method)
            kept.append(m)
    for floor, mean in zip(FLOORS, (0.1, 0.9), strict=True):
        path = score_file(tmp_path / floor, mean + 0.01 * random.random(36))
        paths, methods, kept = [*paths, path, path], [*methods, floor, floor], [*kept, 1, 6]
    given = {"scores": paths, "methods": methods, "at": kept, "draws": [0] * len(paths), "number": "m"}
    return given | {"title": "Figure 8", "meaning": "scores kept", "resamples": 200, "seed": 1, "origin": ORIGIN}


def drawn(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    draw_mse_curve(**inputs | {"picture": folder / "fig8.png", "table": folder / "fig8.csv"} | changes)
    return pd.read_csv(folder / "fig8.csv")


def test_the_table_has_a_row_for_each_method_m_and_split(inputs, tmp_path):
    table = drawn(inputs, tmp_path / "out")
    assert list(table.columns[:7]) == ["m", "method", "split", "mse", "mse_low", "mse_high", "n"]
    asked = {(method, m, split) for method, m in BASE for split in ("member", "held_out")}
    asked |= {(floor, m, split) for floor in FLOORS for m in (1, 6) for split in ("member", "held_out")}
    assert set(zip(table["method"], table["m"], table["split"], strict=True)) == asked and len(table) == len(asked)
    assert set(table["n"]) == {PEOPLE * PER_SIDE} and set(table["identities"]) == {PEOPLE}


def test_means_are_over_the_pictures_of_a_split_and_over_training_seeds(inputs, tmp_path):
    table = drawn(inputs, tmp_path / "out").set_index(["method", "m", "split"])
    for method, m in BASE:
        both = [scores.read(tmp_path / f"{method}_{m}_{seed}") for seed in (1, 2)]
        for split in ("member", "held_out"):
            expected = np.mean([one.loc[one["split"] == split, "mse"].mean() for one in both])
            assert table.loc[(method, m, split), "mse"] == pytest.approx(expected, rel=1e-5)
    seeds = table["seeds"].groupby("method").unique()
    assert seeds["aligned"].tolist() == [2] and seeds["black"].tolist() == [1]


def test_intervals_contain_the_mean_and_have_a_width(inputs, tmp_path):
    table = drawn(inputs, tmp_path / "out")
    assert ((table["mse_low"] < table["mse"]) & (table["mse"] < table["mse_high"])).all()


def test_one_persons_pictures_count_together(inputs, tmp_path):
    """Errors that differ by person alone: the interval is that of 6 people, Student's, whatever their pictures."""
    by_person = np.repeat([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 6)
    score_file(inputs["scores"][0], by_person)
    score_file(inputs["scores"][1], by_person)
    table = drawn(inputs, tmp_path / "out", resamples=4000).set_index(["method", "m", "split"])
    row = table.loc[("aligned", 1, "member")]
    width = 2 * t.ppf(0.975, 5) * by_person[::6].std(ddof=1) / np.sqrt(6)
    assert row["mse_high"] - row["mse_low"] == pytest.approx(width, rel=0.1)


def test_a_floor_is_the_same_at_every_m(inputs, tmp_path):
    table = drawn(inputs, tmp_path / "out")
    for floor in ("mean_image", "black"):
        assert len(set(table.loc[(table["method"] == floor) & (table["split"] == "member"), "mse"])) == 1


def test_the_order_of_the_files_does_not_matter(inputs, tmp_path):
    order = np.random.default_rng(4).permutation(len(inputs["scores"]))
    turned = inputs | {name: [inputs[name][i] for i in order] for name in LISTS}
    keys = ["method", "m", "split"]
    first, second = (drawn(given, tmp_path / "out").sort_values(keys, ignore_index=True) for given in (inputs, turned))
    pd.testing.assert_frame_equal(first, second)


def test_equal_errors_are_drawn_too(inputs, tmp_path):
    """No width, up to the last bit: a mean may then come out below its own interval by rounding."""
    for path in inputs["scores"]:
        score_file(path, np.full(36, 0.1))
    table = drawn(inputs, tmp_path / "out", resamples=500)
    assert set(table["mse_low"]) == set(table["mse_high"]) == {0.1}


def test_one_m_is_drawn_too(inputs, tmp_path):
    alone = inputs | {name: inputs[name][:4] for name in LISTS}
    assert set(drawn(alone, tmp_path / "out")["m"]) == {1}


@pytest.fixture
def swept(inputs, tmp_path: Path) -> dict:
    """Two draws of three of six people, who share one, and one target that knows all."""
    people = np.arange(36) // 6
    for draw, known in ((1, [0, 1, 2]), (2, [2, 3, 4])):
        whole = scores.read(inputs["scores"][0])
        chosen = whole[np.isin(people, known)].assign(label=np.arange(18) // 6, mse=np.float32(draw / 10))
        scores.write(tmp_path / f"draw{draw}", chosen, 0, {})
    paths = [tmp_path / "draw1", tmp_path / "draw2", inputs["scores"][4]]
    lists = {"scores": paths, "methods": ["aligned"] * 3, "at": [3, 3, 6], "draws": [1, 2, 0]}
    return inputs | lists | {"number": "k", "meaning": "classes known", "title": "Figure 13"}


def test_draws_of_the_classes_are_averaged_and_stand_beside_the_mean(swept, tmp_path):
    table = drawn(swept, tmp_path / "out").set_index(["k", "split"])
    row = table.loc[(3, "member")]
    assert row[["mse", "mse_draw1", "mse_draw2"]].tolist() == pytest.approx([0.15, 0.1, 0.2])
    assert row[["n", "draws", "seeds"]].tolist() == [18, 2, 1]
    assert table.loc[(6, "member"), "draws"] == 1 and np.isnan(table.loc[(6, "member"), "mse_draw1"])


def test_a_person_of_two_draws_is_one_person_though_not_of_one_class(swept, tmp_path):
    table = drawn(swept, tmp_path / "out").set_index(["k", "split"])
    assert table.loc[(3, "member"), "identities"] == 5


def test_black_far_above_the_rest_is_said_in_the_title_alone(inputs, tmp_path, monkeypatch):
    """Else it would press the curves together."""
    figures = []
    monkeypatch.setattr("obverse.style.save", lambda drawn, path: figures.append(drawn))
    drawn(inputs, tmp_path / "out")
    axes = figures[0].axes[0]
    assert "black, off the scale: 0.90" in axes.get_title(loc="left") and axes.get_ylim()[1] < 0.3
    assert not any("black" in text.get_text() for text in figures[0].legends[0].get_texts())


def test_the_same_scores_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        drawn(inputs, tmp_path / name)
    for product in ("fig8.csv", "fig8.png"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()


def test_the_picture_is_large_and_says_when_it_is_made_from_stand_ins(inputs, tmp_path):
    """The note is the only red writing at the foot of the figure."""
    drawn(inputs, tmp_path / "with")
    drawn(inputs, tmp_path / "without", origin="")
    red = []
    for name in ("with", "without"):
        picture = imread(tmp_path / name / "fig8.png")[..., :3]
        assert picture.shape[0] > 500 and picture.shape[1] > 800
        foot = picture[-picture.shape[0] // 12 :]
        red.append(int(((foot[..., 0] - foot[..., 1]) > 0.2).sum()))
    assert red[0] > 100 and red[1] == 0
