"""Who is shown in a grid, and where."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from obverse import panels, samples, scores
from obverse.errors import UnusableInput

PEOPLE = np.repeat(list("abcd"), 6)  # pictures 0 … 23
SIDES = np.tile(["member", "held_out"], 12)
WHERE = Path("scores")


@pytest.fixture
def truth(tmp_path: Path) -> panels.Truth:
    ids = np.arange(24)
    columns = {"sample_id": ids, "identity": PEOPLE, "source": ["x"] * 24, "status": ["ok"] * 24}
    samples.write(tmp_path / "samples", pa.table(columns | {"duplicate_group": ids}), {})
    samples.write_images(tmp_path / "images", np.full((24, 4, 4), ids[:, None, None], np.uint8))
    return panels.Truth(tmp_path / "images", tmp_path / "samples")


def attack(ids: np.ndarray, sides: np.ndarray = SIDES) -> panels.Shown:
    zeros = np.zeros(len(ids))
    columns = {"label": zeros, "split": sides[ids], "mse": zeros, "ssim": zeros, "identity_rank": zeros}
    table = pd.DataFrame(columns | {"evaluation_rank": zeros}, index=pd.Index(ids, name="sample_id"))
    return panels.Shown("aligned", table, np.full((len(ids), 4, 4), 100 + ids[:, None, None], np.uint8))


def test_only_pictures_on_the_same_side_of_every_target_are_shown(truth):
    """Pictures 0-11 change sides between the two targets, and 23 is no victim of the second."""
    turned = np.where(np.arange(24) < 12, SIDES[::-1], SIDES)
    for seed in range(20):
        chosen = panels.choose([attack(np.arange(24)), attack(np.arange(23), turned)], truth, 2, seed, WHERE)
        assert chosen["sample_id"].between(12, 22).all()
        assert (SIDES[chosen["sample_id"]] == chosen["split"]).all()


def test_the_same_people_are_shown_on_both_sides_each_once_while_there_are_enough(truth):
    chosen = panels.choose([attack(np.arange(24))], truth, 3, 1, WHERE)
    people = {split: rows["identity"].tolist() for split, rows in chosen.groupby("split")}
    assert people["member"] == people["held_out"] == sorted(set(people["member"])) and len(people["member"]) == 3


def test_where_there_are_fewer_people_than_victims_each_is_shown_in_other_pictures(truth):
    """A target that knows two people has only them to show."""
    chosen = panels.choose([attack(np.arange(12))], truth, 5, 1, WHERE)
    for _, side in chosen.groupby("split"):
        assert side["sample_id"].is_unique and side["identity"].value_counts().tolist() == [3, 2]


def test_too_few_pictures_are_refused(truth):
    with pytest.raises(UnusableInput, match="scores: expected 7 pictures of 2 people, found 6"):
        panels.choose([attack(np.arange(12))], truth, 7, 1, WHERE)


def test_targets_that_share_no_side_are_refused(truth):
    turned = np.where(SIDES == "member", "held_out", "member")
    with pytest.raises(UnusableInput, match="expected people with pictures on both sides in every attack shown"):
        panels.choose([attack(np.arange(24)), attack(np.arange(24), turned)], truth, 2, 1, WHERE)


def test_pictures_are_found_by_sample_id(truth):
    shown = attack(np.array([5, 3, 8]))
    assert shown.picture(3)[0, 0] == 103 and truth.picture(8)[0, 0] == 8


def test_pictures_that_are_not_those_of_the_scores_are_refused(tmp_path):
    rows = {"sample_id": [1, 2], "label": [0, 0], "split": ["member"] * 2, "mse": [0.0] * 2, "ssim": [0.0] * 2}
    scores.write(tmp_path / "s", pd.DataFrame(rows | {"identity_rank": [1, 1], "evaluation_rank": [1, 1]}), 0, {})
    samples.write_images(tmp_path / "r", np.zeros((3, 4, 4), np.uint8))
    with pytest.raises(UnusableInput, match="r: expected a picture for each of the 2 rows of .*s, found 3"):
        panels.read("aligned", tmp_path / "s", tmp_path / "r")


def test_of_one_side_only_its_pictures_are_shown(truth):
    """Also of attacks that have both sides; and a target whose victims are all on one side has no other to show."""
    for shown in (attack(np.arange(24)), attack(np.arange(1, 24, 2))):
        chosen = panels.choose([shown], truth, 3, 1, WHERE, ["held_out"])
        assert chosen["split"].tolist() == ["held_out"] * 3
        assert chosen["identity"].is_unique and (chosen["sample_id"] % 2 == 1).all()


def test_a_side_that_no_attack_has_is_refused(truth):
    with pytest.raises(UnusableInput, match="expected people with pictures on the side held_out in every attack"):
        panels.choose([attack(np.arange(0, 24, 2))], truth, 2, 1, WHERE, ["held_out"])
