"""Bringing a folder of the user's own pictures to the form every data set has."""

import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from obverse import folders, pictures, questions, samples
from obverse.errors import UnusableInput
from obverse.prepare_pictures import prepare_pictures


def photograph(seed, width=50, height=40):
    cells = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC)


def encoded(picture, kind="PNG", **options):
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def folder_of(path, files):
    """Write ``files``, a picture or bytes by name."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content if isinstance(content, bytes) else encoded(content))
    return path


@pytest.fixture
def prepare(tmp_path):
    """Prepare a folder; return images, questions and the table of samples."""

    def run(folder, known=(), name="done", **changes):
        made = {key: tmp_path / name / f"{key}.x" for key in ("images", "questions", "samples")}
        asked = {"size": 16, "resize": "area", "question_size": 20, "question_colour": "rgb"}
        asked |= {"question_resize": "bicubic"} | changes
        prepare_pictures(folder=folder, known=list(known), **asked, **made)
        table = samples.read(made["samples"]).to_pandas()
        return samples.read_images(made["images"]), questions.read(made["questions"]), table

    return run


PICTURES = {"bob/2.png": photograph(1), "ann/1.jpg": encoded(photograph(2), "JPEG"), "bob/10.gif": photograph(3)}
ORDER = ["ann/1.jpg", "bob/10.gif", "bob/2.png"]


@pytest.mark.parametrize("colour", ["grey", "rgb", "bgr"])
def test_both_forms_are_the_resized_pictures_in_the_order_of_their_names(prepare, tmp_path, colour):
    folder = folder_of(tmp_path / "mine", PICTURES)
    images, asked, table = prepare(folder, question_colour=colour)
    assert table["source"].to_list() == ORDER and table["identity"].to_list() == ["ann", "bob", "bob"]
    assert images.shape == (3, 16, 16) and asked.shape == ((3, 20, 20) if colour == "grey" else (3, 20, 20, 3))
    for name, image, question in zip(ORDER, images, asked, strict=True):
        found = pictures.decode((folder / name).read_bytes())
        np.testing.assert_array_equal(image, pictures.resized(found, 16, "area"))
        expected = pictures.resized(found, 20, "bicubic", 1 if colour == "grey" else 3)
        np.testing.assert_array_equal(question, expected)
    assert table["sample_id"].to_list() == table["duplicate_group"].to_list() == [0, 1, 2]
    assert table["status"].to_list() == ["ok"] * 3


def test_a_camera_held_sideways_gives_an_upright_picture(prepare, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(photograph(1), "JPEG", exif=exif)
    images, asked, _ = prepare(folder_of(tmp_path / "mine", {"ann/1.jpg": content}))
    upright = pictures.decode(content).transpose(Image.Transpose.ROTATE_270)
    np.testing.assert_array_equal(images[0], pictures.resized(upright, 16, "area"))
    np.testing.assert_array_equal(asked[0], pictures.resized(upright, 20, "bicubic", 3))


def test_what_is_no_picture_is_left_out_and_named_and_the_others_stay(prepare, tmp_path, capsys):
    whole = encoded(photograph(5), "JPEG")
    broken = {"ann/0.jpg": b"Dear Ann, \n", "bob/3.jpg": whole[: len(whole) // 2], "ann/empty.png": b""}
    folder = folder_of(tmp_path / "mine", PICTURES | broken)
    (folder / "bob" / "gone.png").symlink_to("nowhere.png")
    (folder / "bob" / "round.png").symlink_to("round.png")
    _, _, table = prepare(folder)
    assert table["source"].to_list() == ORDER and table["sample_id"].to_list() == [0, 1, 2]
    lines = capsys.readouterr().out.splitlines()
    named = [line.split(": left out, ")[0] for line in lines if ": left out, " in line]
    assert sorted(named) == sorted(str(folder / name) for name in [*broken, "bob/gone.png", "bob/round.png"])
    assert lines[-1] == f"{folder}: 3 ok"


def test_a_person_may_be_a_link_to_a_folder_elsewhere(prepare, tmp_path):
    folder = folder_of(tmp_path / "mine", {"ann/1.png": photograph(1)})
    (folder / "bob").symlink_to(folder_of(tmp_path / "elsewhere", {"2019/2.png": photograph(2)}))
    (folder / "bob" / "up").symlink_to(folder)
    _, _, table = prepare(folder)
    assert table["source"].to_list() == ["ann/1.png", "bob/2019/2.png"]
    assert table["identity"].to_list() == ["ann", "bob"]


def test_where_nothing_is_a_picture_nothing_is_written(prepare, tmp_path, capsys):
    folder = folder_of(tmp_path / "mine", {"ann/0.jpg": b"Dear Ann,", "bob/0.png": b"Dear Bob,"})
    with pytest.raises(UnusableInput, match="mine: expected pictures, found none among 2 files that can be decoded"):
        prepare(folder)
    assert not (tmp_path / "done").exists()
    assert capsys.readouterr().out.count(": left out, ") == 2


def test_neither_is_anything_for_a_folder_that_is_not_there(prepare, tmp_path):
    with pytest.raises(UnusableInput, match="nowhere: expected a folder of pictures .* found no folder"):
        prepare(tmp_path / "nowhere")
    assert not (tmp_path / "done").exists()


def test_what_the_adversary_holds_of_the_victims_is_marked_also_when_encoded_anew(prepare, tmp_path, capsys):
    victim, other = photograph(1), photograph(2)
    prepare(folder_of(tmp_path / "victims", {"a/1.png": victim, "a/2.png": photograph(3)}), name="victims")
    held = {
        "x/copy.png": victim,
        "x/jpeg.jpg": encoded(victim, "JPEG", quality=60),
        "x/larger.webp": encoded(victim.resize((100, 80)), "WEBP"),
        "x/other.png": other,
        "y/brighter.png": victim.point(lambda value: min(255, int(value * 1.1))),
    }
    known = [tmp_path / "victims" / "images.x"]
    _, _, table = prepare(folder_of(tmp_path / "held", held), known=known)
    status = dict(zip(table["source"], table["status"], strict=True))
    assert status == dict.fromkeys(held, "overlap") | {"x/other.png": "ok"}
    assert capsys.readouterr().out.splitlines()[-1] == f"{tmp_path / 'held'}: 1 ok, 4 overlap"


def test_near_duplicates_of_one_person_are_one_group(prepare, tmp_path):
    files = {"a/1.png": photograph(1), "a/2.jpg": encoded(photograph(1), "JPEG"), "b/1.png": photograph(1)}
    _, _, table = prepare(folder_of(tmp_path / "mine", files | {"b/2.png": photograph(2)}))
    assert table["duplicate_group"].to_list() == [0, 0, 2, 3] and set(table["status"]) == {"ok"}


def test_it_says_which_folder_in_which_state_it_was_made_from_and_is_the_same_each_time(prepare, tmp_path):
    folder = folder_of(tmp_path / "mine", PICTURES)
    prepare(folder)
    prepare(folder, name="again")
    for key in "images", "questions", "samples":
        assert (tmp_path / "done" / f"{key}.x").read_bytes() == (tmp_path / "again" / f"{key}.x").read_bytes()
    record = json.loads(pq.read_schema(tmp_path / "done" / "samples.x").metadata[b"obverse"])
    assert record["folder"] == folders.state(folder) and record["size"] == 16
