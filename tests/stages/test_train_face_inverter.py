"""Inverters of what Rekognition says of faces."""

import numpy as np
import pytest
import torch

from face_tables import detail, shares, write_divided, write_faces
from obverse import checkpoints, samples
from obverse.inverters import Inverter
from obverse.rekognition import faces, features
from obverse.train_face_inverter import train_face_inverter

COUNT = 60
NUMBERS = {"features": "17", "standardize": "meaning", "width": 4, "seed": 1, "epochs": 40, "minimum_steps": 0}
NUMBERS |= {"batch_size": 12, "learning_rate": 0.01, "precision": "float32", "threads": 1}


@pytest.fixture
def given(data_set, tmp_path):
    """A toy: the more a face smiles, the brighter its picture; every sixth picture chooses the epoch."""
    data, smiles = data_set("celeba", [f"p{n}" for n in range(COUNT)], size=16), shares(COUNT)
    samples.write_images(data.images, np.rint(255 * smiles[:, None, None] * np.ones((1, 16, 16))).astype(np.uint8))
    parts = ["validation" if n % 6 == 0 else "train" for n in range(COUNT)]
    rows = [("celeba", int(i), f"p{n}", part) for n, (i, part) in enumerate(zip(data.sample_ids, parts, strict=True))]
    yaws = np.linspace(-60, 60, COUNT)
    details = [detail(share, yaw) for share, yaw in zip(smiles, yaws, strict=True)]
    return {
        "divided": write_divided(tmp_path / "divided", rows),
        "images": data.images,
        "samples": data.samples,
        "faces": write_faces(tmp_path / "faces", data.sample_ids, details),
    }, (data, smiles)


def train(given: dict, folder, **changes) -> Inverter:
    outputs = {"weights": folder / "weights", "history": folder / "history.csv"}
    train_face_inverter(**given | NUMBERS | outputs | changes)
    return checkpoints.load(folder / "weights", Inverter)


@pytest.mark.parametrize("standardize", ["meaning", "minmax"])
def test_what_a_feature_says_comes_to_be_seen(given, tmp_path, standardize):
    """The mean picture is .08 off; an inverter that reads the smile is not."""
    paths, (data, smiles) = given
    inverter = train(paths, tmp_path, standardize=standardize)
    told = torch.from_numpy(faces.vectors(paths["faces"], data.sample_ids, None)[:, features.subset("17")])
    with torch.no_grad():
        drawn = inverter(told).mean(dim=(1, 2, 3)).numpy()
    assert np.square(smiles - smiles.mean()).mean() > 0.07
    assert np.square(drawn - smiles).mean() < 0.01


def test_minmax_is_fitted_on_what_is_trained_on_alone(given, tmp_path):
    paths, (data, smiles) = given
    inverter = train(paths, tmp_path, standardize="minmax", epochs=1)
    trained = [n for n in range(COUNT) if n % 6]
    told = faces.vectors(paths["faces"], data.sample_ids[trained], None)[:, features.subset("17")]
    np.testing.assert_array_equal(inverter.features.smallest, told.min(axis=0))
    smile, seen = features.SETS["17"].index("Smile"), smiles[trained]
    assert inverter.features.range[smile] == pytest.approx(seen.max() - seen.min(), rel=1e-6)
    plain = train(paths, tmp_path / "plain", epochs=1)
    assert (plain.features.smallest == 0).all() and (plain.features.range == 1).all()


def test_the_weights_say_how_many_pictures_were_asked_about(given, tmp_path):
    train(given[0], tmp_path, epochs=1)
    assert checkpoints.fact(tmp_path / "weights", "queries") == COUNT
    assert checkpoints.fact(tmp_path / "weights", "of_face") == "17"


def test_the_same_training_gives_the_same_bytes_and_other_features_other_ones(given, tmp_path):
    for name, changes in {"a": {}, "b": {}, "c": {"features": "20"}}.items():
        train(given[0], tmp_path / name, epochs=1, **changes)
    first, second, other = ((tmp_path / name / "weights").read_bytes() for name in "abc")
    assert first == second != other


def test_an_unknown_standard_is_refused(given, tmp_path):
    with pytest.raises(ValueError, match="expected one of meaning, minmax, found 'zscore'"):
        train(given[0], tmp_path, standardize="zscore")
