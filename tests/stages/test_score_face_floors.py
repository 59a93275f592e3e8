"""What can be shown of a face without an inverter."""

import numpy as np
import pytest

from face_tables import detail, write_divided, write_faces
from obverse.rekognition import scores
from obverse.score_face_floors import score_face_floors


@pytest.fixture
def floors(data_set, tmp_path):
    """The adversary has four, one to choose by; the victims' faces are as the third's, the first's and the fourth's."""
    own, others = data_set("celeba", list("abcd")), data_set("facescrub", list("xyz"))
    rows = [("celeba", int(i), who, "train") for i, who in zip(own.sample_ids[:3], "abc", strict=True)]
    rows += [("celeba", int(own.sample_ids[3]), "d", "validation")]
    rows += [("facescrub", int(i), who, "unknown") for i, who in zip(others.sample_ids, "xyz", strict=True)]
    paths = {"mean_image": tmp_path / "mean", "nearest": tmp_path / "nearest"}
    score_face_floors(
        divided=write_divided(tmp_path / "divided", rows),
        auxiliary_images=own.images,
        auxiliary_samples=own.samples,
        auxiliary_faces=write_faces(tmp_path / "c", own.sample_ids, [detail(share) for share in (0.1, 0.6, 0.9, 0.4)]),
        part="unknown",
        images=others.images,
        samples=others.samples,
        faces=write_faces(tmp_path / "f", others.sample_ids, [detail(share) for share in (0.8, 0.2, 0.45)]),
        threads=1,
        **paths,
    )
    return own.pixels / 255, others.pixels / 255, {name: scores.read(path) for name, path in paths.items()}


def test_the_mean_picture_is_that_of_the_adversarys_own_and_asks_nothing(floors):
    own, others, found = floors
    expected = np.square(others - own.mean(axis=0)).mean(axis=(1, 2))
    np.testing.assert_allclose(found["mean_image"]["mse"], expected, rtol=1e-5)
    assert found["mean_image"]["queries"].tolist() == [0, 0, 0]


def test_the_nearest_face_is_one_of_the_adversarys_own_each_of_which_was_asked_about(floors):
    own, others, found = floors
    np.testing.assert_allclose(found["nearest"]["mse"], np.square(others - own[[2, 0, 3]]).mean(axis=(1, 2)), rtol=1e-5)
    assert found["nearest"]["queries"].tolist() == [4, 4, 4]
