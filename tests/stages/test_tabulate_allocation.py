from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.image import imread

from obverse import auxiliaries, samples, splits
from obverse.errors import UnusableInput
from obverse.tabulate_allocation import tabulate_allocation

PAPER = Path(__file__).parents[2] / "resources/paper_tables.csv"


def sample_table(path: Path, people: list[str]) -> Path:
    words, ids = [""] * len(people), np.arange(len(people))
    rows = {"sample_id": ids, "identity": people, "source": words, "status": words, "duplicate_group": ids}
    samples.write(path, pa.table(rows), {})
    return path


def auxiliary(path: Path, dataset: str, ids: list[int], validation: int) -> Path:
    parts = ["validation"] * validation + ["train"] * (len(ids) - validation)
    rows = {"dataset": [dataset] * len(ids), "sample_id": ids, "part": parts, "owner": ["adversary"] * len(ids)}
    auxiliaries.write(path, pa.table(rows), {})
    return path


@pytest.fixture
def inputs(tmp_path: Path) -> dict:
    """Three people with four pictures each, half of them members; sets of the same people and of others."""
    divided = tmp_path / "splits.parquet"
    rows = {"sample_id": np.arange(12), "label": np.arange(12) // 4, "split": ["member", "held_out"] * 6}
    splits.write(divided, pa.table(rows), {})
    held = [
        auxiliary(tmp_path / "same.parquet", "facescrub", [1, 3, 5, 7, 9, 11], 1),
        auxiliary(tmp_path / "generic.parquet", "celeba", [0, 1, 2, 3, 4], 2),
    ]
    known = [
        sample_table(tmp_path / "facescrub.parquet", [*np.repeat(["Ann", "Ben", "Cem"], 4)]),
        sample_table(tmp_path / "celeba.parquet", ["Ann", "Ann", "2", "3", "3", "4"]),
    ]
    return {
        "tasks": ["facescrub", "facescrub"],
        "labels": ["same", "generic"],
        "classifiers": ["faces_half", "faces"],
        "splits": [divided, divided],
        "names": ["same_faces", "generic"],
        "auxiliaries": held,
        "datasets": ["facescrub", "celeba"],
        "samples": known,
        "paper": PAPER,
        "origin": "Stand-ins",
    }


def tabulated(inputs: dict, folder: Path) -> pd.DataFrame:
    tabulate_allocation(**inputs, picture=folder / "table1.png", table=folder / "table1.csv")
    return pd.read_csv(folder / "table1.csv").set_index("distribution")


def test_images_and_people_are_counted(inputs, tmp_path):
    found = tabulated(inputs, tmp_path / "out")
    counts = ["classes", "members", "held_out", "auxiliary_images", "auxiliary_validation_images"]
    assert found.loc["same", counts].tolist() == [3, 6, 6, 5, 1]
    assert found.loc["generic", counts].tolist() == [3, 6, 6, 3, 2]
    assert found["auxiliary_identities"].tolist() == [3, 3]


def test_what_target_and_adversary_share_is_counted(inputs, tmp_path):
    """The Ann of the other data set is another: names of two data sets are not compared here."""
    found = tabulated(inputs, tmp_path / "out")
    shared = ["shared_identities", "shared_members", "shared_held_out"]
    assert found.loc["same", shared].tolist() == [3, 0, 6]
    assert found.loc["generic", shared].tolist() == [0, 0, 0]


def test_members_in_the_adversarys_hands_show(inputs, tmp_path):
    held = auxiliary(tmp_path / "members.parquet", "facescrub", [0, 1, 2], 0)
    found = tabulated(inputs | {"auxiliaries": [held, inputs["auxiliaries"][1]]}, tmp_path / "out")
    assert found.loc["same", ["shared_members", "shared_held_out"]].tolist() == [2, 1]


def test_the_papers_words_stand_beside(inputs, tmp_path):
    found = tabulated(inputs, tmp_path / "out")
    assert found.loc["same", "paper_classifier_data"] == "50% train, 50% test"
    assert found["paper_auxiliary_data"].tolist() == ["FaceScrub 50% test data", "CelebA"]


def test_a_row_that_the_paper_has_not_has_none_of_its_words(inputs, tmp_path):
    found = tabulated(inputs | {"labels": ["same", "ours"]}, tmp_path / "out")
    assert pd.isna(found.loc["ours", "paper_auxiliary_data"])


def test_an_image_that_no_data_set_has_is_an_error(inputs, tmp_path):
    held = auxiliary(tmp_path / "more.parquet", "celeba", [99], 0)
    with pytest.raises(UnusableInput, match="expected sample_id 99"):
        tabulated(inputs | {"auxiliaries": [inputs["auxiliaries"][0], held]}, tmp_path / "out")


def test_the_same_counts_give_the_same_bytes_and_a_picture_to_read(inputs, tmp_path):
    for name in ("a", "b"):
        tabulated(inputs, tmp_path / name)
    for product in ("table1.csv", "table1.png"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()
    assert imread(tmp_path / "a/table1.png").shape[1] > 1000
