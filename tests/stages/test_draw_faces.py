"""Figures 2 and 17."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from face_tables import write_scores
from obverse import samples
from obverse.draw_faces import draw_faces
from obverse.errors import UnusableInput
from shown import greys, paint, says_stand_ins

LABELS = ["remove landmark", "80 features"]
PEOPLE = {"unknown": list("aabbcc"), "known": list("xxyyzz")}


@pytest.fixture
def inputs(data_set, tmp_path: Path) -> dict:
    """Two rows on two boards; every picture of a row of a board is of one grey, and so is the truth of each board."""
    given: dict = {"labels": LABELS, "parts": list(PEOPLE), "images": [], "samples": []}
    given |= {"reconstructions": [], "scores": [], "title": "Figure 17", "victims": 3, "seed": 1, "origin": "Stand-ins"}
    for board, (part, people) in enumerate(PEOPLE.items()):
        data = data_set(part, people)
        paint(data.images, [200 + 20 * board] * 6)
        given["images"].append(data.images)
        given["samples"].append(data.samples)
        order = np.random.default_rng(board).permutation(6)
        for row in range(2):
            where, grey = tmp_path / f"{part}{row}", 40 + 20 * (2 * board + row)
            mse = data.sample_ids[order] / 1e4 + row
            names = [people[i] for i in order]
            given["scores"].append(write_scores(where, data.sample_ids[order], names, part, mse))
            samples.write_images(tmp_path / f"{part}{row}.npy", np.full((6, 8, 8), grey, np.uint8))
            given["reconstructions"].append(tmp_path / f"{part}{row}.npy")
    return given


def drawn(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    draw_faces(**inputs | {"picture": folder / "fig.png", "table": folder / "fig.csv"} | changes)
    return pd.read_csv(folder / "fig.csv")


def test_every_row_of_every_board_and_its_truth_is_there_and_what_it_is_made_from(inputs, tmp_path):
    drawn(inputs, tmp_path)
    assert greys(tmp_path / "fig.png") == {40, 60, 80, 100, 200, 220}
    assert says_stand_ins(tmp_path / "fig.png")


def test_one_board_with_one_row_is_figure_2(inputs, tmp_path):
    alone = {name: inputs[name][:1] for name in ("parts", "images", "samples")}
    alone |= {"labels": LABELS[1:], "scores": inputs["scores"][1:2], "reconstructions": inputs["reconstructions"][1:2]}
    listed = drawn(inputs, tmp_path, **alone)
    assert greys(tmp_path / "fig.png") == {60, 200}
    assert set(listed["split"]) == {"unknown"} and sorted(listed["identity"]) == ["a", "b", "c"]


def test_the_list_says_who_is_shown_and_how_near_each_comes(inputs, tmp_path):
    listed = drawn(inputs, tmp_path)
    assert len(listed) == 12
    for (part, method), rows in listed.groupby(["split", "method"]):
        assert sorted(rows["identity"]) == sorted(set(PEOPLE[part]))
        np.testing.assert_allclose(rows["mse"], rows["sample_id"] / 1e4 + LABELS.index(method), rtol=1e-5)
    by_row = [rows["sample_id"].tolist() for _, rows in listed[listed["split"] == "known"].groupby("method")]
    assert by_row[0] == by_row[1]


def test_the_same_seed_shows_the_same_and_another_others(inputs, tmp_path):
    shown = [drawn(inputs, tmp_path, seed=seed)["sample_id"].tolist() for seed in (1, 1, 2)]
    assert shown[0] == shown[1] != shown[2]


def test_too_few_pictures_are_said_to_be_too_few(inputs, tmp_path):
    with pytest.raises(UnusableInput, match="expected 9 pictures of 3 people, found 6"):
        drawn(inputs, tmp_path, victims=9)
