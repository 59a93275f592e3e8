"""The pose reader: taught, judged, and put to use, on pictures of a spot that lies where a nose would."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from obverse import checkpoints, pose_readers, poses, samples, states, tables, training
from obverse import train_pose_reader as stage
from obverse.errors import UnusableInput
from obverse.measure_poses import measure_poses
from obverse.pose_readers import PoseReader
from obverse.score_pose_reader import score_pose_reader
from obverse.train_pose_reader import train_pose_reader

PEOPLE, EACH = 10, 40


@dataclass(frozen=True)
class Faces:
    """Where pictures and tables lie, and the right angles [N, 2] of each picture."""

    images: Path
    samples: Path
    angles: Path
    right: np.ndarray


def spots(angles: np.ndarray, size: int = 32) -> np.ndarray:
    """Return uint8 [N, size, size]: a bright spot right of the middle by yaw, above it by pitch."""
    places = (np.arange(size) + 0.5) * 32 / size
    x, y = 16 + 0.4 * angles[:, 0], 16 - 0.6 * angles[:, 1]
    apart = (places[None, None] - x[:, None, None]) ** 2 + (places[None, :, None] - y[:, None, None]) ** 2
    return np.rint(60 + 150 * np.exp(-apart / 18)).astype(np.uint8)


def write(folder: Path, **changes: np.ndarray) -> Faces:
    count = PEOPLE * EACH
    right = np.random.default_rng(0).normal(0, (15, 7), (count, 2)).astype(np.float32)
    ids = np.random.default_rng(1).permutation(count) + 500
    columns = {
        "sample_id": ids,
        "identity": [str(row % PEOPLE) for row in range(count)],
        "source": [f"{row}.jpg" for row in range(count)],
        "status": ["ok"] * count,
        "duplicate_group": ids,
    } | changes
    samples.write_images(folder / "images.npy", spots(right))
    samples.write(folder / "samples.parquet", pa.table(columns), {})
    order = np.argsort(ids)  # the landmarks' order is another
    none = np.zeros(count, np.float32)
    told = {"sample_id": ids[order], "yaw": right[order, 0], "pitch": right[order, 1], "roll": none, "error": none}
    tables.write(folder / "angles.parquet", pa.table({**told, "method": ["pnp"] * count}), poses.ANGLES, {})
    return Faces(folder / "images.npy", folder / "samples.parquet", folder / "angles.parquet", right)


def train(folder: Path, faces: Faces, **changes: object) -> dict[str, Path]:
    outputs = {name: folder / name for name in ("weights", "history")}
    given = {"images": faces.images, "samples": faces.samples, "angles": faces.angles}
    asked = {"held_out": 0.2, "width": 4, "seed": 1, "epochs": 12, "batch_size": 32, "learning_rate": 0.01}
    train_pose_reader(**given | asked | {"precision": "float32", "threads": 1} | changes, **outputs)
    return outputs


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Faces:
    return write(tmp_path_factory.mktemp("faces"))


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory, faces: Faces) -> dict[str, Path]:
    return train(tmp_path_factory.mktemp("taught"), faces)


def measure(folder: Path, taught: dict[str, Path], pictures: np.ndarray, named_by: list[Path]) -> dict[str, np.ndarray]:
    samples.write_images(folder / "pictures.npy", pictures)
    where = {"pictures": folder / "pictures.npy", "named_by": named_by, "angles": folder / "measured.parquet"}
    measure_poses(**where, reader=taught["weights"], threads=1)
    table = pose_readers.load(folder / "measured.parquet")
    return {name: table[name].to_numpy() for name in table.column_names}


def test_it_learns_and_says_how_well_strangers_are_read(taught: dict[str, Path]):
    with taught["history"].open() as stream:
        history = list(csv.DictReader(stream))
    assert list(history[0]) == ["epoch", "train_loss", "validation_degrees"] and len(history) == 12
    assert float(history[-1]["validation_degrees"]) < min(4, 0.5 * float(history[0]["validation_degrees"]))
    assert checkpoints.load(taught["weights"], PoseReader).architecture == {"width": 4}
    assert not states.beside(taught["weights"]).exists()


def test_twice_gives_the_same_bytes(taught: dict[str, Path], faces: Faces, tmp_path: Path):
    again = train(tmp_path, faces)
    for name in ("weights", "history"):
        assert again[name].read_bytes() == taught[name].read_bytes()


def test_a_killed_training_goes_on_to_the_same_bytes(
    taught: dict[str, Path], faces: Faces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole, calls = stage.Reading.validate, []

    def dies(task: stage.Reading, network: PoseReader) -> float:
        calls.append(task)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(task, network)

    monkeypatch.setattr(training, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(stage.Reading, "validate", dies)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, faces)
    assert states.beside(tmp_path / "weights").exists() and not (tmp_path / "weights").exists()
    monkeypatch.setattr(stage.Reading, "validate", whole)
    assert train(tmp_path, faces)["weights"].read_bytes() == taught["weights"].read_bytes()


def test_it_is_taught_nobody_who_is_held_out_or_unusable(faces: Faces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    status = np.where(np.arange(PEOPLE * EACH) % 7 == 0, "overlap", "ok")
    fewer, seen = write(tmp_path, status=status), []
    whole = stage.Reading.loss

    def watched(task: stage.Reading, network: PoseReader, rows: object) -> object:
        seen.append(task)
        assert int(rows.max()) < task.rows
        return whole(task, network, rows)

    monkeypatch.setattr(stage.Reading, "loss", watched)
    train(tmp_path, fewer, epochs=1)
    aside = pose_readers.held_out(np.arange(PEOPLE * EACH) % PEOPLE, 0.2, 1)  # names are drawn as numbers sort
    usable = status == "ok"
    task = seen[0]
    assert task.rows == (usable & ~aside).sum() and len(task.angles) == usable.sum()
    np.testing.assert_array_equal(task.angles[: task.rows].numpy(), fewer.right[usable & ~aside])
    np.testing.assert_array_equal(task.pictures[: task.rows].numpy(), spots(fewer.right)[usable & ~aside])


def test_one_person_is_too_few(tmp_path: Path):
    alone = write(tmp_path, identity=["me"] * PEOPLE * EACH)
    with pytest.raises(UnusableInput, match="expected usable faces with angles of two people or more"):
        train(tmp_path, alone)
    assert not (tmp_path / "weights").exists()


def test_errors_are_given_for_each_blur_and_for_means(taught: dict[str, Path], faces: Faces, tmp_path: Path):
    given = {"images": faces.images, "samples": faces.samples, "reference": faces.angles, "reader": taught["weights"]}
    score_pose_reader(**given, held_out=0.2, seed=1, threads=1, errors=tmp_path / "errors.csv")
    table = pd.read_csv(tmp_path / "errors.csv")
    blurs = [f"blurred by {sigma}" for sigma in ("0", "1", "1.5", "2", "2.5")]
    assert table["pictures"].unique().tolist() == [*blurs, "means of 9"]
    assert table["angle"].tolist() == ["yaw", "pitch"] * 6
    assert (table["n"] == 2 * EACH).all()
    aside = np.isin(np.arange(PEOPLE * EACH) % PEOPLE, np.unique(_strangers()))
    assert table["turned"].tolist()[:2] == (np.abs(faces.right[aside]) > 12).sum(axis=0).tolist()
    clear = table.iloc[:10]
    assert (clear["error"] < 4).all() and (clear["correlation"] > 0.9).all() and (clear["side"] > 0.95).all()
    assert clear["slope"].between(0.7, 1.3).all() and (clear["bias"].abs() < 2).all()
    assert clear["error"].iloc[0] >= abs(clear["bias"].iloc[0])


def _strangers() -> np.ndarray:
    people = np.array([str(person) for person in range(PEOPLE)])
    return people[pose_readers.held_out(people, 0.2, 1)].astype(int)


def test_errors_are_against_the_reference(taught: dict[str, Path], faces: Faces, tmp_path: Path):
    """A reference ten degrees off to the right gives a bias of ten to the left."""
    moved = tables.read(faces.angles, poses.ANGLES).to_pandas().assign(yaw=lambda table: table["yaw"] + 10)
    tables.write(tmp_path / "moved.parquet", pa.Table.from_pandas(moved, preserve_index=False), poses.ANGLES, {})
    found = []
    for reference in (faces.angles, tmp_path / "moved.parquet"):
        given = {"images": faces.images, "samples": faces.samples, "reference": reference, "reader": taught["weights"]}
        score_pose_reader(**given, held_out=0.2, seed=1, threads=1, errors=tmp_path / "errors.csv")
        found.append(pd.read_csv(tmp_path / "errors.csv")["bias"].to_numpy()[:10])
    assert found[1] - found[0] == pytest.approx([-10, 0] * 5, abs=1e-3)


@pytest.mark.parametrize("size", [16, 32, 64])
def test_pictures_are_measured_in_their_order_whatever_their_size(taught: dict[str, Path], tmp_path: Path, size: int):
    right = np.array([(-20, 0), (20, 0), (0, 9), (0, -9), (0, 0)], np.float32)
    found = measure(tmp_path, taught, spots(right, size), [])
    assert found["sample_id"].tolist() == [0, 1, 2, 3, 4]
    assert found["yaw"] == pytest.approx(right[:, 0], abs=7) and found["pitch"] == pytest.approx(right[:, 1], abs=5)
    assert (found["error"] >= 0).all() and found["error"].max() < 7


def test_pictures_are_named_by_the_table_they_belong_to(taught: dict[str, Path], faces: Faces, tmp_path: Path):
    found = measure(tmp_path, taught, spots(faces.right), [faces.samples])
    assert found["sample_id"].tolist() == samples.read(faces.samples)["sample_id"].to_pylist()
    once = (tmp_path / "measured.parquet").read_bytes()
    measure(tmp_path, taught, spots(faces.right), [faces.samples])
    assert (tmp_path / "measured.parquet").read_bytes() == once


def test_a_table_of_other_pictures_is_refused(taught: dict[str, Path], faces: Faces, tmp_path: Path):
    with pytest.raises(UnusableInput, match=r"expected a row for each of the 3 pictures of .*, found 400"):
        measure(tmp_path, taught, spots(faces.right[:3]), [faces.samples])
    assert not (tmp_path / "measured.parquet").exists()
