"""Keeping the people whom the target classifier knows out of CelebA."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from obverse import celeba, embeddings, facescrub, overlaps, samples
from obverse.errors import UnusableInput
from obverse.remove_overlap import remove_overlap

NAMES = ["Zoé_Alder", "Stephen_Alder", "Zoé_Alder", "CUBA_OAK_JR", "Ivy_Birch", "Alec-Alder", "Sean_Elm"]
IDENTITIES = ["9", "10", "9", "2", "11", "12", "3"]
NOTHING = ",".join(overlaps.COLUMNS) + "\n"


@pytest.fixture
def remove(tmp_path):
    """Return a call that removes the overlap of seven pictures of six people with FaceScrub's two lists."""
    listed = {"actors.txt": ["Alec Alder", "Cuba Oak", "Seann Elm"], "actresses.txt": ["Zoe Alder", "Ivy Beech"]}
    for path, people in listed.items():
        rows = [(name, n, n, "http://a.example/x", 0, 0, 9, 9, "0" * 64) for n, name in enumerate(people)]
        facescrub.write_list(tmp_path / path, pd.DataFrame(rows, columns=facescrub.COLUMNS))
    celeba.write_names(tmp_path / "names.txt", NAMES)

    def call(method="names", identities=IDENTITIES, folder="out", **changes):
        ids, same = list(range(1, len(identities) + 1)), ["ok"] * len(identities)
        columns = {"sample_id": ids, "identity": identities, "source": same, "status": same, "duplicate_group": ids}
        samples.write(tmp_path / "crops.parquet", pa.table(columns), {})
        out = {name: tmp_path / folder / name for name in ("samples", "pairs", "report")}
        given = {"names": str(tmp_path / "names.txt"), "faces": [], "method": method, "names_fuzzy": False}
        lists = [tmp_path / "actors.txt", tmp_path / "actresses.txt"]
        rule = {"threshold": "calibrated", "false_match_rate": 0.01}
        remove_overlap(crops=tmp_path / "crops.parquet", facescrub=lists, **given | rule | changes, **out)
        return samples.read(out["samples"]).to_pandas(), out["pairs"].read_text("utf-8"), out["report"]

    return call


def test_people_in_both_are_marked_whatever_the_spelling_and_siblings_stay(remove):
    table, pairs, _ = remove()
    assert table["status"].to_list() == ["overlap", "ok", "overlap", "overlap", "ok", "overlap", "ok"]
    assert table["sample_id"].to_list() == [1, 2, 3, 4, 5, 6, 7] and table["identity"].to_list() == IDENTITIES
    assert pairs.splitlines()[:5] == [
        "identity,name,matched_name,similarity,decision,images",
        "2,CUBA_OAK_JR,Cuba Oak,1.0000,removed,1",
        "9,Zoé_Alder,Zoe Alder,1.0000,removed,2",
        "12,Alec-Alder,Alec Alder,1.0000,removed,1",
        "3,Sean_Elm,Seann Elm,0.9412,review,1",
    ]
    assert [line.split(",")[4] for line in pairs.splitlines()[5:]] == ["kept", "kept"]


def test_nearly_equal_names_are_removed_only_if_asked(remove):
    table, pairs, _ = remove(names_fuzzy=True)
    assert table["status"].to_list()[6] == "overlap" and "3,Sean_Elm,Seann Elm,0.9412,removed,1" in pairs
    assert table["status"].to_list()[1] == "ok"


def test_equal_words_in_another_order_are_for_review(remove, tmp_path):
    celeba.write_names(tmp_path / "names.txt", ["Alder_Zoe", *NAMES[1:2], "Alder_Zoe", *NAMES[3:]])
    table, pairs, _ = remove()
    assert "9,Alder_Zoe,Zoe Alder,1.0000,review,2" in pairs and table["status"].to_list()[0] == "ok"


def test_names_that_are_nothing_but_signs_match_nobody(remove, tmp_path):
    celeba.write_names(tmp_path / "names.txt", ["__", *NAMES[1:2], "__", *NAMES[3:]])
    rows = [("?", 1, 1, "http://a.example/x", 0, 0, 9, 9, "0" * 64)]
    facescrub.write_list(tmp_path / "actors.txt", pd.DataFrame(rows, columns=facescrub.COLUMNS))
    table, _, _ = remove()
    assert set(table["status"]) == {"ok"}


def test_nobody_is_marked_by_the_method_none(remove):
    table, pairs, report = remove(method="none", names="")
    assert set(table["status"]) == {"ok"} and pairs == NOTHING
    assert overlaps.read_report(report) == {"method": "none"}


def test_a_person_is_marked_when_one_of_several_spellings_matches(remove, tmp_path):
    celeba.write_names(tmp_path / "names.txt", ["Nobody_Known", *NAMES[1:]])
    table, _, _ = remove()
    assert table["status"].to_list()[:3] == ["overlap", "ok", "overlap"]


def test_names_of_another_celeba_are_refused(remove, tmp_path):
    celeba.write_names(tmp_path / "names.txt", NAMES[:4])
    with pytest.raises(UnusableInput, match=r"found none for 000005\.jpg \(3 missing\)"):
        remove()


def test_a_method_that_does_not_exist_is_refused(remove):
    with pytest.raises(ValueError, match="'embedding'"):
        remove(method="embedding")


@pytest.fixture
def faces(tmp_path):
    """Embeddings of twelve people of CelebA and of nine of FaceScrub, of whom three are CelebA's 3, 11 and 12."""
    random = np.random.default_rng(5)
    directions = random.normal(size=(19, 24))
    people = {"celeba": {str(n): n for n in range(1, 13)}, "facescrub": {f"Name {n}": n + 10 for n in range(1, 9)}}
    people["facescrub"]["Zoe Alder"] = 3
    for role, who in people.items():
        names = np.repeat(list(who), 6)
        shown = directions[np.repeat(list(who.values()), 6)] + 0.25 * random.normal(size=(len(names), 24))
        embeddings.write(tmp_path / role, np.arange(len(names)), pa.array(names), shown.astype(np.float32), {})
    return {"faces": [tmp_path / "celeba", tmp_path / "facescrub"], "identities": np.repeat(list(people["celeba"]), 6)}


@pytest.mark.parametrize("threshold", ["calibrated", "0.9"])
def test_people_in_both_are_found_by_their_faces_without_a_name(remove, faces, threshold):
    table, pairs, report = remove(method="embeddings", names="", threshold=threshold, **faces)
    assert set(table.loc[table["status"] == "overlap", "identity"]) == {"3", "11", "12"}
    assert (table["status"] == "overlap").sum() == 18
    rows = [line.split(",") for line in pairs.splitlines()[1:]]
    assert {(row[0], row[2]) for row in rows[:3]} == {("3", "Zoe Alder"), ("11", "Name 1"), ("12", "Name 2")}
    assert len(rows) == 12 and all(row[4] == "kept" and row[5] == "6" for row in rows[3:])
    said = overlaps.read_report(report)
    assert said["comparisons"] == 12 * 9 and sum(said["genuine"]) == 12 and sum(said["impostor"]) == 12 * 11
    assert said["missed"] == 0 and said["matched"] <= 0.01


def test_a_higher_rate_of_false_matches_removes_more(remove, faces):
    removed = [
        (remove(method="embeddings", names="", false_match_rate=rate, **faces)[0]["status"] == "overlap").sum()
        for rate in (0.01, 0.5)
    ]
    assert removed[0] < removed[1]


def test_embeddings_of_two_models_are_not_compared(remove, faces, tmp_path):
    embeddings.write(tmp_path / "facescrub", np.arange(1), pa.array(["a"]), np.ones((1, 7), np.float32), {})
    with pytest.raises(UnusableInput, match="expected embeddings of 24 values, found 7"):
        remove(method="embeddings", names="", **faces)


def test_the_same_inputs_give_the_same_bytes(remove, faces, tmp_path):
    for folder in ("a", "b"):
        remove(method="embeddings", names="", folder=folder, **faces)
    for name in ("samples", "pairs", "report"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
