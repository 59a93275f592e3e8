"""Figure 1."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from obverse import class_pictures, samples, scores
from obverse.draw_overview import draw_overview
from shown import greys, paint

GREYS = {"a": 20, "b": 50, "c": 80, "truth": 220, "e": 110, "f": 140, "g": 170}  # in the order of the columns


@pytest.fixture
def inputs(data_set, tmp_path: Path) -> dict:
    """Four people with six pictures, every other one a member's; each column draws one grey."""
    data = data_set("faces", np.repeat(["Ann", "Ben", "Cem", "Dee"], 6))
    samples.write_images(data.images, np.full((24, 8, 8), GREYS["truth"], np.uint8))
    given = {"methods": ["prior", "aligned", "aligned"], "m": [2, 2, 4], "reconstructions": [], "scores": []}
    sides = ["member", "held_out"] * 12
    for panel in "abc":
        columns = {"sample_id": data.sample_ids, "label": np.repeat(range(4), 6), "split": sides}
        columns |= {"mse": GREYS[panel] + np.arange(24) / 100, "ssim": 0.5, "identity_rank": 1, "evaluation_rank": 2}
        scores.write(tmp_path / f"{panel}.parquet", pd.DataFrame(columns), 0, {})
        samples.write_images(tmp_path / f"{panel}.npy", np.full((24, 8, 8), GREYS[panel], np.uint8))
        given["scores"].append(tmp_path / f"{panel}.parquet")
        given["reconstructions"].append(tmp_path / f"{panel}.npy")
    given |= {"class_methods": ["aligned", "MIA", "prior"], "pictures": [], "tables": []}
    for panel in "efg":
        columns = {"label": range(4), "identity": ["Ann", "Ben", "Cem", "Dee"], "mse": GREYS[panel] + np.arange(4)}
        table = pd.DataFrame(columns | {"evaluation_rank": range(1, 5), "plain": panel == "f"})
        class_pictures.write(tmp_path / f"{panel}.parquet", table, {})
        samples.write_images(tmp_path / f"{panel}.npy", np.full((4, 8, 8), GREYS[panel], np.uint8))
        given["tables"].append(tmp_path / f"{panel}.parquet")
        given["pictures"].append(tmp_path / f"{panel}.npy")
    given |= {"title": "Figure 1", "images": data.images, "samples": data.samples}
    return given | {"victims": 2, "seed": 1, "origin": "Stand-ins"}


def drawn(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    draw_overview(**inputs | {"picture": folder / "fig.png", "table": folder / "fig.csv"} | changes)
    return pd.read_csv(folder / "fig.csv")


def test_columns_are_those_of_the_paper_from_left_to_right(inputs, tmp_path):
    drawn(inputs, tmp_path)
    grey = np.rint(imread(tmp_path / "fig.png")[..., 0] * 255).astype(int)
    covered = [np.argwhere(np.abs(grey - value) <= 1) for value in GREYS.values()]
    middles = [places[:, 1].mean() for places in covered]
    assert middles == sorted(middles) and np.diff(middles).min() > 50
    assert np.diff(middles)[3] > 1.2 * np.diff(middles)[2]  # the two halves stand apart
    assert min(map(len, covered)) > 10_000 and max(map(len, covered)) < 1.1 * min(map(len, covered))


def test_the_table_has_every_panel_of_every_victim(inputs, tmp_path):
    """Victims are members; what is inferred is the class of the person that is rebuilt."""
    table = drawn(inputs, tmp_path)
    assert "".join(table["panel"]) == "aabbcceeffgg"
    assert table["method"].tolist()[::2] == ["prior", "aligned", "aligned", "aligned", "MIA", "prior"]
    for first in range(0, 12, 2):
        assert table["label"].tolist()[first : first + 2] == table["label"].tolist()[:2]
        assert table["identity"].tolist()[first : first + 2] == table["identity"].tolist()[:2]
    known = scores.read(inputs["scores"][0]).set_index("sample_id")
    assert (known.loc[table["sample_id"].dropna().astype(int), "split"] == "member").all()
    assert table["mse"].tolist()[6:8] == [GREYS["e"] + label for label in table["label"][:2]]


@pytest.mark.parametrize("panel", list("abc"))
def test_what_is_rebuilt_is_of_the_victim_the_table_names(inputs, tmp_path, panel):
    """One column has a grey for each image; all others are black."""
    known = samples.read(inputs["samples"])["sample_id"].to_pylist()
    for number, path in enumerate(inputs["reconstructions"]):
        paint(path, [(20 + 5 * row) * ("abc"[number] == panel) for row in range(24)])
    for path in [inputs["images"], *inputs["pictures"]]:
        paint(path, [0] * len(samples.read_images(path)))
    table = drawn(inputs, tmp_path)
    victims = table.loc[table["panel"] == panel, "sample_id"]
    assert greys(tmp_path / "fig.png") == {20 + 5 * known.index(victim) for victim in victims}


@pytest.mark.parametrize("panel", list("efg"))
def test_what_is_inferred_is_of_the_class_the_table_names(inputs, tmp_path, panel):
    for number, path in enumerate(inputs["pictures"]):
        paint(path, [(50 + 40 * label) * ("efg"[number] == panel) for label in range(4)])
    for path in [inputs["images"], *inputs["reconstructions"]]:
        paint(path, [0] * 24)
    table = drawn(inputs, tmp_path)
    assert greys(tmp_path / "fig.png") == {50 + 40 * label for label in table.loc[table["panel"] == panel, "label"]}


def test_who_is_shown_is_drawn_by_the_seed(inputs, tmp_path):
    assert len({tuple(drawn(inputs, tmp_path, seed=seed)["label"]) for seed in range(4)}) > 1


@pytest.mark.parametrize("victims", [1, 3])
def test_each_victim_is_a_row(inputs, tmp_path, victims):
    assert len(drawn(inputs, tmp_path, victims=victims)) == 6 * victims


def test_two_runs_give_the_same_bytes(inputs, tmp_path):
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        drawn(inputs, folder)
    for file in ("fig.png", "fig.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
