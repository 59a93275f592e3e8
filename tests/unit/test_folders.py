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


def test_a_link_to_a_folder_is_followed_and_its_pictures_are_of_whom_the_link_says(folder, tmp_path):
    place = folder("a/1.png")
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere" / "deep" / "2.png").write_bytes(b"one")
    (place / "b").symlink_to(tmp_path / "elsewhere")
    assert folders.pictures(place) == ["a/1.png", "b/deep/2.png"]
    assert folders.identity("b/deep/2.png") == "b"
    before = folders.state(place)
    (tmp_path / "elsewhere" / "deep" / "2.png").write_bytes(b"two and more")
    assert folders.state(place) != before


def test_two_names_of_one_folder_are_two_whichever_the_disk_lists_first(folder):
    place = folder("m/1.png")
    for name in "a", "z":
        (place / name).symlink_to(place / "m")
    assert folders.pictures(place) == ["a/1.png", "m/1.png", "z/1.png"]


def test_the_folder_itself_may_be_a_link(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder("a/1.png"))
    assert folders.pictures(tmp_path / "link") == ["a/1.png"]
    assert folders.state(tmp_path / "link") == folders.state(tmp_path / "mine")


@pytest.mark.parametrize("links", [{"a/up": "..", "a/b/same": "."}, {"a/up": "../../mine/a"}, {"a/over": "../../mine"}])
def test_links_that_lead_round_in_a_circle_end(folder, links):
    place = folder("a/1.png", "a/b/2.png")
    for name, target in links.items():
        (place / name).symlink_to(target)
    assert folders.pictures(place) == ["a/1.png", "a/b/2.png"]


def test_so_do_two_folders_that_lead_to_each_other(folder):
    place = folder("a/1.png", "b/2.png")
    (place / "a/other").symlink_to("../b")
    (place / "b/other").symlink_to("../a")
    assert folders.pictures(place) == ["a/1.png", "a/other/2.png", "b/2.png", "b/other/1.png"]


def test_a_link_to_itself_has_a_state_and_is_found(folder):
    """What reads it says that it is no picture."""
    place = folder("a/1.png")
    (place / "a/2.png").symlink_to("2.png")
    (place / "a/loop").symlink_to("loop")
    assert folders.pictures(place) == ["a/1.png", "a/2.png"] and len(folders.state(place)) == 64


def test_another_file_in_the_place_of_one_is_another_state_also_if_it_is_older(tmp_path):
    path, states = tmp_path / "model.onnx", [folders.file_state(tmp_path / "model.onnx")]
    assert states == [""]
    for content, date in (b"one", 10**18), (b"one", 10**18 - 1), (b"one", 10**18 + 1), (b"longer", 10**18):
        path.write_bytes(content)
        os.utime(path, ns=(date, date))
        states.append(folders.file_state(path))
        assert folders.file_state(path) == states[-1]
    assert len(set(states)) == len(states)


def test_that_of_a_link_is_its_files_and_a_folder_has_none(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"one")
    (tmp_path / "link.onnx").symlink_to("model.onnx")
    (tmp_path / "nowhere.onnx").symlink_to("gone.onnx")
    assert folders.file_state(tmp_path / "link.onnx") == folders.file_state(tmp_path / "model.onnx") != ""
    assert folders.file_state(tmp_path / "nowhere.onnx") == folders.file_state(tmp_path) == ""


def test_a_name_that_is_no_text_has_a_state_and_is_refused(folder):
    place = folder("a/1.png")
    before = folders.state(place)
    (place / os.fsdecode(b"a/\xff.png")).write_bytes(b"x")
    assert folders.state(place) != before
    with pytest.raises(UnusableInput, match=r"expected names of pictures in UTF-8, found b.a/.*xff.png"):
        folders.pictures(place)
