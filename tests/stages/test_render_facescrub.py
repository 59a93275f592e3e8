"""The rendered FaceScrub: official lists, and hosts that answer as planted."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from obverse import archives, facescrub
from obverse.faces import truth
from obverse.render_facescrub import render_facescrub

IDENTITIES, PICTURES = 4, 15
DEAD, WRONG, COPIES = 6, 3, 12


@dataclass
class _Rendered:
    folder: Path

    @property
    def faces(self) -> pd.DataFrame:
        lists = [facescrub.read_list(self.folder / name) for name in ("actors.txt", "actresses.txt")]
        return pd.concat(lists).set_index("face_id").sort_index()

    @property
    def truth(self) -> pd.DataFrame:
        return truth.read(self.folder / "truth.parquet").to_pandas().set_index("sample_id")

    def answers(self) -> dict[str, bytes]:
        with archives.reading(self.folder / "hosts.zip") as archive:
            return {f"http://{name}": archive.read(name) for name in archive.names}


def _render(folder: Path) -> _Rendered:
    render_facescrub(
        seed=5,
        identities=IDENTITIES,
        pictures=PICTURES,
        near_duplicates=COPIES / 60,
        dead_urls=DEAD / 60,
        wrong_hashes=WRONG / 60,
        actors=folder / "actors.txt",
        actresses=folder / "actresses.txt",
        hosts=folder / "hosts.zip",
        truth=folder / "truth.parquet",
    )
    return _Rendered(folder)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> _Rendered:
    return _render(tmp_path_factory.mktemp("facescrub"))


def test_the_same_seed_gives_the_same_bytes(rendered: _Rendered, tmp_path: Path) -> None:
    _render(tmp_path)
    for product in ("actors.txt", "actresses.txt", "hosts.zip", "truth.parquet"):
        assert (tmp_path / product).read_bytes() == (rendered.folder / product).read_bytes(), product


def test_the_lists_hold_every_picture_of_every_person(rendered: _Rendered) -> None:
    faces = rendered.faces
    assert faces.index.tolist() == list(range(1, IDENTITIES * PICTURES + 1))
    assert faces["image_id"].is_unique and (np.diff(faces["image_id"]) > 1).any()
    assert faces["name"].value_counts().tolist() == [PICTURES] * IDENTITIES
    assert rendered.truth.loc[faces.index, "male"].groupby(faces["name"].to_numpy()).nunique().eq(1).all()


def test_actors_are_men_and_actresses_women(rendered: _Rendered) -> None:
    for name, male in (("actors.txt", True), ("actresses.txt", False)):
        listed = facescrub.read_list(rendered.folder / name)["face_id"]
        assert (rendered.truth.loc[listed, "male"] == male).all()


def test_every_host_is_fictitious(rendered: _Rendered) -> None:
    assert rendered.faces["url"].str.fullmatch(r"http://[a-z0-9-]+\.example/[a-z-]+/\d{4}\.jpg").all()


def test_as_many_urls_are_dead_and_hashes_wrong_as_planted(rendered: _Rendered) -> None:
    faces, answers = rendered.faces, rendered.answers()
    alive = faces[faces["url"].isin(answers.keys())]
    assert len(alive) == len(answers) == len(faces) - DEAD
    digests = [hashlib.sha256(answers[url]).hexdigest() for url in alive["url"]]
    assert (alive["sha256"] != digests).sum() == WRONG


def test_the_planted_copies_are_near_but_not_equal_to_their_originals(rendered: _Rendered) -> None:
    known, answers = rendered.truth, rendered.answers()
    copies = known[known["duplicate_of"] > 0]
    assert len(copies) == COPIES
    assert (known.loc[copies["duplicate_of"], "duplicate_of"] == -1).all()
    assert (known.loc[copies["duplicate_of"], "person"].to_numpy() == copies["person"].to_numpy()).all()
    every = {face_id: _crop(rendered.faces.loc[face_id], answers) for face_id in known.index}
    crops = {face_id: crop for face_id, crop in every.items() if crop is not None}
    pairs = [(face, original) for face, original in copies["duplicate_of"].items() if {face, original} <= crops.keys()]
    near = [np.abs(crops[face] - crops[original]).mean() for face, original in pairs]
    far = [np.abs(crops[face] - crops[face % 60 + 1]).mean() for face, _ in pairs if face % 60 + 1 in crops]
    assert min(near) > 0 and max(near) < 20 and np.median(near) < 0.5 * np.median(far)


def _crop(face: pd.Series, answers: dict[str, bytes]) -> np.ndarray | None:
    content = answers.get(face["url"])
    if content is None:
        return None
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert 0 <= face["x1"] < face["x2"] <= grey.shape[1] and 0 <= face["y1"] < face["y2"] <= grey.shape[0]
    crop = grey[face["y1"] : face["y2"], face["x1"] : face["x2"]]
    return cv2.resize(crop, (24, 24), interpolation=cv2.INTER_AREA).astype(float)


def test_boxes_are_square_and_frame_the_face_from_brows_to_mouth(rendered: _Rendered) -> None:
    faces, points = rendered.faces, np.stack(rendered.truth["landmarks"]).reshape(-1, 68, 2)
    side = (faces["x2"] - faces["x1"]).to_numpy()
    assert (side == faces["y2"] - faces["y1"]).all() and side.min() >= 90 and side.max() <= 132
    inside = (points - faces[["x1", "y1"]].to_numpy()[:, None]) / side[:, None, None]
    eyes, mouth = inside[:, 36:48].mean(axis=1), inside[:, 48:60].mean(axis=1)
    assert np.abs(eyes[:, 1].mean() - 0.38) < 0.04 and np.abs(mouth[:, 1].mean() - 0.77) < 0.05
    assert np.abs(eyes[:, 0].mean() - 0.5) < 0.05 and inside[:, 17:60, 1].min() > 0
