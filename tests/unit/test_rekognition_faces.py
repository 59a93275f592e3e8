"""The table of faces that Rekognition found."""

import json

import numpy as np
import pytest

from obverse.errors import UnusableInput
from obverse.rekognition import faces, features
from rekognition_answers import boxed, full

SMALL, LARGE = boxed(0.0, 0.0, 0.1, 0.1), boxed(0.4, 0.4, 0.3, 0.3)


def answered(*details: dict) -> dict:
    return {"FaceDetails": list(details)}


def test_without_a_box_the_largest_face_is_meant_and_with_one_that_which_is_there():
    assert json.loads(faces.found(answered(SMALL, LARGE), None).face) == LARGE
    assert faces.found(answered(SMALL, LARGE), (0, 0, 0.2, 0.2)) == ("ok", json.dumps(SMALL, sort_keys=True), 2)


def test_no_face_is_one_where_none_is_or_none_at_the_box():
    assert faces.found(answered(), None) == ("no_face", "", 0)
    assert faces.found(answered(SMALL), (0.5, 0.5, 0.9, 0.9)) == ("no_face", "", 1)


def test_a_picture_that_the_service_refused_is_refused():
    assert faces.found({"Error": "InvalidImageFormatException"}, None) == ("refused", "", 0)


def test_samples_are_counted():
    found = [faces.found(answered(SMALL, LARGE), None), faces.found(answered(SMALL), (0.5, 0.5, 0.9, 0.9))]
    found += [faces.found(answered(), None), faces.found({"Error": "ImageTooLargeException"}, None)]
    counts = {"ok": 1, "no_face": 2, "refused": 1, "several_faces": 1, "face_elsewhere": 1}
    assert faces.counts(found) == counts


@pytest.mark.parametrize("field", ["Pose", "Landmarks", "AgeRange", "Smile", "Emotions", "BoundingBox"])
def test_a_face_that_lacks_what_features_need_is_named(field: str):
    lacking = {name: value for name, value in full().items() if name != field}
    with pytest.raises(UnusableInput, match=field):
        faces.check(answered(full(), lacking))


def test_what_nobody_knows_is_accepted_and_so_are_no_faces_and_a_refusal():
    for answer in answered(full() | {"Hat": {"Value": True}}), answered(), {"Error": "InvalidParameterException"}:
        faces.check(answer)


@pytest.mark.parametrize("answer", [None, [], {}, {"FaceDetails": "none"}, {"FaceDetails": ["a face"]}])
def test_what_is_no_answer_is_refused(answer: object):
    with pytest.raises(UnusableInput, match="an answer of DetectFaces"):
        faces.check(answer)


@pytest.mark.parametrize("digits", [None, 1])
def test_the_table_gives_the_features_of_its_faces_in_the_order_asked_for(tmp_path, digits: int | None):
    path, details = tmp_path / "f.parquet", [SMALL, LARGE, full()]
    found = [faces.found(answered(detail), None) for detail in details]
    faces.write(path, [7, 3, 5, 4], [*found, faces.found(answered(), None)], {})
    expected = [features.vector(detail, digits) for detail in (full(), SMALL)]
    np.testing.assert_array_equal(faces.vectors(path, np.array([5, 7]), digits), expected)
    assert faces.vectors(path, np.empty(0, np.int64), digits).shape == (0, 80)
    assert faces.read(path)["status"].to_pylist() == ["ok", "ok", "ok", "no_face"]
    with pytest.raises(UnusableInput, match="expected a face of sample_id 4"):
        faces.vectors(path, np.array([5, 4]), digits)
    with pytest.raises(UnusableInput, match="expected sample_id 9"):
        faces.vectors(path, np.array([9]), digits)
