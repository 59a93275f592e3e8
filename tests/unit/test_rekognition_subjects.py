"""Whom Rekognition is asked about."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from obverse import archives, facescrub, pictures, samples
from obverse.errors import UnusableInput
from obverse.rekognition import subjects
from obverse.rekognition.subjects import Subject, Subjects

PICTURE = pictures.png(pd.DataFrame([[0, 255] * 50] * 90).to_numpy("uint8"))


def write_samples(path: Path, sources: dict[int, str], status: dict[int, str]) -> Path:
    ids = list(sources)
    columns = {"sample_id": ids, "identity": ["x"] * len(ids), "source": list(sources.values()), "duplicate_group": ids}
    samples.write(path, pa.table(columns | {"status": [status.get(each, "ok") for each in ids]}), {})
    return path


def write_fetched(path: Path, members: dict[int, str | None]) -> Path:
    columns = dict.fromkeys(facescrub.FETCHED.names)
    boxes = {"x1": 1, "y1": 2, "x2": 30, "y2": 40}
    rows = [columns | boxes | {"face_id": face_id, "member": member} for face_id, member in members.items()]
    table = pa.Table.from_pandas(pd.DataFrame(rows), facescrub.FETCHED, preserve_index=False)
    facescrub.write_fetched(path, table, {})
    return path


def test_of_celeba_the_usable_pictures_are_meant_whole(tmp_path):
    table = write_samples(tmp_path / "s.parquet", {4: "d/4.jpg", 2: "d/2.jpg", 3: "d/3.jpg"}, {2: "overlap"})
    found = subjects.of_celeba(tmp_path / "c.zip", table)
    assert found == Subjects(tmp_path / "c.zip", [Subject(4, "d/4.jpg", None), Subject(3, "d/3.jpg", None)])


def test_of_facescrub_the_pictures_of_usable_faces_and_where_they_are(tmp_path):
    table = write_samples(tmp_path / "s.parquet", {9: "a.example/9", 7: "a.example/7"}, {9: "two_names"})
    fetched = write_fetched(tmp_path / "f.parquet", {7: "m7", 8: None, 9: "m9"})
    found = subjects.of_facescrub(tmp_path, fetched, table)
    assert found == Subjects(tmp_path, [Subject(7, "m7", (1, 2, 30, 40))])


@pytest.mark.parametrize("members", [{7: None}, {8: "m8"}])
def test_a_face_without_a_picture_is_said(tmp_path, members: dict[int, str | None]):
    table = write_samples(tmp_path / "s.parquet", {7: "a.example/7"}, {})
    with pytest.raises(UnusableInput, match="expected the picture of face_id 7"):
        subjects.of_facescrub(tmp_path, write_fetched(tmp_path / "f.parquet", members), table)


def test_nobody_to_ask_about_is_said(tmp_path):
    table = write_samples(tmp_path / "s.parquet", {7: "7.jpg"}, {7: "overlap"})
    with pytest.raises(UnusableInput, match="expected pictures to ask about, found none"):
        subjects.of_celeba(tmp_path / "c.zip", table)


def test_a_member_that_is_missing_or_no_picture_is_named_when_its_turn_comes(tmp_path):
    archives.write(tmp_path / "c.zip", [("one", PICTURE), ("two", b"<html>")])
    for name, problem in ("two", "member two: expected a picture"), ("three", "expected member three, found no such"):
        sent = Subjects(tmp_path / "c.zip", [Subject(1, "one", None), Subject(2, name, None)]).sent()
        assert next(sent)[1].content == PICTURE
        with pytest.raises(UnusableInput, match=problem):
            next(sent)
