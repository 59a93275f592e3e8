import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from obverse import checkpoints, reserved, samples, states, training
from obverse import train_evaluator as stage
from obverse.errors import UnusableInput
from obverse.evaluators import Evaluator
from obverse.train_evaluator import train_evaluator

IDS = np.arange(60) * 7 % 101  # not in order, not 0 … N-1
LABELS = np.arange(60) % 3
MINE = np.arange(60) % 2 == 0


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Path]:
    """Sixty 16×16 pictures of three people, who differ by a bright quarter; every second picture is reserved."""
    images = np.random.default_rng(1).integers(0, 80, (60, 16, 16), dtype=np.uint8)
    for image, label in zip(images, LABELS, strict=True):
        image[8 * (label // 2) :, 8 * (label % 2) :][:8, :8] += 150
    samples.write_images(tmp_path / "images.npy", images)
    names = [f"person {label}" for label in LABELS]
    columns = {"sample_id": IDS, "identity": names, "source": names, "status": ["ok"] * 60, "duplicate_group": IDS}
    samples.write(tmp_path / "samples.parquet", pa.table(columns), {})
    table = pa.table({"sample_id": IDS, "label": LABELS, "identity": names}).filter(MINE)
    reserved.write(tmp_path / "reserved.parquet", table, {})
    return {
        "images": tmp_path / "images.npy",
        "samples": tmp_path / "samples.parquet",
        "reserved": tmp_path / "reserved.parquet",
    }


def run(inputs: dict[str, Path], folder: Path, **changes: object) -> dict[str, Path]:
    numbers = {"seed": 9, "width": 4, "epochs": 3, "batch_size": 8, "learning_rate": 1e-2, "flip": False}
    outputs = {name: folder / name for name in ("weights", "history")}
    train_evaluator(**inputs, **numbers | {"precision": "float32", "threads": 1} | changes, **outputs)
    return outputs


def test_it_recognises_people_on_pictures_it_was_not_trained_on(inputs, tmp_path: Path):
    outputs = run(inputs, tmp_path / "out", epochs=40)
    network = checkpoints.load(outputs["weights"], Evaluator)
    assert network.architecture == {"num_classes": 3, "size": 16, "width": 4}
    with outputs["history"].open() as stream:
        history = list(csv.DictReader(stream))
    assert list(history[0]) == ["epoch", "train_loss", "validation_accuracy"] and len(history) == 40
    assert float(history[-1]["train_loss"]) < 0.6 < 1 < float(history[0]["train_loss"])
    assert float(history[-1]["validation_accuracy"]) == 1
    assert not states.beside(outputs["weights"]).exists()


def test_only_reserved_images_reach_the_weights(inputs, tmp_path: Path):
    """What is not reserved is inverted: the tensors stay, only the stamp (which names the input's digest) changes."""
    before = checkpoints.read(run(inputs, tmp_path / "a")["weights"])[1]
    images = np.array(samples.read_images(inputs["images"]))
    images[~MINE] = 255 - images[~MINE]
    samples.write_images(inputs["images"], images)
    after = checkpoints.read(run(inputs, tmp_path / "b")["weights"])[1]
    assert all(np.array_equal(before[name], after[name]) for name in before)
    images[MINE] = 255 - images[MINE]
    samples.write_images(inputs["images"], images)
    other = checkpoints.read(run(inputs, tmp_path / "c")["weights"])[1]
    assert not all(np.array_equal(before[name], other[name]) for name in before)


@pytest.mark.parametrize("seed", range(4))
def test_near_duplicates_are_not_both_learnt_and_measured(seed: int):
    groups = np.random.default_rng(seed).integers(0, 5, 60) + 10 * LABELS
    aside = stage._aside(LABELS, groups, seed)
    assert not set(groups[aside]) & set(groups[~aside])
    assert set(LABELS[aside]) == set(LABELS[~aside]) == {0, 1, 2}


def test_mirroring_is_felt(inputs, tmp_path: Path):
    weights = [checkpoints.read(run(inputs, tmp_path / str(flip), flip=flip)["weights"])[1] for flip in (False, True)]
    assert not all(np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_killed_training_goes_on_to_the_same_bytes(inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Killed in the second epoch: distortions and step size go on where they were."""
    undisturbed = run(inputs, tmp_path / "whole")
    whole, calls = stage.Judging.validate, []

    def dies(task: stage.Judging, network: object) -> float:
        calls.append(task)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(task, network)

    monkeypatch.setattr(training, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(stage.Judging, "validate", dies)
    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "killed")
    assert states.beside(tmp_path / "killed/weights").exists() and not (tmp_path / "killed/weights").exists()
    monkeypatch.setattr(stage.Judging, "validate", whole)
    again = run(inputs, tmp_path / "killed")
    for name in ("weights", "history"):
        assert again[name].read_bytes() == undisturbed[name].read_bytes()


def test_images_that_the_data_set_lacks_are_refused(inputs, tmp_path: Path):
    table = reserved.read(inputs["reserved"])
    ids = pa.array(table["sample_id"].to_numpy() + 1000)
    reserved.write(inputs["reserved"], table.set_column(0, "sample_id", ids), {})
    with pytest.raises(UnusableInput, match="reserved.parquet: expected sample_id 1000, found no such row"):
        run(inputs, tmp_path / "out")


def test_one_image_of_each_leaves_nothing_to_measure_by(inputs, tmp_path: Path):
    table = reserved.read(inputs["reserved"])
    reserved.write(inputs["reserved"], table.slice(0, 3), {})
    with pytest.raises(UnusableInput, match="expected two reserved images that differ of at least one identity"):
        run(inputs, tmp_path / "out")
    assert not (tmp_path / "out").exists()
