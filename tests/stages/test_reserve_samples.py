from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obverse import reserved, samples
from obverse.errors import UnusableInput
from obverse.reserve_samples import reserve_samples


def kept(data, output: Path, fraction: float = 0.2, seed: int = 1) -> pd.DataFrame:
    """Run the stage and return its table with what the samples say of each image."""
    reserve_samples(samples=data.samples, fraction=fraction, seed=seed, reserved=output)
    said = samples.read(data.samples).to_pandas().drop(columns="identity")
    return reserved.read(output).to_pandas().merge(said, on="sample_id", validate="one_to_one")


@pytest.fixture
def duplicates(data_set):
    """Four people with 30 pictures each, in groups of one to four near-duplicates."""
    random = np.random.default_rng(3)
    groups = [100 * person + group for person in range(4) for group in np.sort(random.integers(0, 14, 30))]
    return data_set("duplicates", np.repeat(list("abcd"), 30), groups=groups)


@pytest.mark.parametrize("seed", range(5))
def test_a_group_of_near_duplicates_is_never_split(duplicates, tmp_path: Path, seed: int):
    table = kept(duplicates, tmp_path / "r", seed=seed)
    everything = samples.read(duplicates.samples).to_pandas()
    rest = everything[~everything["sample_id"].isin(table["sample_id"])]
    assert not set(rest["duplicate_group"]) & set(table["duplicate_group"])
    for _, images in table.groupby("identity"):
        assert abs(len(images) - 6) <= everything["duplicate_group"].value_counts().max()


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_everybody_gives_one_at_least_and_keeps_two_that_differ(data_set, tmp_path: Path, fraction: float):
    table = kept(data_set("few", np.repeat(list("abcd"), [3, 5, 9, 200])), tmp_path / "r", fraction)
    counts = table["identity"].value_counts()
    expected = {"a": 1, "b": 1, "c": 1, "d": 2} if fraction < 0.5 else {"a": 1, "b": 3, "c": 7, "d": 198}
    assert counts.to_dict() == expected


def test_two_pictures_that_differ_are_too_few_to_give_one(data_set, tmp_path: Path):
    """c has four, three of them of one photograph: it is no class, and the others are numbered without a gap."""
    groups = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11, 12]
    data = data_set("some", np.repeat(list("badce"), [4, 2, 4, 4, 10]), groups=[*groups, *range(20, 30)])
    table = kept(data, tmp_path / "r")
    assert dict(zip(table["identity"], table["label"], strict=True)) == {"b": 0, "d": 1, "e": 2}


def test_what_one_gives_depends_on_nobody_else(data_set, tmp_path: Path):
    names, groups = np.repeat(list("abcd"), 20), np.arange(80) // 2
    data = data_set("all", names, groups=groups)
    together = kept(data, tmp_path / "r")
    table = samples.read(data.samples)
    samples.write(data.samples, table.filter(np.isin(names, ["b", "d"])), {})
    apart = kept(data, tmp_path / "r")
    assert apart["sample_id"].tolist() == together["sample_id"][together["identity"].isin(["b", "d"])].tolist()
    assert set(apart["label"]) == {0, 1}


def test_the_order_of_images_changes_nothing(data_set, tmp_path: Path):
    data = data_set("all", np.repeat(list("abcd"), 20))
    first = kept(data, tmp_path / "r")
    table = samples.read(data.samples)
    samples.write(data.samples, table.take(np.random.default_rng(1).permutation(80)), {})
    assert kept(data, tmp_path / "r")["sample_id"].tolist() == first["sample_id"].tolist()


def test_only_images_whose_status_is_ok_are_reserved(data_set, tmp_path: Path):
    data = data_set("mixed", ["a", "b"] * 10, status=["ok", "ok", "ok", "two_names"] * 5)
    table = kept(data, tmp_path / "r", 0.9)
    assert set(table["status"]) == {"ok"} and table["identity"].value_counts().to_dict() == {"a": 8, "b": 3}


def test_another_seed_reserves_others_and_the_same_gives_the_same_bytes(duplicates, tmp_path: Path):
    drawn = [tuple(kept(duplicates, tmp_path / "r", seed=seed)["sample_id"]) for seed in (1, 2, 3)]
    assert len(set(drawn)) == 3
    for name in ("first", "second"):
        kept(duplicates, tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


@pytest.mark.parametrize(("each", "fraction", "enough"), [(7, 0.2, False), (8, 0.2, True), (7, 0.3, True)])
def test_one_reserved_picture_of_each_is_too_few(data_set, tmp_path: Path, each: int, fraction: float, enough: bool):
    """The evaluation classifier learns from one and is measured by another; it is said before anything is trained."""
    data = data_set("short", np.repeat(list("abc"), each))
    if enough:
        assert kept(data, tmp_path / "r", fraction)["identity"].value_counts().to_dict() == {"a": 2, "b": 2, "c": 2}
        return
    with pytest.raises(UnusableInput) as error:
        kept(data, tmp_path / "r", fraction)
    problem, remedy = str(error.value).splitlines()
    assert problem.endswith("expected two reserved images that differ of at least one identity, found one of each")
    assert "Give more pictures, or raise reserved_fraction" in remedy and "audit.evaluator" in remedy
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("seed", range(4))
def test_several_reserved_pictures_of_one_photograph_are_one(data_set, tmp_path: Path, seed: int):
    """Five of each person's seven are one photograph's, which is reserved whole or not at all."""
    groups = [10 * person + max(0, picture - 4) for person in range(3) for picture in range(7)]
    data = data_set("alike", np.repeat(list("abc"), 7), groups=groups)
    with pytest.raises(UnusableInput, match="found one of each"):
        kept(data, tmp_path / "r", seed=seed)


def test_one_person_is_nobody_to_confuse(data_set, tmp_path: Path):
    data = data_set("lonely", ["a"] * 5 + ["b"] * 2)
    with pytest.raises(UnusableInput, match="expected at least two identities with 3 images that differ, found 1"):
        kept(data, tmp_path / "r")
    assert not (tmp_path / "r").exists()
