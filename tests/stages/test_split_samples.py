import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obverse import samples, splits
from obverse.errors import UnusableInput
from obverse.split_samples import split_samples


@pytest.fixture(autouse=True)
def nothing_reserved(reserved_table):
    """Reserve no image, unless a test does."""
    reserved_table([], [])


def divided(data, output: Path, **numbers) -> pd.DataFrame:
    """Run the stage and return its table with what the samples say of each image."""
    defaults = {"unseen": [], "seed": 1, "draw": 0, "classes": 4, "identities": [], "member_fraction": 0.8}
    given = {"samples": data.samples, "reserved": data.samples.parents[1] / "reserved.parquet"}
    split_samples(**given, splits=output, **defaults | numbers)
    table = splits.read(output).to_pandas()
    return table.merge(samples.read(data.samples).to_pandas(), on="sample_id", validate="one_to_one")


def members(table: pd.DataFrame) -> set[int]:
    return set(table.loc[table["split"] == splits.MEMBER, "sample_id"])


@pytest.fixture
def people(data_set):
    """Six people with 5 to 40 pictures each, none alike."""
    counts = {"f": 5, "a": 8, "e": 13, "b": 20, "d": 27, "c": 40}
    return data_set("people", [name for name, count in counts.items() for _ in range(count)])


@pytest.fixture
def duplicates(data_set):
    """Four people with 30 pictures each, in groups of one to four near-duplicates."""
    random = np.random.default_rng(3)
    groups = [100 * person + group for person in range(4) for group in np.sort(random.integers(0, 14, 30))]
    return data_set("duplicates", np.repeat(list("abcd"), 30), groups=groups)


@pytest.mark.parametrize("fraction", [0.3, 0.5, 0.8])
def test_each_identity_gets_its_share(people, tmp_path: Path, fraction: float):
    """Each, not only the whole: a class of few images would else be all members by chance."""
    for _, images in divided(people, tmp_path / "s", classes=6, member_fraction=fraction).groupby("identity"):
        assert abs(len(members(images)) - fraction * len(images)) <= 0.5


@pytest.mark.parametrize("fraction", [0.3, 0.5, 0.8])
def test_with_near_duplicates_each_share_is_met_to_within_one_group(duplicates, tmp_path: Path, fraction: float):
    for _, images in divided(duplicates, tmp_path / "s", member_fraction=fraction).groupby("identity"):
        largest = images["duplicate_group"].value_counts().max()
        assert largest > 1 and abs(len(members(images)) - fraction * len(images)) <= largest


@pytest.mark.parametrize("seed", range(5))
def test_near_duplicates_are_never_on_both_sides(duplicates, tmp_path: Path, seed: int):
    sides = divided(duplicates, tmp_path / "s", seed=seed).groupby("duplicate_group")["split"].nunique()
    assert (sides == 1).all() and len(sides) > 30


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_somebody_is_on_each_side_whatever_the_share(people, tmp_path: Path, fraction: float):
    sides = divided(people, tmp_path / "s", classes=6, member_fraction=fraction).groupby("identity")["split"].nunique()
    assert (sides == 2).all()


def test_each_identity_is_divided_by_a_draw_of_its_own(data_set, tmp_path: Path):
    """One draw for all would make the first picture of everybody a member, or of nobody."""
    table = divided(data_set("alike", np.repeat(list("abcd"), 20)), tmp_path / "s", member_fraction=0.5)
    patterns = {tuple(images.sort_values("sample_id")["split"]) for _, images in table.groupby("identity")}
    assert len(patterns) == 4


def test_only_images_whose_status_is_ok_are_divided(data_set, tmp_path: Path):
    data = data_set("mixed", ["a", "b"] * 10, status=["ok", "ok", "ok", "overlap"] * 5)
    assert sorted(divided(data, tmp_path / "s", classes=2)["sample_id"]) == sorted(
        data.sample_ids[np.arange(20) % 4 != 3]
    )


def test_every_image_of_the_chosen_is_on_one_side_in_the_order_of_sample_id(people, tmp_path: Path):
    table = divided(people, tmp_path / "s", classes=6)
    assert table["sample_id"].tolist() == sorted(people.sample_ids)
    assert set(table["split"]) == {splits.MEMBER, splits.HELD_OUT}


def test_classes_are_numbered_by_name_without_gaps(people, tmp_path: Path):
    table = divided(people, tmp_path / "s", classes=4)
    labels = table.groupby("identity")["label"].unique()
    assert [labels[name].tolist() for name in sorted(labels.index)] == [[0], [1], [2], [3]]


def test_too_few_identities_are_named_with_what_to_do(people, tmp_path: Path):
    with pytest.raises(UnusableInput) as error:
        divided(people, tmp_path / "s", classes=7)
    first, second = str(error.value).splitlines()
    assert first == f"{people.samples}: expected at least 7 identities with two images that differ, found 6"
    assert second == "Set classes to 6 or fewer, or provide more data."
    assert not (tmp_path / "s").exists()


def test_one_photograph_again_and_again_makes_no_class(data_set, tmp_path: Path):
    """All pictures of b are near-duplicates: they cannot be on both sides, so b has nothing to learn or to test."""
    data = data_set("one", ["a"] * 4 + ["b"] * 4 + ["c"] * 4, groups=[1, 2, 3, 4, 5, 5, 5, 5, 6, 6, 7, 7])
    assert set(divided(data, tmp_path / "s", classes=2)["identity"]) == {"a", "c"}
    with pytest.raises(UnusableInput, match="found 2"):
        divided(data, tmp_path / "t", classes=3)


@pytest.mark.parametrize("seed", range(6))
def test_who_is_drawn_depends_on_the_names_listed_and_not_on_what_arrived(data_set, tmp_path: Path, seed: int):
    """Two who fetch at different times get the same classes, but for people of whom they have nothing."""
    everybody = list("abcdefgh")
    chosen = {}
    for missing in ("", "c", "f"):
        arrived = [name for name in everybody if name != missing]
        unseen = tmp_path / f"without{missing}.csv"
        pd.DataFrame({"face_id": [1, 2], "name": [missing or "a", "b"]}).to_csv(unseen, index=False)
        data = data_set(f"arrived{missing}", np.repeat(arrived, 4))
        table = divided(data, tmp_path / "s", unseen=[unseen], seed=seed)
        chosen[missing] = set(table["identity"])
    for missing in ("c", "f"):
        assert len(chosen[missing]) == 4 and len(chosen[missing] - chosen[""]) == (missing in chosen[""])


def test_the_same_seed_gives_the_same_bytes(people, tmp_path: Path):
    for name in ("first", "second"):
        divided(people, tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_another_seed_divides_otherwise_and_chooses_others(people, tmp_path: Path):
    tables = [divided(people, tmp_path / "s", classes=6, seed=seed)["split"].tolist() for seed in range(4)]
    assert len({tuple(table) for table in tables}) == 4
    chosen = [frozenset(divided(people, tmp_path / "s", classes=2, seed=seed)["identity"]) for seed in range(8)]
    assert len(set(chosen)) > 3


def test_the_classes_of_another_draw_are_others(people, tmp_path: Path):
    drawn = [frozenset(divided(people, tmp_path / "s", classes=2, draw=draw)["identity"]) for draw in range(8)]
    assert len(set(drawn)) > 3


@pytest.mark.parametrize("draw", [0, 1, 2])
def test_the_few_classes_of_a_draw_are_among_its_many(people, tmp_path: Path, draw: int):
    """So that more classes are the same people and others besides."""
    chosen = [set(divided(people, tmp_path / "s", classes=classes, draw=draw)["identity"]) for classes in range(1, 7)]
    assert all(few < many for few, many in itertools.pairwise(chosen))


def test_a_person_is_divided_alike_whoever_else_is_a_class(people, tmp_path: Path):
    """What is compared over draws and numbers of classes is not who was a member of a person's pictures."""
    everybody = members(divided(people, tmp_path / "s", classes=6))
    others = [{"classes": 2}, {"classes": 3, "draw": 1}, {"classes": 2, "identities": ["b", "e"]}]
    for numbers in others:
        table = divided(people, tmp_path / "s", **numbers)
        assert members(table) == everybody & set(table["sample_id"])


@pytest.mark.parametrize("name", ["people", "duplicates"])
def test_the_members_of_a_smaller_share_are_among_those_of_a_larger(name: str, request, tmp_path: Path):
    data = request.getfixturevalue(name)
    shares = [members(divided(data, tmp_path / "s", member_fraction=share)) for share in (0.2, 0.5, 0.8)]
    assert all(few < many for few, many in itertools.pairwise(shares))


def test_identities_that_are_given_are_the_classes_in_the_order_of_their_names(people, tmp_path: Path):
    table = divided(people, tmp_path / "s", classes=3, identities=["e", "a", "f"], seed=5)
    labels = table.groupby("identity")["label"].unique()
    assert {name: labels[name].tolist() for name in labels.index} == {"a": [0], "e": [1], "f": [2]}


@pytest.mark.parametrize("draw", [1, 2, 3])
def test_of_identities_that_are_given_some_are_drawn(people, tmp_path: Path, draw: int):
    drawn = set(divided(people, tmp_path / "s", classes=2, identities=["a", "b", "e"], draw=draw)["identity"])
    assert len(drawn) == 2 and drawn < {"a", "b", "e"}


def test_identities_of_whom_there_is_nothing_are_too_few(people, tmp_path: Path):
    with pytest.raises(UnusableInput, match="expected at least 3 identities .*, found 2"):
        divided(people, tmp_path / "s", classes=3, identities=["a", "b", "stranger"])


def test_what_is_reserved_is_on_neither_side(people, reserved_table, tmp_path: Path):
    ours = people.sample_ids[::3]
    reserved_table(["x"] * len(ours), ours)
    table = divided(people, tmp_path / "s", classes=6)
    assert sorted(table["sample_id"]) == sorted(set(people.sample_ids) - set(ours))


def test_somebody_of_whom_too_little_is_left_is_no_class(data_set, reserved_table, tmp_path: Path):
    data = data_set("few", ["a"] * 4 + ["b"] * 4 + ["c"] * 4)
    reserved_table(["b"] * 3, data.sample_ids[4:7])
    assert set(divided(data, tmp_path / "s", classes=2)["identity"]) == {"a", "c"}
