"""The rendered CelebA: official lists beside aligned pictures, and people who are FaceScrub's too."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from obverse import archives, celeba, names
from obverse.faces import people, truth
from obverse.render_celeba import render_celeba

IDENTITIES, PICTURES, SHARED, FIRST_STRANGER = 10, 4, 5, 100
PRODUCTS = ("archive", "identity_list", "name_list", "attribute_list", "landmark_list", "partition_list", "truth")


@dataclass
class _Rendered:
    folder: Path

    @property
    def truth(self) -> pd.DataFrame:
        return truth.read(self.folder / "truth").to_pandas()

    def picture(self, row: int) -> np.ndarray:
        with archives.reading(self.folder / "archive") as archive:
            content = archive.read(f"img_align_celeba/{row + 1:06d}.jpg")
        return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def _render(folder: Path) -> _Rendered:
    render_celeba(
        seed=5,
        identities=IDENTITIES,
        pictures=PICTURES,
        shared=SHARED,
        first_stranger=FIRST_STRANGER,
        **{product: folder / product for product in PRODUCTS},
    )
    return _Rendered(folder)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> _Rendered:
    return _render(tmp_path_factory.mktemp("celeba"))


def test_the_same_seed_gives_the_same_bytes(rendered: _Rendered, tmp_path: Path) -> None:
    _render(tmp_path)
    for product in PRODUCTS:
        assert (tmp_path / product).read_bytes() == (rendered.folder / product).read_bytes(), product


def test_the_archive_holds_aligned_pictures_under_the_official_names(rendered: _Rendered) -> None:
    with archives.reading(rendered.folder / "archive") as archive:
        assert archive.names == [f"img_align_celeba/{number:06d}.jpg" for number in range(1, 41)]
    assert rendered.picture(0).shape == (218, 178, 3)


def test_eyes_are_where_celeba_aligns_them(rendered: _Rendered) -> None:
    points = celeba.read_landmarks(rendered.folder / "landmark_list")
    assert points.shape == (40, 5, 2)
    assert (points[:, 0] == (69, 111)).all() and (points[:, 1] == (108, 111)).all()
    exact = np.stack(rendered.truth["landmarks"]).reshape(-1, 68, 2)
    assert np.abs(points[:, 2] - exact[:, 30]).max() <= 0.5


def test_each_identity_has_all_its_pictures_scattered_over_the_file_numbers(rendered: _Rendered) -> None:
    listed = celeba.read_identities(rendered.folder / "identity_list")
    assert listed["identity"].value_counts().to_dict() == dict.fromkeys(range(1, IDENTITIES + 1), PICTURES)
    assert (np.diff(listed["identity"]) != 0).mean() > 0.6
    assert (listed.groupby("identity")["image_id"].first().index == np.arange(1, IDENTITIES + 1)).all()
    pairs = set(zip(listed["identity"], rendered.truth["person"], strict=True))
    assert len(pairs) == IDENTITIES


def test_shared_people_are_found_by_normalised_name_although_spelt_differently(rendered: _Rendered) -> None:
    listed = celeba.read_names(rendered.folder / "name_list")["name"]
    for index, spelt in set(zip(rendered.truth["person"], listed, strict=True)):
        own = people.person(5, index).name
        assert names.normalise(spelt.replace("_", " ")) == names.normalise(own)
        assert (spelt != own.replace(" ", "_")) == (index < SHARED)
    assert set(rendered.truth["person"]) == {*range(SHARED), *range(FIRST_STRANGER, FIRST_STRANGER + 5)}


def test_partitions_keep_a_person_together(rendered: _Rendered) -> None:
    parts = celeba.read_partitions(rendered.folder / "partition_list")
    assert set(parts) == {0, 1, 2}
    assert pd.Series(parts).groupby(rendered.truth["person"].to_numpy()).nunique().eq(1).all()


def test_listed_attributes_are_those_of_the_truth(rendered: _Rendered) -> None:
    listed, known = celeba.read_attributes(rendered.folder / "attribute_list"), rendered.truth
    assert ((listed["Male"] == 1) == known["male"]).all()
    assert ((listed["No_Beard"] == 1) == ~known["beard"]).all()
    assert ((listed["Smiling"] == 1) == known["smiling"]).all()
    assert ((listed["Eyeglasses"] == 1) == (known["eyeglasses"] | known["sunglasses"])).all()
    assert listed["Mouth_Slightly_Open"].nunique() == 2


def test_a_person_of_both_data_sets_is_drawn_in_other_poses_here(rendered: _Rendered) -> None:
    own = rendered.truth[rendered.truth["person"] == 0]
    assert own["yaw"].nunique() == PICTURES
