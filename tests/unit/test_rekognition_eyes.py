"""The parts of the stand-in's eyes: cutting, finding, reading, answering; and batches."""

import json
import threading
from concurrent.futures import CancelledError

import numpy as np
import pytest
import torch
from PIL import Image

from obverse import face_boxes, landmarkers
from obverse.faces.truth import ATTRIBUTES
from obverse.head_pose import Pose
from obverse.rekognition import answers, attributes, cuts, face_details, padded
from obverse.rekognition.batches import Batches
from rekognition_answers import problems
from rekognition_clients import eyes, face, missed_by


def image(picture: object) -> Image.Image:
    return Image.fromarray(picture.pixels)


def sight(**changes: object) -> answers.Sight:
    """Return what is seen of a stranger; ``readings`` that are not given are 0.2."""
    picture = face(3)
    readings = dict.fromkeys(attributes.NAMES, 0.2) | changes.pop("readings", {})
    crop = cuts.cut(image(picture), attributes.square(picture.landmarks), 64)
    whole = answers.Sight((178, 218), picture.landmarks.astype(float), readings, Pose(3, 4, 5, 0.1, "pnp"), 0.01, crop)
    return whole._replace(**changes)


def test_a_square_is_cut_as_by_the_landmark_networks_own_cutter():
    """Resampling differs a little; where things lie does not, to a part of a pixel."""
    picture = image(face(1)).convert("L")
    square = face_boxes.Square(-20.4, 7.7, 221.5)
    found = cuts.cut(picture, square, 128)[0].astype(float)
    pixels = torch.from_numpy(np.asarray(picture).copy())[None, None]
    cutter = landmarkers.Cutter(218, 178, square, 128, torch.device("cpu"))
    expected = 255 * cutter(pixels)[0, 0].numpy()
    assert np.abs(found - expected).mean() < 3
    assert np.abs(np.roll(found, 1, axis=1) - expected).mean() > 1.8 * np.abs(found - expected).mean()


def test_what_lies_outside_a_picture_is_black_and_colours_come_first():
    white = Image.new("RGB", (50, 40), (255, 128, 0))
    cut = cuts.cut(white, face_boxes.Square(-50, 0, 100), 10)
    assert cut.shape == (3, 10, 10) and cut.dtype == np.uint8
    assert not cut[:, :, :4].any() and not cut[:, 5:].any()
    assert cut[:, 1, 7].tolist() == [255, 128, 0]


def test_strangers_are_found_wherever_they_are_and_nobody_where_nobody_is():
    pictures = [face(person) for person in range(8)]
    wide = Image.new("RGB", (420, 300), (70, 80, 90))
    wide.paste(image(pictures[0]).resize((89, 109)), (300, 30))
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 150, 3), dtype=np.uint8))
    asked = [*map(image, pictures), wide, noise, Image.new("RGB", (90, 300))]
    found = eyes().finder.find([one.convert("L") for one in asked])
    assert [sighting is None for sighting in found] == [False] * 9 + [True] * 2
    errors = [missed_by(sighting.points, picture) for sighting, picture in zip(found, pictures, strict=False)]
    assert np.mean(errors) < 0.06 and max(errors) < 0.1
    moved = pictures[0]._replace(landmarks=pictures[0].landmarks / 2 + (300, 30))
    assert missed_by(found[8].points, moved) < 0.1


def test_a_pictures_answer_is_the_same_bytes_whoever_it_is_seen_with():
    seen = [image(face(person)) for person in range(11)] + [Image.new("RGB", (100, 100))]
    together, backwards = eyes().see(seen), eyes().see(seen[::-1])[::-1]
    alone = [eyes().see([picture])[0] for picture in seen]
    assert json.dumps(together) == json.dumps(backwards) == json.dumps(alone)
    assert together[-1] is None and None not in together[:-1]


def test_a_pictures_answer_is_the_same_bytes_however_many_threads_there_are():
    seen, before = [image(face(person)) for person in range(6)], torch.get_num_threads()
    try:
        answered = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            answered.append(json.dumps(eyes().see(seen)))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert answered[0] == answered[1]


def test_every_batch_has_one_size_and_answers_keep_their_order():
    shapes = []

    def means(batch: torch.Tensor) -> torch.Tensor:
        shapes.append(tuple(batch.shape))
        return batch.mean(dim=(1, 2, 3))

    crops = [np.full((1, 4, 4), value, np.uint8) for value in range(11)]
    assert padded.run(means, crops).tolist() == pytest.approx([value / 255 for value in range(11)])
    assert shapes == [(padded.SIZE, 1, 4, 4)] * -(-11 // padded.SIZE)


def test_a_face_is_seen_as_large_when_it_looks_aside():
    """The eyes come together as it turns; the chin stays where it is."""
    front, aside = (attributes.scale(face(5, yaw=yaw, pitch=0.0, roll=0.0).landmarks) for yaw in (0.0, 50.0))
    apart = [np.hypot(*(p[42:48].mean(0) - p[36:42].mean(0))) for p in (face(5, yaw=50.0).landmarks,)]
    assert aside[2] > 1.2 * apart[0]  # both pictures have the eyes 39 pixels apart
    assert front[2] == pytest.approx(39, rel=0.12)


def test_an_answer_is_one_by_amazons_model_and_has_all_landmarks_in_its_order():
    detail = answers.detail(sight())
    assert problems(detail) == ""
    assert tuple(point["Type"] for point in detail["Landmarks"]) == face_details.LANDMARKS == tuple(answers.POINTS)
    middle = detail["Landmarks"][face_details.LANDMARKS.index("leftPupil")]
    expected = face(3).landmarks[36:42].mean(axis=0) / (178, 218)
    assert (middle["X"], middle["Y"]) == pytest.approx(tuple(expected), abs=1e-6)
    assert detail["Pose"] == {"Roll": 5, "Yaw": 3, "Pitch": 4}


def test_a_pose_that_cannot_be_told_is_upright():
    detail = answers.detail(sight(pose=Pose(85.0, np.nan, np.nan, 0.1, "pnp")))
    assert detail["Pose"] == {"Roll": 0.0, "Yaw": 85.0, "Pitch": 0.0}


@pytest.mark.parametrize(
    "readings, emotion",
    [
        ({"smiling": 0.9}, "HAPPY"),
        ({"smiling": 0.1, "mouth_open": 0.9, "eyes_open": 0.9}, "SURPRISED"),
        ({"smiling": 0.1, "mouth_open": 0.9, "eyes_open": 0.1}, "CONFUSED"),
        ({"smiling": 0.1, "mouth_open": 0.1, "eyes_open": 0.1}, "SAD"),
        ({"smiling": 0.1, "mouth_open": 0.1, "eyes_open": 0.9}, "CALM"),
    ],
)
def test_emotions_are_what_mouth_and_eyes_do_and_sum_to_100(readings: dict, emotion: str):
    found = answers.detail(sight(readings=readings))["Emotions"]
    assert found[0]["Type"] == emotion and len({item["Type"] for item in found}) == 8
    assert [item["Confidence"] for item in found] == sorted((item["Confidence"] for item in found), reverse=True)
    assert sum(item["Confidence"] for item in found) == pytest.approx(100, abs=1e-3)


def test_confidence_is_of_the_value_that_is_told():
    detail = answers.detail(sight(readings={"male": 0.1, "beard": 0.75}))
    assert detail["Gender"] == {"Value": "Female", "Confidence": 90.0}
    assert detail["Beard"] == {"Value": True, "Confidence": 75.0}
    old, young = (answers.detail(sight(readings={"age": age}))["AgeRange"] for age in (1.0, 0.0))
    assert young["Low"] < young["High"] < old["Low"] < old["High"]


def test_a_reader_has_one_reading_for_each_attribute():
    assert attributes.Reader(width=4).eval()(torch.rand(2, 3, 64, 64)).shape == (2, len(ATTRIBUTES) + 1)


def test_what_comes_at_once_is_worked_on_together_and_never_more_than_allowed():
    started, go_on = threading.Event(), threading.Event()

    def work(asked: list[int]) -> list[int]:
        started.set()
        go_on.wait()
        return [-one for one in asked]

    with Batches(work, most=4, patience=0.0) as batches:
        first = batches.submit(0)
        started.wait()
        rest = [batches.submit(number) for number in range(1, 8)]
        go_on.set()
        assert [answer.result() for answer in (first, *rest)] == [0, -1, -2, -3, -4, -5, -6, -7]
    assert batches.sizes == [1, 4, 3]


def test_an_error_reaches_those_who_asked_and_nobody_else():
    def work(asked: list[int]) -> list[float]:
        return [1 / one for one in asked]

    with Batches(work, most=1, patience=0.0) as batches:
        wrong, right = batches.submit(0), batches.submit(2)
        with pytest.raises(ZeroDivisionError):
            wrong.result()
        assert right.result() == 0.5


def test_what_was_submitted_is_answered_before_the_end_and_what_was_cancelled_is_left_out():
    hold = threading.Event()

    def work(asked: list[int]) -> list[int]:
        hold.wait()
        return asked

    with Batches(work, most=1, patience=0.0) as batches:
        kept = [batches.submit(number) for number in range(3)]
        dropped = batches.submit(9)
        assert dropped.cancel()
        hold.set()
    assert [answer.result() for answer in kept] == [0, 1, 2] and len(batches.sizes) == 3
    with pytest.raises(CancelledError):
        dropped.result()
