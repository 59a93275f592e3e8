import csv

import numpy as np
import pytest
import torch

from obverse import checkpoints, images, samples, splits, states, train_joint, training
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.inverters import Inverter

MEMBERS = 32


@pytest.fixture
def inputs(data_set, split_table):
    """Forty-eight pictures of three people; the first 32 are members, whose table is in another order."""
    labels = np.arange(48) % 3
    faces = data_set("faces", [f"person {label}" for label in labels])
    order = np.random.default_rng(2).permutation(48)
    sides = np.where(np.arange(48) < MEMBERS, splits.MEMBER, splits.HELD_OUT)
    table = split_table(faces.sample_ids[order], labels[order], sides[order])
    return {"images": faces.images, "samples": faces.samples, "splits": table}


NUMBERS = {
    "seed": 1,
    "classifier_width": 4,
    "hidden": 10,
    "inverter_width": 4,
    "offset": 50.0,
    "learn_offset": False,
    "weight": 10.0,
    "epochs": 3,
    "minimum_steps": 0,
    "batch_size": 8,
    "learning_rate": 5e-3,
    "precision": "float32",
    "threads": 1,
}
OUTPUTS = ("classifier_weights", "inverter_weights", "history")


def run(inputs, folder, **changes):
    outputs = {name: folder / name for name in OUTPUTS}
    train_joint.train_joint(**inputs, **NUMBERS | changes, **outputs)
    return outputs


def same(first, second):
    products = ("classifier_weights", "inverter_weights", "history")
    return all(first[name].read_bytes() == second[name].read_bytes() for name in products)


def test_the_history_says_what_the_two_networks_do_to_held_out_images(inputs, tmp_path):
    """Both are read back and run one after the other, as predict and reconstruct do."""
    outputs = run(inputs, tmp_path / "out")
    with outputs["history"].open() as stream:
        history = list(csv.DictReader(stream))
    assert list(history[0]) == ["epoch", "train_loss", "held_out_accuracy", "held_out_mse"] and len(history) == 3
    classifier = checkpoints.load(outputs["classifier_weights"], Classifier)
    inverter = checkpoints.load(outputs["inverter_weights"], Inverter)
    pictures = images.seen(torch.from_numpy(np.array(samples.read_images(inputs["images"])))[MEMBERS:])
    with torch.inference_mode():
        released = torch.log_softmax(classifier(pictures), dim=1)
        error = (inverter(released) - pictures).square().mean().item()
    right = (released.argmax(dim=1).numpy() == np.arange(MEMBERS, 48) % 3).mean()
    assert float(history[-1]["held_out_accuracy"]) == right
    assert float(history[-1]["held_out_mse"]) == pytest.approx(error, rel=1e-4)
    assert not states.beside(outputs["classifier_weights"]).exists()


def test_both_weight_files_say_how_they_were_made(inputs, tmp_path):
    outputs = run(inputs, tmp_path / "out", epochs=1)
    for name in ("classifier_weights", "inverter_weights"):
        record, _ = checkpoints.read(outputs[name])
        assert (record["stage"], record["weight"], record["seed"]) == ("train_joint", 10.0, 1)
        assert set(record["inputs"]) == {"images", "samples", "splits"}


def test_two_runs_give_the_same_bytes_and_another_weight_another_classifier(inputs, tmp_path):
    first, second = (run(inputs, tmp_path / name) for name in ("a", "b"))
    assert same(first, second)
    before, after = (
        checkpoints.read(outputs["classifier_weights"])[1]
        for outputs in (first, run(inputs, tmp_path / "c", weight=1000.0))
    )
    assert not torch.equal(before["head.3.weight"], after["head.3.weight"])


def test_held_out_images_do_not_reach_the_weights(inputs, tmp_path):
    first = run(inputs, tmp_path / "a")
    pictures = np.array(samples.read_images(inputs["images"]))
    pictures[MEMBERS:] = 255 - pictures[MEMBERS:]
    samples.write_images(inputs["images"], pictures)
    second = run(inputs, tmp_path / "b")
    for name in ("classifier_weights", "inverter_weights"):
        before, after = (checkpoints.read(outputs[name])[1] for outputs in (first, second))
        assert all(torch.equal(before[weight], after[weight]) for weight in before)


class Killed(Exception):
    """Stands for the end of the process: nothing after it runs."""


@pytest.mark.parametrize("steps", [1, 4, 7, 11])
def test_a_run_killed_after_any_step_ends_in_the_same_bytes(steps, inputs, tmp_path, monkeypatch):
    undisturbed = run(inputs, tmp_path / "a")
    step, taken = training.Training.step, []

    def fatal(self, rows):
        taken.append(rows)
        if len(taken) == steps + 1:
            raise Killed
        return step(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(training, "SAVE_SECONDS", 0)
        patch.setattr(train_joint.JointTraining, "step", fatal)
        with pytest.raises(Killed):
            run(inputs, tmp_path / "b")
        assert [path.name for path in (tmp_path / "b").iterdir()] == ["classifier_weights.state"]
        again = run(inputs, tmp_path / "b")
    assert len(taken) == 13  # 12 steps and the one that was not taken
    assert same(undisturbed, again)


def test_a_run_killed_between_its_two_weight_files_ends_in_the_same_bytes(inputs, tmp_path, monkeypatch):
    undisturbed = run(inputs, tmp_path / "a")
    save = checkpoints.save

    def fatal(path, network, stamp):
        if path.name == "inverter_weights":
            raise Killed
        save(path, network, stamp)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save", fatal)
        with pytest.raises(Killed):
            run(inputs, tmp_path / "b")
    assert same(undisturbed, run(inputs, tmp_path / "b"))


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_state(inputs, tmp_path, monkeypatch):
    """The inverter's error is spoilt, the classifier's is not: their sum is what is looked at."""
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    calls, mean_error = [], torch.nn.functional.mse_loss

    def spoilt(found, wanted):
        calls.append(1)
        # Four steps an epoch, then one batch of held-out images: the eighth is step 3 of epoch 2.
        return mean_error(found, wanted) * (torch.nan if len(calls) == 8 else 1)

    monkeypatch.setattr(torch.nn.functional, "mse_loss", spoilt)
    with pytest.raises(UnusableInput, match="train_joint: the loss is nan in epoch 2, step 3"):
        run(inputs, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["classifier_weights.state"]
    state = torch.load(tmp_path / "out" / "classifier_weights.state", weights_only=True)
    assert (state["epoch"], state["at"]) == (1, 2)
    assert all(value.isfinite().all() for value in state["network"].values())
