"""Which of the user's pictures are victims, and of which class."""

import pytest

from obverse import splits
from obverse.errors import UnusableInput
from obverse.label_samples import label_samples

PEOPLE = ["cy", "ann", "bob", "ann", "cy", "cy"]


@pytest.fixture
def label(data_set, reserved_table, tmp_path):
    """Label a data set; return the class and the split of each sample_id, and the data set."""

    def run(identities=PEOPLE, *, classes=3, names=(), trained_on=True, status=None, reserved=()):
        data = data_set("mine", identities, status=status)
        apart = [data.sample_ids[place] for place in reserved]
        kept = reserved_table([identities[place] for place in reserved], apart)
        label_samples(
            samples=data.samples, reserved=kept, classes=classes, names=list(names), trained_on=trained_on,
            splits=tmp_path / "splits",
        )  # fmt: skip
        table = splits.read(tmp_path / "splits").to_pandas()
        places = {sample_id: place for place, sample_id in enumerate(data.sample_ids.tolist())}
        found = {places[sample_id]: label for sample_id, label in zip(table["sample_id"], table["label"], strict=True)}
        return found, set(table["split"])

    return run


def refused(label, tmp_path, *arguments, **named):
    with pytest.raises(UnusableInput) as error:
        label(*arguments, **named)
    assert not (tmp_path / "splits").exists()
    first, second = str(error.value).splitlines()
    assert first.startswith(f"{tmp_path / 'mine' / 'samples.parquet'}: expected ") and "names" in second
    return first


def test_by_names_a_class_is_the_place_of_its_subfolder_among_them(label):
    assert label(names=["bob", "cy", "ann"])[0] == {0: 1, 1: 2, 2: 0, 3: 2, 4: 1, 5: 1}


def test_the_target_may_know_classes_of_which_there_are_no_pictures(label):
    assert label(classes=5, names=["zoe", "bob", "cy", "yan", "ann"])[0] == {0: 2, 1: 4, 2: 1, 3: 4, 4: 2, 5: 2}


def test_without_names_it_is_the_place_among_the_subfolders_in_order(label):
    assert label()[0] == {0: 2, 1: 0, 2: 1, 3: 0, 4: 2, 5: 2}


@pytest.mark.parametrize(("trained_on", "split"), [(True, splits.MEMBER), (False, splits.HELD_OUT)])
def test_all_are_members_or_none_is(label, trained_on, split):
    assert label(trained_on=trained_on)[1] == {split}


def test_what_is_reserved_or_unusable_is_no_victim_but_counts_among_the_subfolders(label):
    found, _ = label(status=["ok", "overlap", "ok", "overlap", "ok", "ok"], reserved=[4, 2])
    assert found == {0: 2, 5: 2}


def test_a_subfolder_of_no_class_is_named(label, tmp_path):
    first = refused(label, tmp_path, ["ann", "yan", "bob", "xi"], classes=2, names=["bob", "ann"])
    assert "expected a class for each subfolder, found 'xi' and 1 more without one" in first


@pytest.mark.parametrize("classes", [2, 4])
def test_another_number_of_subfolders_than_classes_is_refused(label, tmp_path, classes):
    assert f"expected {classes} subfolders, each for one class, that differ, found 3" in refused(
        label, tmp_path, classes=classes
    )


@pytest.mark.parametrize("names", [["ann", "bob"], ["ann", "bob", "cy", "dee"]])
def test_another_number_of_names_too(label, tmp_path, names):
    assert f"expected 3 names that differ, found {len(names)}" in refused(label, tmp_path, names=names)


def test_a_name_twice_is_refused(label, tmp_path):
    assert "expected 4 names that differ" in refused(label, tmp_path, classes=4, names=["ann", "bob", "cy", "ann"])


def test_a_picture_in_no_subfolder_is_of_no_class(label, tmp_path):
    """Were it one, every other class would have another's number."""
    people = ["ann", "", "bob"]
    assert "expected 3 subfolders, each for one class" in refused(label, tmp_path, people, classes=3)
    assert "found '' and 0 more without one" in refused(label, tmp_path, people, classes=2)
    assert "found '' and 0 more without one" in refused(label, tmp_path, people, classes=2, names=["bob", "ann"])
