"""Training the small face embedder, and the committed one."""

import hashlib
import re

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from checkouts import BASE, RULES
from obverse import checkpoints, embedders, states, train_embedder
from obverse.embedders import Compact
from obverse.faces import landmarks, people, render, shots

RECIPE = {"seed": 3, "identities": 12, "strangers": 4, "pictures": 4, "width": 4, "dimension": 8}
SCHEDULE = {"epochs": 6, "batch_size": 16, "learning_rate": 0.01, "threads": 1}


def train(folder, **changes):
    """Train on a handful of people; the pictures are rendered anew each time."""
    products = {name: folder / name for name in ("weights", "history")}
    train_embedder.train_embedder(**RECIPE | SCHEDULE | changes, **products)
    return products


def test_the_embedder_learns_to_tell_people_apart_and_two_runs_give_the_same_bytes(tmp_path):
    first, second = (train(tmp_path / name) for name in ("a", "b"))
    for product in ("weights", "history"):
        assert first[product].read_bytes() == second[product].read_bytes()
    history = pd.read_csv(first["history"])
    assert history["train_loss"].iloc[-1] < 0.7 * history["train_loss"].iloc[0]
    assert history["strangers_found"].between(0, 1).all() and not states.beside(first["weights"]).exists()
    assert checkpoints.load(first["weights"], Compact).architecture["dimension"] == 8


def test_strangers_are_measured_and_do_not_reach_the_weights(tmp_path):
    weights = [checkpoints.read(train(tmp_path / str(n), strangers=n, epochs=1)["weights"])[1] for n in (2, 4)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_nobody_trained_on_is_in_a_stand_in():
    """Stand-ins number their people from 0; a thousand times the paper's are fewer than the first one here."""
    assert train_embedder.FIRST >= 1000 * 530


def test_faces_are_framed_as_the_two_data_sets_frame_them():
    """Eyes 39 of 108 pixels apart and a good third down; in half of the pictures, as in CelebA, level."""
    head, level = render.sculpt(people.person(1, 5)), []
    for number in range(40):
        shot = shots.draw_shot(1, "test", head.person, number)._replace(yaw=0.0, pitch=0.0)
        plane = render.outline(head.person, shot)
        placement = train_embedder._framing(head, plane, np.random.default_rng(number))
        placed = plane @ placement[:, :2].T + placement[:, 2]
        left, right = placed[landmarks.LEFT_EYE].mean(axis=0), placed[landmarks.RIGHT_EYE].mean(axis=0)
        assert np.hypot(*(right - left)) == pytest.approx(39, rel=0.12)
        np.testing.assert_allclose((left + right) / 2, (54, 41), atol=9)
        level.append(abs(right[1] - left[1]) < 1e-6)
    assert 10 < sum(level) < 30


def test_every_picture_rendered_is_another():
    faces = train_embedder._faces(0, 2, 3)
    assert faces.shape == (6, 3, 48, 48) and len({face.tobytes() for face in faces}) == 6


def test_the_committed_file_is_of_the_recipe_in_the_rule():
    text = RULES["train_embedder"].read_text().split("\nrule train_embedder:")[1].split('r"""')[1].split('"""')[0]
    asked = {name.replace("-", "_"): float(value) for name, value in re.findall(r"--([a-z-]+) ([\d.]+)", text)}
    record = checkpoints.read(BASE / "resources/embedder.safetensors")[0]
    assert len(asked) == 10 and {name: record.get(name) for name in asked} == asked


def test_config_names_the_committed_file_and_what_it_reads():
    path, chosen = (
        BASE / "resources/embedder.safetensors",
        yaml.safe_load((BASE / "config.yaml").read_text())["embedder"],
    )
    assert hashlib.sha256(path.read_bytes()).hexdigest() == chosen["sha256"] and path.stat().st_size < 600_000
    reading = embedders.Reading(*(chosen[name] for name in ("colour", "size", "mean", "deviation")))
    assert reading == train_embedder._READING and chosen["model"] == ""
