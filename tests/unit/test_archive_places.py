from pathlib import Path

import pytest

from obverse.archive.places import Places

PLACES = Places(directory=Path("/study/runs/small"), checkout=Path("/study"))


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("results/fig9.png", "results/fig9.png"),
        ("./results/../results/a//b.csv", "results/a/b.csv"),
        ("/study/runs/small/results/a.csv", "results/a.csv"),
        ("../../resources/head.csv", "code/resources/head.csv"),
        ("/study/resources/head.csv", "code/resources/head.csv"),
        ("/study/results/a.csv", "code/results/a.csv"),  # of another scale: none of this one's
    ],
)
def test_a_path_has_one_name_however_it_is_spelt(path: str, member: str):
    assert PLACES.member(path) == member


def test_of_a_users_file_the_name_tells_nothing_of_where_it_lies():
    names = {
        PLACES.member(path) for path in ("/home/her/faces/list.txt", "/home/his/faces/list.txt", "/studying/list.txt")
    }
    assert len(names) == 3
    for name in names:
        top, digest, last = name.split("/")
        assert (top, len(digest), last) == ("elsewhere", 8, "list.txt")


def test_a_folder_is_its_files_and_a_missing_path_is_itself(tmp_path: Path):
    for name in ("results/b/2.csv", "results/b/c/1.csv", "results/a.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    places = Places(directory=tmp_path, checkout=tmp_path)
    assert list(places.files("results/b")) == ["results/b/2.csv", "results/b/c/1.csv"]
    assert places.files("results/a.csv") == {"results/a.csv": tmp_path / "results/a.csv"}
    assert list(places.files("results/gone")) == ["results/gone"]
