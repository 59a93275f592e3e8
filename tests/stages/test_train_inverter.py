import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pytest

from obverse import auxiliaries, checkpoints, predictions, samples, states
from obverse.errors import UnusableInput
from obverse.inverters import Inverter
from obverse.train_inverter import train_inverter

CLASSES, ROWS = 4, 48


def data_set(folder, seed):
    """Write 8×8 pictures, one bright quadrant each, and predictions that know which, each table in its own order."""
    draw = np.random.default_rng(seed)
    ids, labels = draw.permutation(1000)[:ROWS], np.arange(ROWS) % CLASSES
    images = draw.integers(0, 60, (ROWS, 8, 8), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 * (label // 2) :, 4 * (label % 2) :][:4, :4] += 150
    samples.write_images(folder / "images.npy", images)
    names = ["nobody"] * ROWS
    columns = {"sample_id": ids, "identity": names, "source": names, "status": ["ok"] * ROWS, "duplicate_group": ids}
    samples.write(folder / "samples.parquet", pa.table(columns), {})
    order = draw.permutation(ROWS)
    logits = (draw.normal(size=(ROWS, CLASSES)) + 5 * np.eye(CLASSES)[labels])[order]
    scores = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    nobody = np.full(ROWS, predictions.NOT_A_CLASS)
    predictions.write(folder / "predictions.parquet", ids[order], nobody, scores.astype(np.float32), {})
    return ids


@pytest.fixture
def inputs(tmp_path):
    rows = []
    for seed, name in enumerate(("first", "second")):
        ids = data_set(tmp_path / name, seed)
        rows += [(name, i, "validation" if at % 5 == 3 else "train", "adversary") for at, i in enumerate(ids)]
    np.random.default_rng(5).shuffle(rows)
    table = pa.table(dict(zip(auxiliaries.SCHEMA.names, zip(*rows, strict=True), strict=True)))
    table = table.set_column(1, "sample_id", table["sample_id"].cast(pa.int64()))
    auxiliaries.write(tmp_path / "auxiliary.parquet", table, {})
    return {
        "auxiliary": tmp_path / "auxiliary.parquet",
        "datasets": ["first", "second"],
        "images": [tmp_path / name / "images.npy" for name in ("first", "second")],
        "samples": [tmp_path / name / "samples.parquet" for name in ("first", "second")],
        "predictions": [tmp_path / name / "predictions.parquet" for name in ("first", "second")],
    }


NUMBERS = {
    "num_classes": CLASSES,
    "view": "m2",
    "features": "shifted",
    "offset": 5.0,
    "learn_offset": False,
    "width": 8,
    "seed": 1,
    "epochs": 25,
    "minimum_steps": 0,
    "batch_size": 24,
    "learning_rate": 3e-3,
    "precision": "float32",
    "threads": 1,
}


def arguments(inputs, folder, **changes):
    return inputs | NUMBERS | changes | {name: folder / name for name in ("weights", "history")}


def run(inputs, folder, **changes):
    asked = arguments(inputs, folder, **changes)
    train_inverter(**asked)
    return asked


@pytest.mark.parametrize("kind", ["shifted", "centred"])
def test_the_inverter_draws_what_the_scores_tell(kind, inputs, tmp_path):
    """Its error is less than half of that of the mean image: images and scores were matched by sample_id."""
    outputs = run(inputs, tmp_path / "out", features=kind)
    with outputs["history"].open() as stream:
        history = list(csv.DictReader(stream))
    assert list(history[0]) == ["epoch", "train_loss", "validation_loss"] and len(history) == 25
    images = np.concatenate([samples.read_images(path) for path in inputs["images"]]) / 255
    assert min(float(row["validation_loss"]) for row in history) < 0.5 * images.var(axis=0).mean()
    assert not states.beside(outputs["weights"]).exists()


def test_the_weights_say_what_they_were_made_from(inputs, tmp_path):
    record, _ = checkpoints.read(run(inputs, tmp_path / "out", epochs=1)["weights"])
    assert record["stage"] == "train_inverter" and record["view"] == "m2" and record["seed"] == 1
    assert set(record["inputs"]) == {"auxiliary"} | {
        f"{name}/{kind}" for name in ("first", "second") for kind in ("images", "samples", "predictions")
    }
    assert json.dumps(record).count(str(tmp_path)) == 0
    assert checkpoints.load(tmp_path / "out" / "weights", Inverter).architecture["features"] == "shifted"


def test_the_weights_say_how_many_pictures_were_asked_about(inputs, tmp_path):
    """Those of the validation part too."""
    outputs = run(inputs, tmp_path / "out", epochs=1)
    assert checkpoints.fact(outputs["weights"], "queries") == len(auxiliaries.read(inputs["auxiliary"]))


def test_a_view_of_more_scores_than_there_are_is_refused_and_nothing_is_written(inputs, tmp_path):
    with pytest.raises(UnusableInput, match="expected a view of at most 4 scores"):
        run(inputs, tmp_path / "out", view="m5")
    assert not (tmp_path / "out").exists()


def test_where_images_are_few_the_passes_over_them_are_more(inputs, tmp_path):
    """Seventy-six images in batches of 24 are four steps an epoch."""
    record, _ = checkpoints.read(run(inputs, tmp_path / "out", epochs=2, minimum_steps=9)["weights"])
    assert len((tmp_path / "out" / "history").read_text().splitlines()) == 1 + 3
    assert (record["epochs"], record["minimum_steps"]) == (2, 9)


def test_what_the_view_withholds_is_not_read(inputs, tmp_path):
    """Scores below the second largest are swapped within their rows: with m2 the weights stay the same."""
    before = checkpoints.read(run(inputs, tmp_path / "a", epochs=2)["weights"])[1]
    ids, labels, scores = predictions.read(inputs["predictions"][0], CLASSES)
    scores = scores.copy()
    for row in scores:
        smallest = np.argsort(row)[:2]
        row[smallest] = row[smallest[::-1]]
    predictions.write(inputs["predictions"][0], ids, labels, scores, {})
    after = checkpoints.read(run(inputs, tmp_path / "b", epochs=2)["weights"])[1]
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_the_validation_part_trains_nothing(inputs, tmp_path):
    """With one epoch, whatever is chosen, the weights come from the training part alone."""
    before = checkpoints.read(run(inputs, tmp_path / "a", epochs=1)["weights"])[1]
    table = auxiliaries.read(inputs["auxiliary"])
    keep = pa.compute.equal(table["part"], auxiliaries.TRAIN)
    some = pa.concat_tables([table.filter(keep), table.filter(pa.compute.invert(keep)).slice(0, 3)])
    auxiliaries.write(inputs["auxiliary"], some, {})
    after = checkpoints.read(run(inputs, tmp_path / "b", epochs=1)["weights"])[1]
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_two_runs_give_the_same_bytes(inputs, tmp_path):
    first, second = (run(inputs, tmp_path / name, epochs=2) for name in ("a", "b"))
    for product in ("weights", "history"):
        assert first[product].read_bytes() == second[product].read_bytes()


def test_a_process_that_is_killed_and_started_again_ends_in_the_same_bytes(inputs, tmp_path):
    """kill -9 as soon as a state file is there, so in the middle of training."""
    undisturbed = run(inputs, tmp_path / "a", epochs=40)
    asked = arguments(inputs, tmp_path / "b", epochs=40)
    endless = (
        "import sys, torch; from obverse import training, cli; from obverse.train_inverter import train_inverter;"
        "training.SAVE_SECONDS = 0; cli.run(train_inverter)"
    )
    words = []
    for name, value in asked.items():
        values = value if isinstance(value, list) else [value]
        words += [f"--{name.replace('_', '-')}", *map(str, values)]
    state = states.beside(asked["weights"])
    process = subprocess.Popen([sys.executable, "-c", endless, *words], stderr=subprocess.DEVNULL)
    while not state.exists() and process.poll() is None:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(timeout=10) == -signal.SIGKILL
    assert not asked["weights"].exists() and state.exists()
    state.with_name(f".{state.name}.{process.pid}.part").touch()  # as if it had died while writing the next state
    train_inverter(**asked)
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == ["history", "weights"]
    for product in ("weights", "history"):
        assert asked[product].read_bytes() == undisturbed[product].read_bytes()


def test_a_sample_without_prediction_is_named(inputs, tmp_path):
    ids, labels, scores = predictions.read(inputs["predictions"][1], CLASSES)
    predictions.write(inputs["predictions"][1], ids[1:], labels[1:], scores[1:], {})
    with pytest.raises(UnusableInput, match=f"second/predictions.parquet: expected sample_id {ids[0]}, found no such"):
        run(inputs, tmp_path / "out")


def test_a_data_set_that_was_not_given_is_named(inputs, tmp_path):
    alone = {name: value[:1] for name, value in inputs.items() if name != "auxiliary"}
    with pytest.raises(UnusableInput, match=r"names data sets \['second'\], given are \['first'\]"):
        run(alone | {"auxiliary": inputs["auxiliary"]}, tmp_path / "out")


def test_an_auxiliary_set_without_validation_part_is_refused(inputs, tmp_path):
    table = auxiliaries.read(inputs["auxiliary"])
    table = table.filter(pa.compute.equal(table["part"], auxiliaries.TRAIN))
    auxiliaries.write(inputs["auxiliary"], table, {})
    with pytest.raises(UnusableInput, match="expected images of part 'validation', found none"):
        run(inputs, tmp_path / "out")


def test_images_of_several_sizes_are_refused(inputs, tmp_path):
    samples.write_images(inputs["images"][1], np.zeros((ROWS, 16, 16), np.uint8))
    with pytest.raises(UnusableInput, match="expected images of one size, found several"):
        run(inputs, tmp_path / "out")
