"""Two data sets that are asked about, and the caches that hold what was said."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import askable
from askable import CLASSES, HELD, LABELS, NAMES
from obverse import asking, inquiries, predictions, samples, splits, stamps
from obverse.accounts import Account
from obverse.disclosures import Declaration
from obverse.errors import UnusableInput


@pytest.fixture
def mine(tmp_path):
    return askable.write(tmp_path, (4, 4))


def inquiry(mine, encode=np.ndarray.tobytes):
    return inquiries.Inquiry(
        mine.files("questions.npy"), mine.files("samples.parquet"), mine.folder / "splits.parquet", encode
    )


def run(mine, releases="full", answer=lambda content: [content[0] / 255, 1 - content[0] / 255, 0, 0, 0], names=()):
    declared = Declaration("mine", releases, "probabilities", CLASSES, names)

    def ask(contents, charge):
        charge()
        return list(map(answer, contents))

    target = asking.Target("mine", ask, declared.log_probabilities, 3, 1)
    with Account(mine.folder / "asked" / "mine", "this", 0.0) as account:
        budget = asking.Budget(100, 0.0, False)
        caches = mine.files("predictions.parquet")
        inquiries.run(inquiry(mine), target, declared, account, budget, caches, {"colour": "grey"})


def test_the_victims_are_those_of_the_splits_and_the_adversary_has_what_is_usable(mine):
    assert inquiry(mine).labels() == [LABELS, dict.fromkeys(HELD, predictions.NOT_A_CLASS)]


def test_what_is_sent_is_each_picture_encoded_in_the_order_asked_for(mine):
    sent = list(inquiry(mine, lambda pixels: pixels.tolist()).contents(0, [12, 10]))
    assert sent == [mine.pixels[0][12].tolist(), mine.pixels[0][10].tolist()]


def test_each_row_of_a_cache_is_what_was_said_of_its_own_picture(mine):
    run(mine)
    for place, cache in enumerate(mine.caches()):
        for sample_id, found in cache.items():
            first = mine.pixels[place][sample_id].reshape(-1)[0] / 255
            np.testing.assert_allclose(np.exp(found), [first, 1 - first, 0, 0, 0], atol=1e-6)


@pytest.mark.parametrize("releases", ["label", "m1"])
def test_a_cache_says_what_is_released_what_of_and_how_it_was_read(mine, releases):
    run(mine, releases, lambda content: "b" if releases == "label" else {"b": 0.7}, ("a", "b", "c", "d", "e"))
    for place, path in enumerate(mine.files("predictions.parquet")):
        record = json.loads(pq.read_schema(path).metadata[b"obverse"])
        assert (record["releases"], record["colour"], record["stage"]) == (releases, "grey", "ask mine")
        assert record["inputs"] == {
            "questions": stamps.digest(mine.files("questions.npy")[place]),
            "samples": stamps.digest(mine.files("samples.parquet")[place]),
            "splits": stamps.digest(mine.folder / "splits.parquet"),
        }
    assert {int(found.argmax()) for cache in mine.caches() for found in cache.values()} == {1}


def _refused(mine, where):
    with pytest.raises(UnusableInput, match="expected pictures to ask about, found none") as error:
        run(mine)
    assert error.value.where == where
    assert mine.lines() == []


def test_an_adversary_who_holds_nothing_but_victims_pictures_is_refused_before_anything_is_asked(mine):
    path = mine.files("samples.parquet")[1]
    table = samples.read(path)
    place = table.schema.names.index("status")
    samples.write(path, table.set_column(place, "status", pa.array(["overlap"] * len(table))), {})
    _refused(mine, path)


def test_so_is_a_target_without_victims(mine):
    splits.write(mine.folder / "splits.parquet", splits.read(mine.folder / "splits.parquet").slice(0, 0), {})
    _refused(mine, mine.folder / "splits.parquet")


def test_a_victim_whose_picture_is_not_there_is_named(mine):
    rows = {"sample_id": [99], "label": [0], "split": ["member"]}
    splits.write(mine.folder / "splits.parquet", pa.table(rows), {})
    with pytest.raises(UnusableInput, match="expected sample_id 99, found no such row"):
        run(mine)


def _in_folders(mine, identities):
    path = mine.files("samples.parquet")[0]
    table = samples.read(path)
    samples.write(path, table.set_column(table.schema.names.index("identity"), "identity", pa.array(identities)), {})
    return path


def test_classes_are_called_as_the_configuration_names_them(mine):
    names = ["c", "a", "e", "b", "d"]
    assert inquiries.class_names(names, mine.files("samples.parquet")[0], CLASSES) == tuple(names)


def test_without_names_they_are_called_as_the_subfolders_in_order_if_there_is_one_for_each(mine):
    path = mine.files("samples.parquet")[0]
    assert inquiries.class_names([], path, CLASSES) == tuple(NAMES)
    assert inquiries.class_names([], path, CLASSES + 1) == inquiries.class_names([], path, CLASSES - 1) == ()


def test_what_lies_in_no_subfolder_is_none(mine):
    path = _in_folders(mine, ["b", "a", "", "a", "c", "d", "d"])
    assert inquiries.class_names([], path, CLASSES) == () and inquiries.class_names([], path, 4) == tuple("abcd")
