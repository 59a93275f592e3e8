"""The user's own folders of pictures: what is found in them, and whether it changed."""

import os

import pytest

from obverse import folders
from obverse.errors import UnusableInput


@pytest.fixture
def folder(tmp_path):
    """Return a call that makes files, and the folder they lie in."""

    def make(*names):
        for name in names:
            place = tmp_path / "mine" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(name.encode())
        return tmp_path / "mine"

    return make


def test_pictures_come_in_the_order_of_their_names_whatever_the_order_of_writing(folder):
    found = folders.pictures(folder("b/2.png", "a/x.jpg", "b/10.png", "a b/1.gif", "top.webp", "a/Y.JPEG", "a/z.bmp"))
    assert found == ["a b/1.gif", "a/Y.JPEG", "a/x.jpg", "a/z.bmp", "b/10.png", "b/2.png", "top.webp"]


def test_hidden_files_and_folders_and_what_is_no_picture_by_name_are_left_out(folder):
    found = folders.pictures(
        folder("a/1.png", "a/.2.png", ".a/3.png", "a/.b/4.png", "a/notes.txt", "a/png", "a/5.tiff")
    )
    assert found == ["a/1.png"]


@pytest.mark.parametrize(
    ("picture", "identity"), [("ann/1.png", "ann"), ("ann/2019/may/1.png", "ann"), ("1.png", ""), ("a b/c.png", "a b")]
)
def test_who_a_picture_is_of_says_its_uppermost_folder(picture, identity):
    assert folders.identity(picture) == identity


@pytest.mark.parametrize(("names", "found"), [([], "no folder"), (["a/notes.txt"], "none")])
def test_a_folder_without_pictures_is_told_from_none(folder, names, found):
    with pytest.raises(UnusableInput, match=f"expected a folder of pictures .*, found {found}\n"):
        folders.pictures(folder(*names))


def test_a_file_is_no_folder(folder):
    with pytest.raises(UnusableInput, match="found no folder"):
        folders.pictures(folder("a.png") / "a.png")


def test_the_state_is_another_when_a_picture_is_added_removed_replaced_or_touched(folder):
    place = folder("a/1.png", "b/2.png")
    states = [folders.state(place)]

    def note():
        states.append(folders.state(place))

    folder("b/3.png")
    note()
    (place / "b/3.png").rename(place / "b/4.png")
    note()
    (place / "a/1.png").write_bytes(b"other")
    note()
    status = (place / "b/4.png").stat()
    (place / "b/4.png").write_bytes(b"longer than before")
    os.utime(place / "b/4.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    note()
    os.utime(place / "b/2.png", ns=(0, 10**18 + 1))
    note()
    os.utime(place / "b/2.png", ns=(0, 10**18 + 2))
    note()
    (place / "b/4.png").unlink()
    note()
    assert len(set(states)) == len(states) == 8


def test_and_not_otherwise(folder):
    place = folder("a/1.png", "b/2.png")
    before = folders.state(place)
    folder("a/notes.txt", "a/.3.png", ".hidden/4.png")
    (place / "a/1.png").read_bytes()
    os.utime(place / "a", ns=(0, 0))
    (place / "b/2.png").chmod(0o600)
    assert folders.state(place) == before


def test_the_same_pictures_have_the_same_state_wherever_the_folder_is(folder, tmp_path):
    before = folders.state(folder("a/1.png", "b/2.png"))
    (tmp_path / "mine").rename(tmp_path / "moved")
    assert folders.state(tmp_path / "moved") == before


def test_a_folder_that_is_not_there_has_a_state_too(tmp_path, folder):
    """Its absence is for the job to explain."""
    assert folders.state(tmp_path / "nowhere") == folders.state(folder("a/notes.txt"))


def test_so_has_one_with_a_link_that_leads_nowhere(folder):
    place = folder("a/1.png")
    before = folders.state(place)
    (place / "a/2.png").symlink_to("nowhere.png")
    assert folders.state(place) != before and folders.pictures(place) == ["a/1.png", "a/2.png"]


def test_a_link_that_leads_to_a_picture_changes_with_it(folder, tmp_path):
    place = folder("a/1.png")
    (tmp_path / "other.png").write_bytes(b"one")
    (place / "a/2.png").symlink_to(tmp_path / "other.png")
    before = folders.state(place)
    (tmp_path / "other.png").write_bytes(b"two and more")
    assert folders.state(place) != before


def test_a_name_that_is_no_text_has_a_state_and_is_refused(folder):
    place = folder("a/1.png")
    before = folders.state(place)
    (place / os.fsdecode(b"a/\xff.png")).write_bytes(b"x")
    assert folders.state(place) != before
    with pytest.raises(UnusableInput, match=r"expected names of pictures in UTF-8, found b.a/.*xff.png"):
        folders.pictures(place)
