"""Keeping the people whom the target classifier knows out of CelebA."""

import pandas as pd
import pyarrow as pa
import pytest

from obverse import celeba, facescrub, samples
from obverse.errors import UnusableInput
from obverse.remove_overlap import remove_overlap

NAMES = ["Zoé_Alder", "Stephen_Alder", "Zoé_Alder", "CUBA_OAK_JR", "Ivy_Birch", "Alec-Alder"]
IDENTITIES = ["9", "10", "9", "2", "11", "12"]


@pytest.fixture
def remove(tmp_path):
    """Return a call that removes the overlap of six pictures of five people with FaceScrub's two lists."""
    for path, people in (("actors.txt", ["Alec Alder", "Cuba Oak"]), ("actresses.txt", ["Zoe Alder", "Ivy Beech"])):
        rows = [(name, n, n, "http://a.example/x", 0, 0, 9, 9, "0" * 64) for n, name in enumerate(people)]
        facescrub.write_list(tmp_path / path, pd.DataFrame(rows, columns=facescrub.COLUMNS))
    celeba.write_names(tmp_path / "names.txt", NAMES)
    ids = list(range(1, 7))
    columns = {"sample_id": ids, "identity": IDENTITIES, "source": ["x"] * 6, "status": ["ok"] * 6}
    samples.write(tmp_path / "crops.parquet", pa.table({**columns, "duplicate_group": ids}), {})

    def call(method="names", names=str(tmp_path / "names.txt")):
        remove_overlap(
            crops=tmp_path / "crops.parquet",
            names=names,
            facescrub=[tmp_path / "actors.txt", tmp_path / "actresses.txt"],
            method=method,
            samples=tmp_path / "out" / "samples.parquet",
            removed=tmp_path / "out" / "removed.csv",
        )
        return samples.read(tmp_path / "out" / "samples.parquet").to_pandas(), tmp_path / "out" / "removed.csv"

    return call


def test_people_in_both_are_marked_whatever_the_spelling_and_siblings_stay(remove):
    table, removed = remove()
    assert table["status"].to_list() == ["overlap", "ok", "overlap", "overlap", "ok", "overlap"]
    assert table["sample_id"].to_list() == [1, 2, 3, 4, 5, 6] and table["identity"].to_list() == IDENTITIES
    assert removed.read_text("utf-8") == (
        "identity,name,matched_name,images\n"
        "2,CUBA_OAK_JR,Cuba Oak,1\n"
        "9,Zoé_Alder,Zoe Alder,2\n"
        "12,Alec-Alder,Alec Alder,1\n"
    )


def test_nobody_is_marked_by_the_method_none(remove):
    table, removed = remove(method="none", names="")
    assert set(table["status"]) == {"ok"} and removed.read_text() == "identity,name,matched_name,images\n"


def test_a_person_is_marked_when_one_of_several_spellings_matches(remove, tmp_path):
    celeba.write_names(tmp_path / "names.txt", ["Nobody_Known", *NAMES[1:]])
    table, _ = remove()
    assert table["status"].to_list()[:3] == ["overlap", "ok", "overlap"]


def test_without_a_list_of_names_the_error_says_what_to_do(remove, tmp_path):
    with pytest.raises(UnusableInput, match=r"expected a list of names(.|\n)*config\.yaml(.|\n)*method none"):
        remove(names="")
    assert not (tmp_path / "out").exists()


def test_names_of_another_celeba_are_refused(remove, tmp_path):
    celeba.write_names(tmp_path / "names.txt", NAMES[:4])
    with pytest.raises(UnusableInput, match=r"found none for 000005\.jpg \(2 missing\)"):
        remove()


def test_a_method_that_does_not_exist_is_refused(remove):
    with pytest.raises(ValueError, match="'embedding'"):
        remove(method="embedding")
