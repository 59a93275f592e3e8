import csv
from pathlib import Path

import numpy as np
import pytest

from checkouts import BASE, RULES
from obverse import checkpoints, landmarks, states, training
from obverse import train_landmarks as stage
from obverse.landmarkers import SmallFan
from obverse.train_landmarks import train_landmarks


def run(folder: Path, **changes: object) -> dict[str, Path]:
    outputs = {name: folder / name for name in ("weights", "head", "history")}
    drawn = {"seed": 3, "first_person": 900, "people": 4, "pictures": 6, "box": [35, 70, 143, 178], "width": 4}
    schedule = {"epochs": 3, "batch_size": 9, "learning_rate": 3e-3, "precision": "float32", "threads": 1}
    train_landmarks(**drawn | schedule | changes, **outputs)
    return outputs


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return run(tmp_path_factory.mktemp("landmarks"))


def test_the_loss_falls_and_the_best_epoch_is_kept(outputs: dict[str, Path]):
    with outputs["history"].open() as stream:
        history = list(csv.DictReader(stream))
    assert float(history[-1]["train_loss"]) < float(history[0]["train_loss"])
    assert list(history[0]) == ["epoch", "train_loss", "validation_pixels"]
    assert checkpoints.load(outputs["weights"], SmallFan).architecture == {"width": 4}
    assert not states.beside(outputs["weights"]).exists()


def test_the_head_is_the_mean_of_symmetric_ones(outputs: dict[str, Path]):
    head = landmarks.read_head(outputs["head"])
    assert landmarks.eye_distance(head) == pytest.approx(1, abs=1e-4)
    committed = landmarks.read_head(BASE / "resources/head.csv")
    assert np.abs(head - committed).max() < 0.3  # other people, of the same kind


def test_twice_gives_the_same_bytes(outputs: dict[str, Path], tmp_path: Path):
    again = run(tmp_path)
    for name in ("weights", "head", "history"):
        assert again[name].read_bytes() == outputs[name].read_bytes()


def test_the_committed_weights_say_that_the_rule_made_them():
    """Numbers of the recipe in the rule file are those in the weights' stamp."""
    record, weights = checkpoints.read(BASE / "resources/landmarks.safetensors")
    rule = RULES["train_landmarks"].read_text().split("rule train_landmarks:")[1].split("rule ")[0]
    for name in ("seed", "first_person", "people", "pictures", "width", "epochs", "batch_size", "learning_rate"):
        assert f"--{name.replace('_', '-')} {record[name]} " in rule
    assert record["network"] == "SmallFan" and record["stage"] == "train_landmarks"
    assert sum(value.numel() for name, value in weights.items() if "running" not in name) < 128_000


def test_a_killed_training_goes_on_to_the_same_bytes(outputs: dict[str, Path], tmp_path: Path, monkeypatch):
    """Killed in the second epoch: the step size, too, goes on where it was."""
    whole, calls = stage.Finding.validate, []

    def dies(task: stage.Finding, network: object) -> float:
        calls.append(task)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(task, network)

    monkeypatch.setattr(training, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(stage.Finding, "validate", dies)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    assert states.beside(tmp_path / "weights").exists() and not (tmp_path / "weights").exists()
    monkeypatch.setattr(stage.Finding, "validate", whole)
    again = run(tmp_path)
    for name in ("weights", "history"):
        assert again[name].read_bytes() == outputs[name].read_bytes()
