"""Landmarks of aligned pictures; the faces are rendered, as the stand-in's are."""

import functools
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from obverse import archives, fan, head_pose, landmarks, poses
from obverse.errors import UnusableInput
from obverse.faces import jpeg, people, render, shots
from obverse.find_landmarks import find_landmarks

RESOURCES = Path(__file__).parents[2] / "resources"
PEOPLE, EACH = 24, 5
OUTSIDE = 3.0  # degrees: nearer to a limit than that, a class is a matter of luck


@pytest.fixture(scope="module")
def taken() -> list[tuple[shots.Shot, render.Picture]]:
    """Return pictures of people whom the network was not trained on, aligned as CelebA's are."""

    def shoot() -> Iterator[tuple[shots.Shot, render.Picture]]:
        for index in range(PEOPLE):
            head = render.sculpt(people.person(5, index))
            for number in range(EACH):
                shot = shots.draw_shot(5, "celeba", head.person, number)
                plane = render.outline(head.person, shot)
                yield shot, render.render(head, shot, plane, (218, 178), render.eyes_at(plane, (69, 111), (108, 111)))

    return list(shoot())


def png(pixels: np.ndarray) -> bytes:
    """Return a picture as it is: JPEG's blocks would not lie alike in a mirror."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def find(tmp_path: Path) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Find the landmarks of pictures uint8 [H, W, 3]; the archive has them in reverse order."""

    def run(pictures: list[np.ndarray], exact: bool = False, **changes: object) -> tuple[np.ndarray, np.ndarray]:
        encode = png if exact else functools.partial(jpeg.encode, quality=95)
        members = [(f"img/{number:06d}.jpg", encode(one)) for number, one in enumerate(pictures, 1)]
        archives.write(tmp_path / "pictures.zip", reversed(members))
        asked = {"network": "small", "weights": RESOURCES / "landmarks.safetensors", "box": [35, 70, 143, 178]}
        numbers = {"flip": True, "precision": "float32", "threads": 1}
        points = tmp_path / "points.parquet"
        find_landmarks(archive=tmp_path / "pictures.zip", **asked | numbers | changes, points=points)
        return landmarks.read(points)

    return run


def test_landmarks_and_poses_of_strangers_are_near_the_truth(find: Callable, taken: list):
    """The goals at the default scale: 4 degrees of yaw and pitch, and 95 % in the class of the true pose."""
    ids, points = find([picture.pixels for _, picture in taken])
    assert ids.tolist() == list(range(1, len(taken) + 1))
    true = np.stack([picture.landmarks for _, picture in taken])
    assert np.linalg.norm(points - true, axis=-1).mean() < 3.0
    head, camera = landmarks.read_head(RESOURCES / "head.csv"), head_pose.camera(218, 178, 2.4)
    found = pd.DataFrame([head_pose.estimate(one, head, camera, 0.12) for one in points.astype(np.float64)])
    truth = pd.DataFrame([{"yaw": shot.yaw, "pitch": shot.pitch} for shot, _ in taken])
    assert (found["yaw"] - truth["yaw"]).abs().mean() < 4 and (found["pitch"] - truth["pitch"]).abs().mean() < 4
    classes = [
        poses.sort(*table[["yaw", "pitch"]].to_numpy().T, poses.fixed(12, 12), False) for table in (found, truth)
    ]
    clear = ((truth.abs() - 12).abs() > OUTSIDE).all(axis=1)
    assert clear.sum() > 60
    assert (classes[0] == classes[1]).all(axis=1)[clear].mean() >= 0.95


def test_a_mirrored_face_turns_and_tilts_the_other_way(find: Callable, taken: list):
    """Shown both ways, to a hundredth of a degree; shown one way, as well as the network has learnt that."""
    pictures = [picture.pixels for _, picture in taken[:40]]
    head, camera = landmarks.read_head(RESOURCES / "head.csv"), head_pose.camera(218, 178, 2.4)

    def angles(pictures: list[np.ndarray], flip: bool) -> np.ndarray:
        points = find([np.ascontiguousarray(one) for one in pictures], exact=True, flip=flip)[1].astype(np.float64)
        return np.array([head_pose.estimate(one, head, camera, 1.0)[:3] for one in points])

    for flip, worst, mean in ((True, 0.01, 0.001), (False, 8.0, 2.0)):
        plain, mirrored = angles(pictures, flip), angles([one[:, ::-1] for one in pictures], flip)
        apart = np.abs(mirrored - plain * (-1, 1, -1))
        assert apart.max() < worst and apart.mean() < mean
        assert np.abs(plain[:, 0]).mean() > 5


def test_fan_is_shown_colour_and_its_landmarks_lie_in_its_square(find: Callable, taken: list, tmp_path: Path):
    torch.manual_seed(0)
    torch.save(fan.Fan(1).network.state_dict(), tmp_path / "fan.pth.tar")
    pictures = [picture.pixels for _, picture in taken[:2]]
    ids, points = find(pictures, network="fan", weights=tmp_path / "fan.pth.tar")
    assert ids.tolist() == [1, 2] and points.shape == (2, 68, 2)
    assert (points > (-21.8, 0.2)).all() and (points < (199.8, 221.9)).all()
    _, swapped = find([one[..., ::-1] for one in pictures], network="fan", weights=tmp_path / "fan.pth.tar")
    assert (swapped != points).any()


def test_twice_gives_the_same_bytes(find: Callable, taken: list, tmp_path: Path):
    pictures = [picture.pixels for _, picture in taken[:70]]  # more than one batch
    find(pictures)
    once = (tmp_path / "points.parquet").read_bytes()
    find(pictures, threads=1)
    assert (tmp_path / "points.parquet").read_bytes() == once


def test_a_picture_of_another_size_is_named(find: Callable, taken: list, tmp_path: Path):
    with pytest.raises(UnusableInput, match=r"img/000002.jpg: expected 178x218 pixels, found 100x218"):
        find([taken[0][1].pixels, taken[1][1].pixels[:, :100]])
    assert not (tmp_path / "points.parquet").exists()


def test_a_member_that_is_no_picture_is_named(tmp_path: Path):
    archives.write(tmp_path / "a.zip", [("img/000001.jpg", b"<html>")])
    asked = {"network": "small", "weights": RESOURCES / "landmarks.safetensors", "box": [35, 70, 143, 178]}
    with pytest.raises(UnusableInput, match=r"member img/000001.jpg: expected a picture, found none"):
        find_landmarks(
            archive=tmp_path / "a.zip",
            **asked,
            flip=True,
            precision="float32",
            threads=1,
            points=tmp_path / "b.parquet",
        )


def test_weights_of_another_network_are_refused(find: Callable, taken: list, tmp_path: Path):
    (tmp_path / "w").write_bytes(b"nothing")
    for network in ("small", "fan"):
        with pytest.raises(UnusableInput, match="w: expected"):
            find([taken[0][1].pixels], network=network, weights=tmp_path / "w")
