"""Victims' pictures, rebuilt from what Rekognition says of their faces."""

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from face_tables import detail, shares, write_divided, write_faces
from obverse import checkpoints, samples, stamps
from obverse.errors import UnusableInput
from obverse.inverters import Inverter
from obverse.reconstruct_faces import reconstruct_faces
from obverse.rekognition import faces, features, scores
from obverse.rekognition.features import subset

PARTS = ["known", "unknown", "known", "train", "known", "unknown", "known", "unknown"]
PEOPLE = list("abacabbd")


def network(count: int = 80) -> Inverter:
    torch.manual_seed(0)
    made = Inverter(num_classes=count, size=16, width=4, features="values", offset=0.0, learn_offset=False)
    with torch.no_grad():
        made.first.weight.mul_(5)
        made.last.weight.mul_(5)
    return made.eval()


@pytest.fixture
def given(data_set, tmp_path):
    data = data_set("celeba", PEOPLE, size=16)
    rows = [("celeba", int(i), who, part) for i, who, part in zip(data.sample_ids, PEOPLE, PARTS, strict=True)]
    details = [detail(share, 40 * share, 0.2 + 0.123 * share) for share in shares(8)]
    checkpoints.save(tmp_path / "weights", network(), stamps.stamp("train_face_inverter", {}, queries=9))
    order = np.random.default_rng(0).permutation(8)
    return {
        "weights": tmp_path / "weights",
        "divided": write_divided(tmp_path / "divided", rows),
        "images": data.images,
        "samples": data.samples,
        "faces": write_faces(tmp_path / "faces", data.sample_ids[order], [details[row] for row in order]),
    }, data


def rebuild(given: dict, folder, **changes) -> tuple[np.ndarray, object]:
    outputs = {"reconstructions": folder / "rebuilt.npy", "nearness": folder / "scores"}
    reconstruct_faces(**given | {"part": "known", "features": "80", "view": "full", "threads": 1} | outputs | changes)
    return samples.read_images(outputs["reconstructions"]), scores.read(outputs["nearness"])


@pytest.mark.parametrize("view", ["full", "round1", "round3", "standard1"])
def test_pictures_are_the_inverters_of_what_was_told_and_of_the_victims_of_one_part_alone(given, tmp_path, view):
    paths, data = given
    rebuilt, scored = rebuild(paths, tmp_path, view=view)
    wanted = [int(i) for i, part in zip(data.sample_ids, PARTS, strict=True) if part == "known"]
    assert scored["sample_id"].tolist() == wanted and set(scored["split"]) == {"known"}
    digits = {"round1": 1, "round3": 3}.get(view)
    told = torch.from_numpy(faces.vectors(paths["faces"], np.array(wanted), digits))
    if view == "standard1":
        told = torch.round(told, decimals=1)
    with torch.no_grad():
        drawn = network()(told)[:, 0].numpy()
    assert drawn.std() > 0.02 and np.abs(rebuilt - 255 * drawn).max() <= 0.5 + 1e-3
    truth = data.of(wanted) / 255
    np.testing.assert_allclose(scored["mse"], np.square(drawn - truth).mean(axis=(1, 2)), rtol=1e-4)
    ssim = [structural_similarity(*pair, data_range=1.0) for pair in zip(drawn, truth, strict=True)]
    np.testing.assert_allclose(scored["ssim"], ssim, atol=1e-4)
    assert scored["queries"].tolist() == [9] * 4


def test_a_person_is_ranked_by_the_nearest_other_picture_of_the_same_part(given, tmp_path):
    paths, data = given
    _, scored = rebuild(paths, tmp_path)
    rebuilt = samples.read_images(tmp_path / "rebuilt.npy") / 255
    truth, people = data.of(scored["sample_id"]) / 255, scored["identity"].to_numpy()
    for row, rank in enumerate(scored["identity_rank"]):
        distance = np.square(truth - rebuilt[row]).sum(axis=(1, 2))
        distance[row] = np.inf
        nearest = {who: distance[people == who].min() for who in set(people)}
        assert rank == 1 + sum(other < nearest[people[row]] for other in nearest.values())


def test_fewer_features_take_an_inverter_of_their_own(given, tmp_path):
    paths, data = given
    with pytest.raises(UnusableInput, match="expected an inverter of 17 numbers to 16 pixels, found one of 80 to 16"):
        rebuild(paths, tmp_path, features="17")
    checkpoints.save(tmp_path / "w17", network(17), stamps.stamp("train_face_inverter", {}, queries=9))
    rebuilt, scored = rebuild(paths, tmp_path, features="17", weights=tmp_path / "w17", part="unknown")
    told = faces.vectors(paths["faces"], scored["sample_id"].to_numpy(), None)[:, subset("17")]
    with torch.no_grad():
        drawn = network(17)(torch.from_numpy(told))[:, 0].numpy()
    assert told.shape[1] == len(features.SETS["17"]) and np.abs(rebuilt - 255 * drawn).max() <= 0.5 + 1e-3


def test_a_part_without_victims_is_refused(given, tmp_path):
    with pytest.raises(UnusableInput, match="expected pictures of part 'validation', found none"):
        rebuild(given[0], tmp_path, part="validation")
