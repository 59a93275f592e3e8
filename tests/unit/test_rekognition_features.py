import json
import math

import numpy as np
import pytest

from obverse.errors import UnusableInput
from obverse.rekognition import face_details, features
from rekognition_answers import boxed, flag, full, operation, problems


def column(detail: dict, name: str, digits: int | None = None) -> float:
    return float(features.vector(detail, digits)[features.NAMES.index(name)])


def test_the_full_answer_that_these_tests_read_is_one_by_amazons_model():
    assert problems(full()) == ""
    assert "Unknown parameter" in problems(full() | {"Nose": 1})


def test_the_words_are_those_of_amazons_model_in_its_order():
    members = operation().output_shape.members["FaceDetails"].member.members
    assert tuple(members["Landmarks"].member.members["Type"].enum) == face_details.LANDMARKS
    known = members["Emotions"].member.members["Type"].enum
    assert [name for name in known if name not in face_details.LATER_EMOTIONS] == list(face_details.EMOTIONS)
    assert set(face_details.BOOLEANS) | {"Smile", "Gender"} <= set(members)
    assert tuple(members["Pose"].members) == face_details.ANGLES


def test_there_are_80_features_20_without_landmarks_and_17_without_pose_too():
    sizes = {name: len(features.subset(name)) for name in features.SETS}
    assert sizes == {"80": 80, "20": 20, "17": 17} and len(set(features.NAMES)) == 80
    assert features.subset("80").tolist() == list(range(80))
    assert [features.NAMES[i] for i in features.subset("20")[17:]] == ["Pose.Roll", "Pose.Yaw", "Pose.Pitch"]
    assert features.subset("17").tolist() == list(range(17))
    with pytest.raises(ValueError, match="expected features among 80, 20, 17, found '87'"):
        features.subset("87")


def test_every_kind_of_value_is_scaled_by_what_it_means():
    found = features.vector(full(), None)
    assert found.dtype == np.float32 and found.shape == (80,)
    expected = {
        "Emotions.HAPPY": 0.0125,
        "Emotions.CALM": 0.1925,
        "Smile": 0.915,
        "AgeRange.Low": 0.26,
        "AgeRange.High": 0.38,
        "Eyeglasses": 0.0275,
        "Gender": 0.2,  # of being male
        "Beard": 0.625,
        "EyesOpen": 0.88123456,
        "Landmarks.eyeLeft.X": (0.3 - 0.25) / 0.4,
        "Landmarks.upperJawlineRight.Y": (0.2 + 0.015 * 29 - 0.125) / 0.5,  # 1.02: beside the box
        "Pose.Roll": 0.49,
        "Pose.Yaw": 0.6,
        "Pose.Pitch": 0.55,
    }
    for name, value in expected.items():
        assert column(full(), name) == pytest.approx(value, abs=1e-6), name


def test_items_are_found_by_type_whatever_their_order():
    turned = full()
    turned["Emotions"].sort(key=lambda item: -item["Confidence"])
    turned["Landmarks"].reverse()
    np.testing.assert_array_equal(features.vector(turned, None), features.vector(full(), None))


def test_an_answer_that_went_through_json_has_the_same_features():
    np.testing.assert_array_equal(features.vector(json.loads(json.dumps(full())), 3), features.vector(full(), 3))


def test_rounding_is_of_the_answers_own_values():
    """To one decimal: a confidence of 88.123456 hardly moves, a landmark snaps to a tenth of the picture."""
    assert column(full(), "EyesOpen", 1) == pytest.approx(0.881)
    assert column(full(), "EyesOpen", 3) == pytest.approx(0.88123)
    assert column(full(), "EyesOpen", 5) == pytest.approx(0.8812346)
    moved = boxed(0.31, 0.1, 0.44, 0.5)  # rounds to 0.3, 0.1, 0.4, 0.5
    assert column(moved, "Landmarks.nose.X", 1) == pytest.approx((0.3 - 0.3) / 0.4, abs=1e-6)  # from 0.32
    assert column(moved, "Landmarks.nose.Y", 1) == pytest.approx((0.2 - 0.1) / 0.5, abs=1e-6)  # from 0.23
    assert column(moved, "Pose.Roll", 1) == pytest.approx((180 - 3.6) / 360)
    with pytest.raises(ValueError, match="expected digits among None, 1, 3, 5, found 2"):
        features.vector(full(), 2)


def test_a_box_that_rounds_to_nothing_counts_one_unit():
    found = features.vector(boxed(0.25, 0.1, 0.04, 0.03), 1)
    assert np.isfinite(found).all() and column(boxed(0.2, 0.1, 0.04, 0.03), "Landmarks.eyeLeft.X", 1) == pytest.approx(
        1
    )


@pytest.mark.parametrize(
    "name", ["BoundingBox", "AgeRange", "Smile", "Gender", "Beard", "Emotions", "Landmarks", "Pose"]
)
def test_a_missing_field_is_named(name: str):
    with pytest.raises(UnusableInput, match=f"expected the field {name}, found none"):
        features.vector({key: value for key, value in full().items() if key != name}, None)


@pytest.mark.parametrize("holder, name", [("Emotions", "CALM"), ("Landmarks", "leftPupil")])
def test_a_missing_item_is_named(holder: str, name: str):
    answer = full()
    answer[holder] = [item for item in answer[holder] if item["Type"] != name]
    with pytest.raises(UnusableInput, match=f"expected {name} among {holder}, found"):
        features.vector(answer, None)


@pytest.mark.parametrize("name", ["Quality", "Confidence", "FaceOccluded", "EyeDirection"])
def test_fields_that_no_feature_needs_may_be_missing_or_anything(name: str):
    expected = features.vector(full(), None)
    np.testing.assert_array_equal(features.vector(full() | {name: None}, None), expected)
    np.testing.assert_array_equal(features.vector({k: v for k, v in full().items() if k != name}, None), expected)


def test_unknown_fields_emotions_and_landmarks_are_accepted():
    answer = full() | {"Hat": {"Value": "tall"}}
    answer["Emotions"].append({"Type": "BORED", "Confidence": 400})
    answer["Landmarks"].append({"Type": "thirdEye", "X": "?"})
    answer["Smile"]["Kind"] = "wry"
    np.testing.assert_array_equal(features.vector(answer, None), features.vector(full(), None))


BAD = {
    "Smile.Confidence between 0 and 100, found 100.5": {"Smile": flag(True, 100.5)},
    "Smile.Confidence between 0 and 100, found nan": {"Smile": flag(True, math.nan)},
    "a number Smile.Confidence, found str": {"Smile": flag(True, "91")},
    "a number Smile.Confidence, found bool": {"Smile": flag(True, True)},
    "Smile.Value among True, False, found 1": {"Smile": flag(1, 90.0)},
    "Gender.Value among Male, Female, found 'Other'": {"Gender": flag("Other", 90.0)},
    "the field Emotions, found str": {"Emotions": "HAPPY"},
    "Pose.Yaw between -180 and 180, found 181": {"Pose": {"Roll": 0.0, "Yaw": 181, "Pitch": 0.0}},
    "a number Pose.Pitch, found none": {"Pose": {"Roll": 0.0, "Yaw": 0.0}},
    "AgeRange.Low at most AgeRange.High, found 40 to 30": {"AgeRange": {"Low": 40, "High": 30}},
    "AgeRange.Low between 0 and 150, found -1": {"AgeRange": {"Low": -1, "High": 30}},
    "a BoundingBox with a width and a height": {"BoundingBox": {"Left": 0, "Top": 0, "Width": 0.0, "Height": 0.1}},
    "Landmarks.nose.X between": {"Landmarks": [{"Type": n, "X": math.inf, "Y": 0.1} for n in ("nose", "eyeLeft")]},
}


@pytest.mark.parametrize("problem", BAD)
def test_a_value_that_cannot_be_is_refused(problem: str):
    answer = full() | BAD[problem]
    if "Landmarks" in problem:
        answer["Landmarks"] += [item for item in full()["Landmarks"] if item["Type"] not in ("nose", "eyeLeft")]
        problem = "Landmarks.eyeLeft.X between -10.0 and 10.0, found inf"
    with pytest.raises(UnusableInput, match=problem):
        features.vector(answer, None)


def test_without_a_box_the_largest_face_is_meant_and_of_equal_ones_the_most_central():
    small, large, aside = boxed(0.45, 0.45, 0.1, 0.1), boxed(0.4, 0.4, 0.2, 0.2), boxed(0.1, 0.7, 0.2, 0.2)
    assert face_details.choose([small, aside, large], None) is large
    assert face_details.choose([small, aside], None) is aside
    assert face_details.choose([], None) is None


def test_with_a_box_the_face_that_overlaps_it_most_is_meant():
    small, large = boxed(0.42, 0.4, 0.12, 0.12), boxed(0.1, 0.1, 0.8, 0.8)
    assert face_details.choose([large, small], (0.4, 0.4, 0.5, 0.5)) is small
    assert face_details.choose([large, small], (0.0, 0.0, 1.0, 1.0)) is large
    assert face_details.choose([small], (0.8, 0.8, 0.9, 0.9)) is None
    assert face_details.choose([], (0.0, 0.0, 1.0, 1.0)) is None
    with pytest.raises(ValueError, match="expected a box left, top, right, bottom"):
        face_details.choose([large], (0.5, 0.5, 0.4, 0.6))


def test_a_face_without_a_box_cannot_be_chosen():
    with pytest.raises(UnusableInput, match="expected the field BoundingBox, found none"):
        face_details.choose([full() | {"BoundingBox": None}], None)


def test_overlap_is_intersection_over_union():
    assert face_details.overlap((0, 0, 2, 2), (1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert (
        face_details.overlap((0, 0, 1, 1), (1, 0, 2, 1)) == 0 and face_details.overlap((0, 0, 1, 1), (0, 0, 1, 1)) == 1
    )
