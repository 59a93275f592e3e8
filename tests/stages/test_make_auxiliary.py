from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obverse import auxiliaries
from obverse.errors import UnusableInput
from obverse.make_auxiliary import make_auxiliary


def selected(output: Path, parts: list[tuple], **changes) -> pd.DataFrame:
    """Run the stage on parts (data set name, data set, split, splits table or None)."""
    names, sets, splits, tables = zip(*parts, strict=True)
    numbers = {"validation_fraction": 0.2, "owner": "adversary", "seed": 1}
    make_auxiliary(
        datasets=list(names),
        samples=[data.samples for data in sets],
        splits=list(splits),
        split_tables=[table for table in tables if table is not None],
        selection=output,
        **numbers | changes,
    )
    return auxiliaries.read(output).to_pandas()


def test_every_usable_image_of_every_part_is_in_it_once(data_set, tmp_path):
    faces = data_set("faces", ["x"] * 20, status=["ok", "overlap"] * 10)
    digits = data_set("digits_", ["x"] * 5)
    table = selected(tmp_path / "a", [("faces", faces, "all", None), ("digits", digits, "all", None)])
    assert table.loc[table["dataset"] == "faces", "sample_id"].tolist() == faces.sample_ids[::2].tolist()
    assert table.loc[table["dataset"] == "digits", "sample_id"].tolist() == digits.sample_ids.tolist()
    assert set(table["owner"]) == {"adversary"}


def test_a_part_takes_one_split_of_a_target(data_set, split_table, tmp_path):
    """And of it what is usable; an image in no split is in no part."""
    data = data_set("digits", ["x"] * 8, status=["ok"] * 7 + ["overlap"])
    sides = ["member", "held_out"] * 3 + ["held_out"]
    table = split_table(data.sample_ids[[0, 1, 2, 3, 4, 5, 7]], [0] * 7, sides)
    found = selected(tmp_path / "a", [("digits", data, "held_out", table)], validation_fraction=0.4)
    assert found["sample_id"].tolist() == data.sample_ids[[1, 3, 5]].tolist()


def test_a_splits_table_goes_to_the_part_that_asks_for_one(data_set, split_table, tmp_path):
    whole, half = data_set("whole", ["x"] * 6), data_set("half", ["x"] * 6)
    table = split_table(half.sample_ids, [0] * 6, ["member"] * 3 + ["held_out"] * 3)
    found = selected(tmp_path / "a", [("whole", whole, "all", None), ("half", half, "held_out", table)])
    assert found.loc[found["dataset"] == "half", "sample_id"].tolist() == half.sample_ids[3:].tolist()
    assert (found["dataset"] == "whole").sum() == 6


@pytest.mark.parametrize("fraction", [0.05, 0.25, 0.5])
def test_the_asked_share_is_set_aside(data_set, tmp_path, fraction):
    parts = [("faces", data_set("faces", ["x"] * 200), "all", None)]
    table = selected(tmp_path / "a", parts, validation_fraction=fraction)
    assert (table["part"] == auxiliaries.VALIDATION).sum() == fraction * 200
    assert set(table["part"]) == {auxiliaries.TRAIN, auxiliaries.VALIDATION}


def test_what_is_set_aside_is_drawn_by_the_seed_and_the_same_seed_gives_the_same_bytes(data_set, tmp_path):
    parts = [("faces", data_set("faces", ["x"] * 100), "all", None)]
    aside = [selected(tmp_path / f"{i}", parts, seed=seed)["part"] for i, seed in enumerate((1, 1, 2))]
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()
    assert not aside[0].equals(aside[2])
    rows = np.flatnonzero(aside[0] == auxiliaries.VALIDATION)
    assert rows.min() < 30 and rows.max() >= 70  # not one end of the list


def test_an_adversary_holds_no_members(data_set, split_table, tmp_path):
    data = data_set("digits", ["x"] * 8)
    table = split_table(data.sample_ids, [0] * 8, ["member", "held_out"] * 4)
    with pytest.raises(UnusableInput) as error:
        selected(tmp_path / "a", [("digits", data, "member", table)])
    assert str(error.value).splitlines() == [
        f"{tmp_path / 'a'}: an adversary would hold members",
        "Take held_out, or set owner: target_owner.",
    ]
    assert not (tmp_path / "a").exists()


def test_the_targets_owner_may_hold_members(data_set, split_table, tmp_path):
    data = data_set("digits", ["x"] * 8)
    table = split_table(data.sample_ids, [0] * 8, ["member", "held_out"] * 4)
    found = selected(tmp_path / "a", [("digits", data, "member", table)], owner="target_owner")
    assert len(found) == 4 and set(found["owner"]) == {"target_owner"}


@pytest.mark.parametrize(("count", "fraction"), [(4, 0.1), (1, 0.5), (3, 0.9)])
def test_too_few_images_to_train_and_to_choose_by_are_refused(data_set, tmp_path, count, fraction):
    parts = [("faces", data_set("faces", ["x"] * count), "all", None)]
    with pytest.raises(UnusableInput, match=f"to choose an epoch by, found {count} in all"):
        selected(tmp_path / "a", parts, validation_fraction=fraction)
    assert not (tmp_path / "a").exists()


def test_when_nothing_is_left_after_the_overlap_it_is_said(data_set, tmp_path):
    parts = [("faces", data_set("faces", ["x"] * 4, status=["overlap"] * 4), "all", None)]
    with pytest.raises(UnusableInput, match="found 0 in all, 0 to choose by"):
        selected(tmp_path / "a", parts)
