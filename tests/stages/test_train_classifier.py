import csv

import numpy as np
import pyarrow as pa
import pytest

from obverse import checkpoints, samples, splits, states
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.train_classifier import train_classifier

IDS = np.arange(40) * 7 % 101  # not in order, not 0 … N-1


@pytest.fixture
def inputs(tmp_path):
    """Forty 8×8 pictures of three people, who differ by a bright row; every fourth picture is held out."""
    labels = np.arange(40) % 3
    images = np.random.default_rng(1).integers(0, 80, (40, 8, 8), dtype=np.uint8)
    images[np.arange(40), labels * 2] += 150
    samples.write_images(tmp_path / "images.npy", images)
    names = [f"person {label}" for label in labels]
    columns = {"sample_id": IDS, "identity": names, "source": names, "status": ["ok"] * 40, "duplicate_group": IDS}
    samples.write(tmp_path / "samples.parquet", pa.table(columns), {})
    order = np.random.default_rng(2).permutation(40)
    parts = np.where(np.arange(40) % 4 == 0, splits.HELD_OUT, splits.MEMBER)
    table = pa.table({"sample_id": IDS[order], "label": labels[order], "split": parts[order]})
    splits.write(tmp_path / "splits.parquet", table, {})
    return {name: tmp_path / f"{name}.{kind}" for name, kind in _INPUTS.items()}


_INPUTS = {"images": "npy", "samples": "parquet", "splits": "parquet"}


def run(inputs, folder, **changes):
    numbers = {
        "seed": 1,
        "width": 4,
        "hidden": 10,
        "epochs": 12,
        "minimum_steps": 0,
        "batch_size": 8,
        "learning_rate": 5e-3,
    }
    outputs = {name: folder / name for name in ("weights", "history")}
    train_classifier(**inputs, **numbers | {"precision": "float32", "threads": 1} | changes, **outputs)
    return outputs


def test_the_classifier_recognises_people_it_was_trained_on(inputs, tmp_path):
    outputs = run(inputs, tmp_path / "out")
    assert checkpoints.load(outputs["weights"], Classifier).architecture["num_classes"] == 3
    with outputs["history"].open() as stream:
        history = list(csv.DictReader(stream))
    assert list(history[0]) == ["epoch", "train_loss", "held_out_accuracy"] and len(history) == 12
    assert float(history[-1]["held_out_accuracy"]) >= 0.9
    assert not states.beside(outputs["weights"]).exists()


def test_two_runs_give_the_same_bytes(inputs, tmp_path):
    first, second = (run(inputs, tmp_path / name, epochs=2) for name in ("a", "b"))
    for product in ("weights", "history"):
        assert first[product].read_bytes() == second[product].read_bytes()


def test_where_images_are_few_the_passes_over_them_are_more(inputs, tmp_path):
    """Thirty members in batches of eight are four steps an epoch."""
    record, _ = checkpoints.read(run(inputs, tmp_path / "out", epochs=2, minimum_steps=17)["weights"])
    assert len((tmp_path / "out" / "history").read_text().splitlines()) == 1 + 5
    assert (record["epochs"], record["minimum_steps"]) == (2, 17)


def test_held_out_images_do_not_reach_the_weights(inputs, tmp_path):
    """Their pixels are replaced by noise: the tensors stay, only the stamp (which names the input's digest) changes."""
    before = checkpoints.read(run(inputs, tmp_path / "a", epochs=2)["weights"])[1]
    table = splits.read(inputs["splits"])
    held_out = np.isin(IDS, table.filter(pa.compute.equal(table["split"], splits.HELD_OUT))["sample_id"].to_numpy())
    images = np.array(samples.read_images(inputs["images"]))
    images[held_out] = 255 - images[held_out]
    samples.write_images(inputs["images"], images)
    after = checkpoints.read(run(inputs, tmp_path / "b", epochs=2)["weights"])[1]
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_labels_with_a_gap_are_refused(inputs, tmp_path):
    table = splits.read(inputs["splits"])
    labels = table["label"].to_numpy() * 2
    splits.write(inputs["splits"], table.set_column(1, "label", pa.array(labels)), {})
    with pytest.raises(UnusableInput, match="splits.parquet: expected labels 0 … K-1"):
        run(inputs, tmp_path / "out")


def test_a_split_without_members_is_refused(inputs, tmp_path):
    table = splits.read(inputs["splits"])
    splits.write(inputs["splits"], table.set_column(2, "split", pa.array([splits.HELD_OUT] * 40)), {})
    with pytest.raises(UnusableInput, match="expected member images, found none"):
        run(inputs, tmp_path / "out")
    assert not (tmp_path / "out").exists()
