"""An auxiliary set as a folder of pictures, such as users have of their own."""

import numpy as np
import pyarrow as pa
import pytest

from obverse import auxiliaries, samples
from obverse.errors import UnusableInput
from obverse.prepare_pictures import prepare_pictures
from obverse.write_pictures import write_pictures


@pytest.fixture
def write(data_set, tmp_path):
    """Write ``chosen`` sample_ids of each data set; return the folder."""

    def run(sets, chosen):
        rows = [(name, sample_id) for name, sample_ids in chosen.items() for sample_id in sample_ids]
        columns = {"dataset": [name for name, _ in rows], "sample_id": [int(sample_id) for _, sample_id in rows]}
        columns |= {"part": ["train"] * len(rows), "owner": ["adversary"] * len(rows)}
        auxiliaries.write(tmp_path / "auxiliary", pa.table(columns), {})
        write_pictures(
            auxiliary=tmp_path / "auxiliary", datasets=list(sets), images=[data.images for data in sets.values()],
            samples=[data.samples for data in sets.values()], folder=tmp_path / "folder",
        )  # fmt: skip
        return tmp_path / "folder"

    return run


@pytest.fixture
def sets(data_set):
    return {"one": data_set("one", ["ann", "bob", "a/b", "ann"], size=16), "other": data_set("other", ["cy"], size=16)}


def read_back(folder, tmp_path):
    """Return pixels and identity of each picture, as `prepare_pictures` reads them."""
    made = {key: tmp_path / "read" / key for key in ("images", "questions", "samples")}
    prepare_pictures(
        folder=folder, known=[], size=16, resize="bilinear", question_size=16, question_colour="grey",
        question_resize="bilinear", **made,
    )  # fmt: skip
    images, table = samples.read_images(made["images"]), samples.read(made["samples"])
    return sorted((who, image.tobytes()) for who, image in zip(table["identity"].to_pylist(), images, strict=True))


def test_it_is_read_back_to_the_same_pixels_and_people(write, sets, tmp_path):
    one, other = sets.values()
    folder = write(sets, {"one": one.sample_ids[[3, 0, 2]], "other": other.sample_ids})
    expected = [("a_b", one.pixels[2]), ("ann", one.pixels[0]), ("ann", one.pixels[3]), ("cy", other.pixels[0])]
    assert read_back(folder, tmp_path) == sorted((who, image.tobytes()) for who, image in expected)


def test_a_second_run_replaces_the_folder_and_leaves_nothing_else(write, sets, tmp_path):
    one, other = sets.values()
    write(sets, {"one": one.sample_ids, "other": other.sample_ids})
    (tmp_path / ".folder.part" / "dee").mkdir(parents=True)  # of a run that was killed
    folder = write(sets, {"one": one.sample_ids[:1]})
    assert read_back(folder, tmp_path) == [("ann", one.pixels[0].tobytes())]
    assert not (tmp_path / ".folder.part").exists() and [path.name for path in folder.iterdir()] == ["ann"]


def test_a_picture_that_its_data_set_lacks_leaves_the_folder_that_was_there(write, sets):
    one = sets["one"]
    folder = write(sets, {"one": one.sample_ids[:1]})
    with pytest.raises(UnusableInput, match="expected sample_id 7, found no such row"):
        write(sets, {"one": np.array([one.sample_ids[1], 7])})
    assert [path.name for path in folder.iterdir()] == ["ann"]
