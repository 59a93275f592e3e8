"""Figure 14."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from obverse import class_pictures, samples, splits
from obverse.draw_classes import draw_classes
from shown import greys, paint

METHODS = {"MIA": 40, "prior": 100, "aligned": 160}  # each draws one grey


@pytest.fixture
def inputs(data_set, split_table, tmp_path: Path) -> dict:
    """Five people with four pictures each, of which two are members'; the truth is brighter than what attacks draw."""
    data = data_set("faces", [name for name in "ABCDE" for _ in range(4)])
    samples.write_images(data.images, np.full((20, 8, 8), 220, np.uint8))
    given = {"methods": list(METHODS), "pictures": [], "tables": []}
    for method, grey in METHODS.items():
        columns = {"label": range(5), "identity": list("ABCDE"), "mse": grey / 1000 + np.arange(5)}
        table = pd.DataFrame(columns | {"evaluation_rank": range(1, 6), "plain": [method == "MIA"] * 5})
        class_pictures.write(tmp_path / f"{method}.parquet", table, {})
        samples.write_images(tmp_path / f"{method}.npy", np.full((5, 8, 8), grey, np.uint8))
        given["tables"].append(tmp_path / f"{method}.parquet")
        given["pictures"].append(tmp_path / f"{method}.npy")
    table = split_table(data.sample_ids, np.repeat(range(5), 4), ["member", "held_out"] * 10)
    given |= {"title": "Figure 14", "images": data.images, "samples": data.samples, "splits": table}
    return given | {"classes": 3, "seed": 1, "origin": "Stand-ins"}


def drawn(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    draw_classes(**inputs | {"picture": folder / "fig.png", "table": folder / "fig.csv"} | changes)
    return pd.read_csv(folder / "fig.csv")


def grey(folder: Path) -> np.ndarray:
    return np.rint(imread(folder / "fig.png")[..., 0] * 255).astype(int)


def test_attacks_are_rows_in_their_order_and_a_training_picture_is_below(inputs, tmp_path):
    drawn(inputs, tmp_path)
    found = grey(tmp_path)
    covered = [np.argwhere(np.abs(found - value) <= 1) for value in [*METHODS.values(), 220]]
    middles = [places[:, 0].mean() for places in covered]
    assert middles == sorted(middles) and np.diff(middles).min() > 50
    assert min(map(len, covered)) > 10_000 and max(map(len, covered)) < 1.1 * min(map(len, covered))


def test_the_table_lists_every_attack_on_the_same_classes_and_the_members_shown_below(inputs, tmp_path):
    table = drawn(inputs, tmp_path)
    assert table["method"].tolist() == [method for method in METHODS for _ in range(3)]
    assert (
        table.groupby("method")[["label", "below"]].apply(lambda rows: rows.to_numpy().tolist()).map(str).nunique() == 1
    )
    assert table["label"].head(3).is_monotonic_increasing
    known = splits.read(inputs["splits"]).to_pandas().set_index("sample_id").loc[table["below"]]
    assert (known["split"] == "member").all() and known["label"].tolist() == table["label"].tolist()
    expected = [METHODS[method] / 1000 + label for method, label in zip(table["method"], table["label"], strict=True)]
    np.testing.assert_allclose(table["mse"], expected, rtol=1e-5)


def test_each_tile_is_of_the_class_and_the_member_that_the_table_names(inputs, tmp_path):
    known = samples.read(inputs["samples"])["sample_id"].to_pylist()
    paint(inputs["images"], [100 + 5 * row for row in range(20)])
    for number, path in enumerate(inputs["pictures"]):
        paint(path, [(30 + 10 * label) * (number == 1) for label in range(5)])
    table = drawn(inputs, tmp_path)
    expected = {30 + 10 * label for label in table["label"]} | {100 + 5 * known.index(i) for i in table["below"]}
    assert greys(tmp_path / "fig.png") == expected


def test_the_seed_draws_the_classes(inputs, tmp_path):
    shown = {tuple(drawn(inputs, tmp_path, seed=seed)["label"]) for seed in range(8)}
    assert len(shown) > 3
    assert set(drawn(inputs, tmp_path, classes=5)["label"]) == set(range(5))


def test_two_runs_give_the_same_bytes(inputs, tmp_path):
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        drawn(inputs, folder)
    for file in ("fig.png", "fig.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize("change", [{"methods": ["MIA*", "prior", "aligned"]}, {"origin": ""}])
def test_a_search_that_is_not_the_published_one_and_stand_ins_are_said_on_the_figure(inputs, tmp_path, change):
    drawn(inputs, tmp_path)
    before = grey(tmp_path)
    drawn(inputs, tmp_path, **change)
    assert not np.array_equal(before, grey(tmp_path))
