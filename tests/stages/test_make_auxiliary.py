import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from obverse import auxiliaries
from obverse.errors import UnusableInput
from obverse.make_auxiliary import ALL, make_auxiliary


def selected(output: Path, parts: list[tuple], **changes) -> pd.DataFrame:
    """Run the stage on parts (data set name, data set, split, splits table or None).

    Of any pose and of anybody, unless ``poses``, ``pose_tables`` or ``identities`` say otherwise.
    """
    names, sets, splits, tables = zip(*parts, strict=True)
    numbers = {"validation_fraction": 0.2, "owner": "adversary", "seed": 1}
    numbers |= {"poses": [ALL] * len(parts), "pose_tables": [], "identities": [ALL] * len(parts)}
    numbers |= {"judged": [], "reserved_tables": []}
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


def test_an_image_and_its_near_duplicates_are_set_aside_together(data_set, tmp_path):
    """Else an epoch would be chosen by pictures that were trained on, all but for a pixel; only one set's are alike."""
    pairs = [f"pair {row // 2}" for row in range(200)]
    faces, others = data_set("faces", ["x"] * 200, groups=pairs), data_set("others", ["x"] * 200)
    parts = [("faces", faces, "all", None), ("others", others, "all", None)]
    table = selected(tmp_path / "a", parts, validation_fraction=0.1)
    aside = (table["part"] == auxiliaries.VALIDATION).to_numpy()
    assert (aside[:200:2] == aside[1:200:2]).all() and aside[:200].any()
    assert 40 <= aside.sum() < 60 and aside[200:].sum() < 30


def test_what_an_evaluation_classifier_learns_from_is_left_to_it(data_set, reserved_table, tmp_path):
    """Of its own data set; another's sample_ids are other images."""
    judged, other = data_set("judged", ["x"] * 8), data_set("judges", ["x"] * 8)
    np.testing.assert_array_equal(judged.sample_ids, other.sample_ids)
    table = reserved_table(["x"] * 3, judged.sample_ids[:3])
    parts = [("judged", judged, "all", None), ("other", other, "all", None)]
    found = selected(tmp_path / "a", parts, judged=["judged"], reserved_tables=[table])
    assert found.loc[found["dataset"] == "judged", "sample_id"].tolist() == judged.sample_ids[3:].tolist()
    assert (found["dataset"] == "other").sum() == 8


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
    with pytest.raises(UnusableInput, match="expected images of faces with status ok, found none"):
        selected(tmp_path / "a", parts)


LOOKING = [["frontal"], ["left", "up"], [], ["left"], ["right"], ["left"], ["frontal"], ["down"]]


def test_a_part_takes_the_faces_that_look_one_way(data_set, pose_table, tmp_path):
    """A face that looks left and up is among either; one of unknown pose among none."""
    faces = data_set("celeba", ["x"] * 8, status=["ok"] * 5 + ["overlap"] + ["ok"] * 2)
    table = pose_table(faces.sample_ids[::-1], LOOKING[::-1])
    chosen = {"poses": ["left"], "pose_tables": [table], "validation_fraction": 0.5}
    found = selected(tmp_path / "a", [("celeba", faces, "all", None)], **chosen)
    assert found["sample_id"].tolist() == faces.sample_ids[[1, 3]].tolist()


def test_a_pose_without_images_is_named_with_what_to_do(data_set, pose_table, tmp_path):
    faces = data_set("celeba", ["x"] * 7)
    chosen = {"poses": ["down"], "pose_tables": [pose_table(faces.sample_ids, LOOKING[:7])]}
    with pytest.raises(UnusableInput) as error:
        selected(tmp_path / "a", [("celeba", faces, "all", None)], **chosen)
    assert str(error.value).splitlines() == [
        f"{tmp_path / 'a'}: expected images of celeba with pose down, found none",
        "Choose another part, or, for a pose, other limits under poses; of pictures of your own, the log of "
        "prepare_pictures says what was left out.",
    ]
    assert not (tmp_path / "a").exists()


def test_a_part_takes_the_images_of_some_people(data_set, tmp_path):
    digits = data_set("mnist", list("40517496"), status=["ok"] * 7 + ["overlap"])
    parts = [("mnist", digits, "all", None)]
    found = selected(tmp_path / "a", parts, identities=["4,5,6"], validation_fraction=0.4)
    assert found["sample_id"].tolist() == digits.sample_ids[[0, 2, 5]].tolist()


def test_people_of_whom_there_is_no_image_are_named(data_set, tmp_path):
    parts = [("mnist", data_set("mnist", list("0123")), "all", None)]
    with pytest.raises(UnusableInput, match="expected images of mnist with identities 4,5, found none"):
        selected(tmp_path / "a", parts, identities=["4,5"])


def test_each_part_has_its_own_pose_and_its_own_people(data_set, pose_table, split_table, tmp_path):
    """Tables go, in order, to the parts that ask for one."""
    owned, generic = data_set("facescrub", list("aabbab")), data_set("celeba", ["x"] * 8)
    divided = split_table(owned.sample_ids, [0, 0, 1, 1, 0, 1], ["member"] * 4 + ["held_out"] * 2)
    found = selected(
        tmp_path / "a",
        [("facescrub", owned, "member", divided), ("celeba", generic, "all", None)],
        owner="target_owner",
        poses=[ALL, "frontal"],
        pose_tables=[pose_table(generic.sample_ids, LOOKING)],
        identities=["b", ALL],
    )
    assert found.loc[found["dataset"] == "facescrub", "sample_id"].tolist() == owned.sample_ids[2:4].tolist()
    assert found.loc[found["dataset"] == "celeba", "sample_id"].tolist() == generic.sample_ids[[0, 6]].tolist()


def test_the_file_says_what_it_took(data_set, pose_table, tmp_path):
    faces = data_set("celeba", ["x"] * 8)
    chosen = {"poses": ["left"], "pose_tables": [pose_table(faces.sample_ids, LOOKING)]}
    selected(tmp_path / "a", [("celeba", faces, "all", None)], **chosen)
    record = json.loads(pq.read_schema(tmp_path / "a").metadata[b"obverse"])
    assert record["poses"] == ["left"] and set(record["inputs"]) == {"samples celeba", "poses 0"}
