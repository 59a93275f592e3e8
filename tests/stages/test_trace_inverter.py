"""Training again with an eye on the victims: the same training, and none of it is steered by what is seen."""

import csv
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from obverse import auxiliaries, scores, states, traces, training
from obverse.errors import UnusableInput
from obverse.reconstruct import reconstruct
from obverse.trace_inverter import trace_inverter
from obverse.train_inverter import train_inverter

CLASSES, EPOCHS = 4, 6
NUMBERS = {
    **{"num_classes": CLASSES, "view": "m2", "features": "shifted", "offset": 5.0, "learn_offset": False, "width": 4},
    **{"seed": 1, "epochs": EPOCHS, "minimum_steps": 0, "batch_size": 8, "learning_rate": 0.01},
    **{"precision": "float32", "threads": 1},
}


@pytest.fixture
def inputs(data_set, split_table, cache, reserved_table, tmp_path):
    """An adversary's 40 pictures, a target's 12 victims, and an inverter trained as the workflow would have it."""
    held, own = data_set("celeba", ["z"] * 40, size=16), data_set("faces", list("abcd") * 3, size=16)
    random = np.random.default_rng(0)
    columns = {"dataset": ["celeba"] * 40, "sample_id": held.sample_ids, "owner": ["adversary"] * 40}
    parts = {"part": ["validation" if place % 5 == 0 else "train" for place in range(40)]}
    auxiliaries.write(tmp_path / "auxiliary", pa.table(columns | parts), {})
    given = {
        "auxiliary": tmp_path / "auxiliary",
        "datasets": ["celeba"],
        "auxiliary_images": [held.images],
        "auxiliary_samples": [held.samples],
        "auxiliary_predictions": [cache(held.sample_ids, [-1] * 40, random.normal(size=(40, CLASSES)), "held")],
        "images": own.images,
        "samples": own.samples,
        "splits": split_table(own.sample_ids[::-1], list(range(4)) * 3, ["member"] * 7 + ["held_out"] * 5),
        "predictions": cache(own.sample_ids, [0] * 12, random.normal(size=(12, CLASSES)), "own"),
        "reserved": reserved_table("abcd"),
        "history": tmp_path / "history.csv",
    }
    its = {key: given[f"auxiliary_{key}"] for key in ("images", "samples", "predictions")}
    its |= {"auxiliary": given["auxiliary"], "datasets": given["datasets"]}
    products = {"weights": tmp_path / "weights", "history": given["history"]}
    train_inverter(**its, **NUMBERS, **products)
    return given


def arguments(inputs, folder, **changes):
    products = {"trace": folder / "trace", "epoch_table": folder / "epochs.csv"}
    return inputs | NUMBERS | products | changes


def traced(inputs, folder, **changes) -> tuple[pd.DataFrame, pd.DataFrame]:
    asked = arguments(inputs, folder, **changes)
    trace_inverter(**asked)
    assert not states.beside(asked["trace"]).exists()
    return traces.read(asked["trace"]), pd.read_csv(asked["epoch_table"])


def test_the_losses_are_those_of_the_ordinary_training_to_the_digit(inputs, tmp_path):
    traced(inputs, tmp_path / "out")
    with inputs["history"].open() as before, (tmp_path / "out" / "epochs.csv").open() as after:
        ordinary, again = list(csv.reader(before)), list(csv.reader(after))
    assert [row[:3] for row in again] == ordinary and len(ordinary) == EPOCHS + 1


def test_the_kept_epochs_errors_are_those_of_its_reconstructions(inputs, judge, tmp_path):
    trace, epochs = traced(inputs, tmp_path / "out")
    files = {key: inputs[key] for key in ("images", "samples", "splits", "predictions", "reserved")}
    numbers = {"view": "m2", "num_classes": CLASSES, "threads": 1}
    products = {"reconstructions": tmp_path / "rebuilt.npy", "scores": tmp_path / "scores"}
    reconstruct(weights=tmp_path / "weights", evaluator=judge(4), **files, **numbers, **products)
    kept = trace[trace["epoch"] == epochs.loc[epochs["validation_loss"].idxmin(), "epoch"]]
    expected = scores.read(tmp_path / "scores")
    assert kept["sample_id"].tolist() == expected["sample_id"].tolist()
    assert kept["split"].tolist() == expected["split"].tolist() and kept["label"].tolist() == expected["label"].tolist()
    np.testing.assert_allclose(kept["mse"], expected["mse"], rtol=1e-6)
    assert trace.groupby("epoch")["mse"].mean().nunique() == EPOCHS  # or any epoch would have done


def test_there_is_a_row_an_epoch_with_the_mean_error_of_each_side(inputs, tmp_path):
    trace, epochs = traced(inputs, tmp_path / "out")
    assert epochs["epoch"].tolist() == list(range(1, EPOCHS + 1))
    for split in ("member", "held_out"):
        means = trace[trace["split"] == split].groupby("epoch")["mse"].mean()
        np.testing.assert_allclose(epochs[f"{split}_mse"], means, rtol=1e-6)


def test_victims_steer_nothing(inputs, data_set, tmp_path):
    """Other pictures of theirs: other errors, the same losses."""
    trace, epochs = traced(inputs, tmp_path / "a")
    other = data_set("strangers", list("abcd") * 3, size=16)
    changed, again = traced(inputs | {"images": other.images}, tmp_path / "b")
    losses = ["epoch", "train_loss", "validation_loss"]
    assert epochs[losses].equals(again[losses]) and not np.allclose(trace["mse"], changed["mse"])


def test_a_history_of_another_training_is_refused(inputs, tmp_path):
    lines = inputs["history"].read_text().splitlines()
    inputs["history"].write_text("\n".join([*lines[:3], re.sub("^3,0", "3,1", lines[3]), *lines[4:]]) + "\n")
    with pytest.raises(UnusableInput, match="expected the losses that training again gives, found others in epoch 3"):
        traced(inputs, tmp_path / "out")
    assert not (tmp_path / "out" / "trace").exists()


def test_a_history_of_fewer_epochs_is_refused(inputs, tmp_path):
    inputs["history"].write_text("\n".join(inputs["history"].read_text().splitlines()[:3]) + "\n")
    with pytest.raises(UnusableInput, match=f"expected {EPOCHS} epochs, found 2"):
        traced(inputs, tmp_path / "out")


class Killed(Exception):
    pass


def test_a_run_that_is_killed_goes_on_to_the_same_bytes(inputs, tmp_path, monkeypatch):
    """It ends in the middle of the fourth epoch, of whose predecessors the state must keep what was measured."""
    traced(inputs, tmp_path / "a")
    monkeypatch.setattr(training, "SAVE_SECONDS", 0.0)
    steps = training.Training.step

    def dying(self, rows):
        if (self.epoch, self.at) == (3, 2):
            raise Killed
        return steps(self, rows)

    with monkeypatch.context() as patched:
        patched.setattr(training.Training, "step", dying)
        with pytest.raises(Killed):
            traced(inputs, tmp_path / "b")
    assert states.beside(tmp_path / "b" / "trace").exists()
    taken = []
    monkeypatch.setattr(training.Training, "step", lambda self, rows: taken.append(self.epoch) or steps(self, rows))
    traced(inputs, tmp_path / "b")
    assert min(taken) == 3
    for product in ("trace", "epochs.csv"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()
