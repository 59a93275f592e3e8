from pathlib import Path

import pytest

from obverse.archive import places
from obverse.archive.places import Places

PLACES = Places(directory=Path("/study/runs/small"), checkout=Path("/study"))


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("results/fig9.png", "results/fig9.png"),
        ("./results/../results/a//b.csv", "results/a/b.csv"),
        ("../../resources/head.csv", "code/resources/head.csv"),
        ("../../results/a.csv", "code/results/a.csv"),  # of another scale: none of this one's
    ],
)
def test_a_path_has_one_name_however_it_is_spelt(path: str, member: str):
    assert PLACES.member(path) == places.listed(path, {member}) == member


ELSEWHERE = [
    *("/study/resources/head.csv", "/study/runs/small/results/a.csv", "/home/her//list.txt"),
    *("resources/head.csv", "../resources/head.csv", "../../../resources/head.csv"),
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_what_is_given_by_an_absolute_path_or_lies_beside_the_checkout_is_elsewhere_for_all_who_read(path: str):
    """Also where the archive has a file of the checkout whose path ends alike."""
    member = PLACES.member(path)
    assert member.startswith("elsewhere/")
    assert places.listed(path, {member, "code/resources/head.csv"}) == member


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
    found = Places(directory=tmp_path, checkout=tmp_path)
    assert list(found.files("results/b")) == ["results/b/2.csv", "results/b/c/1.csv"]
    assert found.files("results/a.csv") == {"results/a.csv": tmp_path / "results/a.csv"}
    assert list(found.files("results/gone")) == ["results/gone"]
