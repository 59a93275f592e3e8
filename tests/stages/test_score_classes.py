"""How pictures of classes are judged."""

from pathlib import Path

import numpy as np
import pytest
import torch

from obverse import checkpoints, class_pictures, evaluators, reserved, samples
from obverse.errors import UnusableInput
from obverse.evaluators import Evaluator
from obverse.score_classes import score_classes

PEOPLE = ["Zoe", "Ann", "Ben"]  # the target's labels are 2, 0, 1 here; the evaluation classifier knows four


@pytest.fixture
def inputs(data_set, split_table, reserved_table, judge, tmp_path: Path) -> dict:
    data = data_set("faces", PEOPLE * 4, size=16)
    sides = ["member"] * 3 + ["held_out"] * 3 + ["member"] * 6
    given = {
        "images": data.images,
        "samples": data.samples,
        "splits": split_table(data.sample_ids, [2, 0, 1] * 4, sides),
        "reserved": reserved_table(["Ann", "Ben", "Cem", "Zoe"]),
        "evaluator": judge(4),
        "threads": 1,
    }
    own = [data.pixels[np.array(sides) == "member"][place::3] for place in (1, 2, 0)]  # of labels 0, 1, 2
    return given | {"means": np.stack([pixels.mean(axis=0) for pixels in own])}


def scored(inputs: dict, folder: Path, pictures: np.ndarray, name: str = "t.parquet") -> class_pictures.Inferred:
    samples.write_images(folder / "pictures.npy", pictures)
    given = {key: value for key, value in inputs.items() if key != "means"}
    score_classes(pictures=folder / "pictures.npy", table=folder / name, **given)
    return class_pictures.read("ours", folder / name, folder / "pictures.npy")


def noise() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (3, 16, 16), dtype=np.uint8)


def test_the_error_is_to_the_mean_member_picture_of_the_class_in_that_row(inputs, tmp_path):
    """Held-out pictures do not count."""
    table = scored(inputs, tmp_path, noise()).table
    expected = ((noise() / 255 - inputs["means"] / 255) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(table["mse"], expected, rtol=1e-5)
    assert table["identity"].tolist() == ["Ann", "Ben", "Zoe"]


def test_the_judge_is_asked_for_the_person_not_for_the_targets_number(inputs, tmp_path):
    """Zoe is the target's class 2, and the judge's 3."""
    table = scored(inputs, tmp_path, noise()).table
    judge = checkpoints.load(inputs["evaluator"], Evaluator)
    seen = torch.from_numpy(noise()).unsqueeze(1) / 255
    expected = evaluators.rank(judge, seen, torch.tensor([0, 1, 3]))
    assert table["evaluation_rank"].tolist() == expected.tolist()
    assert expected.tolist() != evaluators.rank(judge, seen, torch.tensor([0, 1, 2])).tolist()


def test_a_picture_of_one_grey_is_told_from_one_that_shows_something(inputs, tmp_path):
    pictures = noise()
    pictures[0], pictures[2] = 0, 130
    assert scored(inputs, tmp_path, pictures).table["plain"].tolist() == [True, False, True]


def test_two_runs_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        scored(inputs, tmp_path, noise(), name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("shape", [(2, 16, 16), (4, 16, 16), (3, 8, 8)])
def test_pictures_of_other_classes_or_another_size_are_refused(inputs, tmp_path, shape):
    with pytest.raises(UnusableInput, match="expected pictures of 3 classes in 16 pixels, found an array"):
        scored(inputs, tmp_path, np.zeros(shape, np.uint8))


def test_a_judge_that_was_trained_on_the_members_is_refused(inputs, tmp_path, reserved_table):
    known = samples.read(inputs["samples"])
    reserved_table(["Ann", "Ben", "Cem", "Zoe"], known["sample_id"].to_numpy()[:4])
    assert len(reserved.read(inputs["reserved"])) == 4
    with pytest.raises(UnusableInput, match="expected no image reserved for the evaluation classifier"):
        scored(inputs, tmp_path, noise())
