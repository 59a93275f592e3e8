from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from obverse import samples, scores
from obverse.draw_reconstructions import draw_reconstructions
from shown import greys, paint, says_stand_ins

NAMES = ["Ann", "Ben", "Cem", "Dee", "Eva"]
ATTACKS = [("aligned", 1), ("prior", 1), ("aligned", 5), ("prior", 5), ("centred", 5)]


@pytest.fixture
def inputs(data_set, tmp_path: Path) -> dict:
    """Five people with four pictures on each side; the scores are in an order of their own."""
    identities = np.repeat(NAMES, 8)
    data = data_set("faces", identities)
    order = np.random.default_rng(0).permutation(40)
    rows = {
        "sample_id": data.sample_ids[order],
        "label": np.repeat(np.arange(5), 8)[order],
        "split": np.array(["member", "held_out"] * 20)[order],
        "ssim": np.full(40, 0.5, np.float32),
        "identity_rank": np.ones(40, int),
        "evaluation_rank": np.full(40, 2),
    }
    given = {"reconstructions": [], "scores": [], "methods": [], "m": []}
    for number, (method, m) in enumerate(ATTACKS):
        mse = (np.arange(40) / 1000 + number).astype(np.float32)
        scores.write(tmp_path / f"{method}{m}.parquet", pd.DataFrame(rows | {"mse": mse}), 0, {})
        samples.write_images(tmp_path / f"{method}{m}.npy", np.full((40, 8, 8), 40 * number, np.uint8))
        given["reconstructions"].append(tmp_path / f"{method}{m}.npy")
        given["scores"].append(tmp_path / f"{method}{m}.parquet")
        given["methods"].append(method)
        given["m"].append(m)
    given |= {"title": "Figure 9", "images": data.images, "samples": data.samples}
    return given | {"victims": 3, "seed": 1, "origin": "Stand-ins"}


def drawn(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    draw_reconstructions(**inputs | {"picture": folder / "fig9.png", "table": folder / "fig9.csv"} | changes)
    return pd.read_csv(folder / "fig9.csv")


def picture(folder: Path) -> np.ndarray:
    return imread(folder / "fig9.png")[..., :3]


def test_the_table_says_who_is_shown_and_how_near_each_picture_comes(inputs, tmp_path):
    table = drawn(inputs, tmp_path / "out")
    columns = ["split", "identity", "label", "sample_id", "m", "method", "mse", "ssim", "identity_rank"]
    assert list(table.columns) == [*columns, "evaluation_rank"] and len(table) == 2 * 3 * len(ATTACKS)
    people = samples.read(inputs["samples"]).to_pandas().set_index("sample_id")["identity"]
    assert (table["identity"] == people.loc[table["sample_id"]].to_numpy()).all()
    for (method, m), path in zip(ATTACKS, inputs["scores"], strict=True):
        all_rows = scores.read(path).set_index("sample_id")
        shown = table[(table["method"] == method) & (table["m"] == m)]
        np.testing.assert_allclose(shown["mse"], all_rows.loc[shown["sample_id"], "mse"], rtol=1e-5)
        assert shown["split"].tolist() == all_rows.loc[shown["sample_id"], "split"].tolist()


def test_the_same_people_are_shown_in_both_splits_and_to_every_attack(inputs, tmp_path):
    table = drawn(inputs, tmp_path / "out")
    people = {split: rows["identity"].unique().tolist() for split, rows in table.groupby("split")}
    assert people["member"] == people["held_out"] and len(people["member"]) == 3
    shown = table.groupby(["method", "m"])["sample_id"].apply(tuple)
    assert len(set(shown)) == 1


def test_who_is_shown_is_drawn_by_the_seed(inputs, tmp_path):
    chosen = [tuple(drawn(inputs, tmp_path / "out", seed=seed)["sample_id"]) for seed in range(3)]
    assert len(set(chosen)) == 3


def test_who_is_shown_does_not_depend_on_how_well_he_is_rebuilt(inputs, tmp_path):
    before = drawn(inputs, tmp_path / "out")["sample_id"].tolist()
    for path in inputs["scores"]:
        table = scores.read(path)
        scores.write(path, table.assign(mse=table["mse"].to_numpy()[::-1]), 0, {})
    assert drawn(inputs, tmp_path / "out")["sample_id"].tolist() == before


def test_who_is_on_one_side_alone_is_not_shown(inputs, tmp_path):
    for path in inputs["scores"]:
        table = scores.read(path)
        scores.write(path, table.assign(split=np.where(table["label"] == 2, "member", table["split"])), 0, {})
    assert "Cem" not in set(drawn(inputs, tmp_path / "out", victims=4)["identity"])


def test_every_attack_and_the_truth_are_in_the_picture(inputs, tmp_path):
    """Each attack draws one grey, no other; a tile is uniform, so its grey fills a share of the figure."""
    samples.write_images(inputs["images"], np.full((40, 8, 8), 220, np.uint8))
    drawn(inputs, tmp_path / "out")
    assert greys(tmp_path / "out" / "fig9.png") == {40, 80, 120, 160, 220}


def test_below_each_reconstruction_is_the_truth_of_the_victim_the_table_names(inputs, tmp_path):
    known = samples.read(inputs["samples"])["sample_id"].to_pylist()
    truth = {sample_id: 20 + 5 * row for row, sample_id in enumerate(known)}
    paint(inputs["images"], [truth[i] for i in known])
    for path in inputs["reconstructions"]:
        samples.write_images(path, np.zeros((40, 8, 8), np.uint8))
    table = drawn(inputs, tmp_path / "out")
    assert greys(tmp_path / "out" / "fig9.png") == {truth[sample_id] for sample_id in table["sample_id"]}


def test_each_reconstruction_is_that_of_the_victim_the_table_names(inputs, tmp_path):
    shown_to = scores.read(inputs["scores"][0])["sample_id"].tolist()
    rebuilt = {sample_id: 20 + 5 * row for row, sample_id in enumerate(shown_to)}
    samples.write_images(inputs["images"], np.zeros((40, 8, 8), np.uint8))
    for path in inputs["reconstructions"]:
        paint(path, [rebuilt[i] for i in shown_to])
    table = drawn(inputs, tmp_path / "out")
    assert greys(tmp_path / "out" / "fig9.png") == {rebuilt[sample_id] for sample_id in table["sample_id"]}


def test_a_reconstruction_that_differs_changes_the_picture(inputs, tmp_path):
    drawn(inputs, tmp_path / "a")
    samples.write_images(inputs["reconstructions"][3], np.full((40, 8, 8), 200, np.uint8))
    drawn(inputs, tmp_path / "b")
    assert not np.array_equal(picture(tmp_path / "a"), picture(tmp_path / "b"))


def test_the_same_inputs_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        drawn(inputs, tmp_path / name)
    for product in ("fig9.csv", "fig9.png"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()


def test_it_says_when_it_is_made_from_stand_ins(inputs, tmp_path):
    """Without an extra method, which would be said there too."""
    paper = {name: inputs[name][:4] for name in ("reconstructions", "scores", "methods", "m")}
    for origin in ("Stand-ins", ""):
        drawn(inputs | paper, tmp_path / "out", origin=origin)
        assert says_stand_ins(tmp_path / "out" / "fig9.png") == bool(origin)
