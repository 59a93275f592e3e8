import csv
import re
from pathlib import Path

import numpy as np
import pytest

from checkouts import BASE, RULES
from obverse import checkpoints, states, training
from obverse import train_attributes as stage
from obverse.faces.truth import ATTRIBUTES
from obverse.rekognition import attributes
from obverse.train_attributes import train_attributes


def run(folder: Path, **changes: object) -> dict[str, Path]:
    outputs = {name: folder / name for name in ("weights", "history")}
    drawn = {"seed": 3, "first_person": 900, "people": 4, "pictures": 6, "width": 4}
    schedule = {"epochs": 3, "batch_size": 9, "learning_rate": 3e-3, "precision": "float32", "threads": 1}
    train_attributes(**drawn | schedule | changes, **outputs)
    return outputs


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return run(tmp_path_factory.mktemp("attributes"))


def test_the_loss_falls_and_the_best_epoch_is_kept(outputs: dict[str, Path]):
    with outputs["history"].open() as stream:
        history = list(csv.DictReader(stream))
    assert float(history[-1]["train_loss"]) < float(history[0]["train_loss"])
    assert list(history[0]) == ["epoch", "train_loss", "validation_nats"]
    assert checkpoints.load(outputs["weights"], attributes.Reader).architecture == {"width": 4}
    assert not states.beside(outputs["weights"]).exists()


def test_twice_gives_the_same_bytes(outputs: dict[str, Path], tmp_path: Path):
    again = run(tmp_path)
    for name in ("weights", "history"):
        assert again[name].read_bytes() == outputs[name].read_bytes()


def test_a_killed_training_goes_on_to_the_same_bytes(outputs: dict[str, Path], tmp_path: Path, monkeypatch):
    """Killed in the second epoch."""
    whole, calls = stage.Reading.validate, []

    def dies(task: stage.Reading, network: object) -> float:
        calls.append(task)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(task, network)

    monkeypatch.setattr(training, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(stage.Reading, "validate", dies)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    assert states.beside(tmp_path / "weights").exists() and not (tmp_path / "weights").exists()
    monkeypatch.setattr(stage.Reading, "validate", whole)
    again = run(tmp_path)
    for name in ("weights", "history"):
        assert again[name].read_bytes() == outputs[name].read_bytes()


def test_what_is_rare_in_the_stand_ins_is_not_among_what_is_learnt_from():
    _, targets = stage._rendered(3, 900, 20, 8)
    share = dict(zip(attributes.NAMES, targets.mean(axis=0).tolist(), strict=True))
    assert 0.04 < share["sunglasses"] < 0.25 and 0.7 < share["eyes_open"] < 0.95 and 0.2 < share["mouth_open"] < 0.7
    ages = targets[:, attributes.NAMES.index("age")].reshape(20, 8)
    assert (ages == ages[:, :1]).all() and 0 <= ages.min() < 0.2 and 0.4 < ages.max() <= 1
    assert np.isin(targets[:, : len(ATTRIBUTES)], (0, 1)).all()


def test_the_committed_weights_are_of_the_recipe_in_the_rule_and_small():
    text = RULES["train_attributes"].read_text().split("\nrule train_attributes:")[1].split('r"""')[1].split('"""')[0]
    asked = {name.replace("-", "_"): float(value) for name, value in re.findall(r"--([a-z-]+) ([\d.]+)", text)}
    path = BASE / "resources/attributes.safetensors"
    record = checkpoints.read(path)[0]
    assert len(asked) == 8 and {name: record.get(name) for name in asked} == asked
    assert record["network"] == "Reader" and record["stage"] == "train_attributes"
    assert path.stat().st_size < 400_000
