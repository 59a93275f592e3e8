"""Figures that show one attack a row, or a column."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from obverse import samples, scores
from obverse.draw_grid import draw_grid
from shown import greys, paint

NAMES = np.repeat(["Ann", "Ben", "Cem", "Dee"], 6)


@pytest.fixture
def inputs(data_set, tmp_path: Path) -> dict:
    """Two attacks on targets that know four and three people; each draws one grey, the truth another."""
    data = data_set("faces", NAMES)
    samples.write_images(data.images, np.full((24, 8, 8), 220, np.uint8))
    given = {"labels": ["same", "generic"], "reconstructions": [], "scores": []}
    for number, rows in enumerate((np.arange(24), np.arange(18)[::-1])):
        table = pd.DataFrame(
            {
                "sample_id": data.sample_ids[rows],
                "label": rows // 6,
                "split": np.array(["member", "held_out"] * 12)[rows],
                "mse": (rows / 1000 + number).astype(np.float32),
                "ssim": np.full(len(rows), 0.5, np.float32),
                "identity_rank": 1,
                "evaluation_rank": 2,
            }
        )
        scores.write(tmp_path / f"{number}.parquet", table, 0, {})
        samples.write_images(tmp_path / f"{number}.npy", np.full((len(rows), 8, 8), 60 + 60 * number, np.uint8))
        given["scores"].append(tmp_path / f"{number}.parquet")
        given["reconstructions"].append(tmp_path / f"{number}.npy")
    given |= {"title": "Figure 5", "images": data.images, "samples": data.samples, "attacks_as": "rows"}
    return given | {"victims": 3, "seed": 1, "origin": "Stand-ins"}


def drawn(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    draw_grid(**inputs | {"picture": folder / "fig.png", "table": folder / "fig.csv"} | changes)
    return pd.read_csv(folder / "fig.csv")


def shown(folder: Path) -> np.ndarray:
    return np.rint(imread(folder / "fig.png")[..., :3] * 255).astype(int)


@pytest.mark.parametrize("attacks_as", ["rows", "columns"])
def test_every_attack_and_the_truth_fill_as_many_tiles(inputs, tmp_path, attacks_as):
    """Greys 60, 120 and 220 cover equal shares of the figure."""
    drawn(inputs, tmp_path, attacks_as=attacks_as)
    grey = shown(tmp_path)[..., 0]
    shares = [(np.abs(grey - value) <= 1).sum() for value in (60, 120, 220)]
    assert min(shares) > 10_000 and max(shares) < 1.1 * min(shares)


def test_attacks_are_beside_each_other_as_columns_and_below_as_rows(inputs, tmp_path):
    for attacks_as, axis in (("rows", 0), ("columns", 1)):
        drawn(inputs, tmp_path, attacks_as=attacks_as)
        grey = shown(tmp_path)[:, : shown(tmp_path).shape[1] // 2, 0]  # members alone
        places = [np.argwhere(np.abs(grey - value) <= 1)[:, axis].mean() for value in (60, 120, 220)]
        assert places == sorted(places) and places[2] - places[0] > 50


def test_the_table_lists_the_same_victims_for_every_attack_with_their_own_errors(inputs, tmp_path):
    """Dee is known to the first target alone and is never shown."""
    table = drawn(inputs, tmp_path)
    assert table.groupby("method")["sample_id"].apply(tuple).nunique() == 1
    assert set(table["identity"]) == {"Ann", "Ben", "Cem"} and len(table) == 2 * 2 * 3
    for label, path in zip(inputs["labels"], inputs["scores"], strict=True):
        known = scores.read(path).set_index("sample_id")
        rows = table[table["method"] == label]
        np.testing.assert_allclose(rows["mse"], known.loc[rows["sample_id"], "mse"], rtol=1e-5)


@pytest.mark.parametrize("attacks_as", ["rows", "columns"])
@pytest.mark.parametrize("drawer", ["same", "generic", "truth"])
def test_each_tile_is_of_the_victim_the_table_names(inputs, tmp_path, drawer, attacks_as):
    """One attack, or the truth, has a grey for each image; the others are black."""
    known = samples.read(inputs["samples"])["sample_id"].to_pylist()
    grey = {sample_id: 20 + 5 * row for row, sample_id in enumerate(known)}
    paint(inputs["images"], [grey[i] * (drawer == "truth") for i in known])
    for label, path, rebuilt in zip(inputs["labels"], inputs["scores"], inputs["reconstructions"], strict=True):
        paint(rebuilt, [grey[i] * (drawer == label) for i in scores.read(path)["sample_id"]])
    table = drawn(inputs, tmp_path, attacks_as=attacks_as)
    assert greys(tmp_path / "fig.png") == {grey[i] for i in table["sample_id"]}


def test_who_is_shown_is_drawn_by_the_seed(inputs, tmp_path):
    assert len({tuple(drawn(inputs, tmp_path, seed=seed)["sample_id"]) for seed in range(4)}) > 2


def test_an_unknown_arrangement_is_refused(inputs, tmp_path):
    with pytest.raises(ValueError, match="expected attacks as one of rows, columns, found 'diagonal'"):
        drawn(inputs, tmp_path, attacks_as="diagonal")


def test_the_same_inputs_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        drawn(inputs, tmp_path / name)
    for product in ("fig.csv", "fig.png"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()
