import io
import math

import numpy as np
import pytest
import torch
from torch import nn

from obverse import devices, stamps, states, training
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.images import seen
from obverse.inversions import Inversion
from obverse.inverters import Inverter
from obverse.recognition import Examples, Recognition

CLASSES, ROWS, SIZE = 4, 96, 8


def toy() -> tuple[torch.Tensor, torch.Tensor]:
    """Return images uint8 [N, 8, 8], one bright quadrant each, and which quadrant it is."""
    draw = np.random.default_rng(0)
    labels = np.arange(ROWS) % CLASSES
    images = draw.integers(0, 60, (ROWS, SIZE, SIZE), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 * (label // 2) :, 4 * (label % 2) :][:4, :4] += 150
    return torch.from_numpy(images), torch.from_numpy(labels)


def inversion() -> Inversion:
    images, labels = toy()
    released = torch.log_softmax(6 * nn.functional.one_hot(labels, CLASSES).float(), dim=1)
    return Inversion((released[:64], images[:64]), (released[64:], images[64:]))


def recognition() -> Recognition:
    images, labels = toy()
    return Recognition(Examples(images[:64], labels[:64]), Examples(images[64:], labels[64:]))


def classifier_run(precision="float32", epochs=3) -> training.Training:
    network = training.initialised(Classifier, 1, num_classes=CLASSES, size=SIZE, width=4, hidden=10)
    schedule = training.Schedule(seed=1, epochs=epochs, batch_size=20, learning_rate=3e-3)
    device = devices.prepare(precision, 1)
    return training.Training(network, recognition(), schedule, device, keep="last", label="train_classifier")


def inverter_run(precision="float32", epochs=3, learn_offset=False, seed=1, rate=3e-3, minimum=0) -> training.Training:
    network = training.initialised(
        Inverter,
        seed,
        num_classes=CLASSES,
        size=SIZE,
        width=8,
        features="shifted",
        offset=5.0,
        learn_offset=learn_offset,
    )
    schedule = training.Schedule(seed, epochs, batch_size=20, learning_rate=rate, minimum_steps=minimum)
    device = devices.prepare(precision, 1)
    return training.Training(network, inversion(), schedule, device, keep="lowest", label="train_inverter")


def weights(run: training.Training) -> list[bytes]:
    return [value.cpu().contiguous().numpy().tobytes() for value in run.network.state_dict().values()]


@pytest.fixture
def resume(tmp_path):
    return states.State(tmp_path / "state", "same inputs")


@pytest.fixture
def another(tmp_path):
    """For a test of two runs: the second must not go on from the first."""
    return states.State(tmp_path / "another", "same inputs")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_classifier_learns_to_tell_quadrants_apart(precision, resume):
    history = classifier_run(precision, epochs=12).run(resume)
    assert [row["epoch"] for row in history] == list(range(1, 13))
    assert history[-1]["train_loss"] < 0.2 * history[0]["train_loss"]
    assert history[-1]["held_out_accuracy"] > 0.95


def test_an_inverter_learns_to_draw_quadrants(resume):
    run = inverter_run(epochs=25)
    history = run.run(resume)
    mean_image_error = seen(run.task.images).var(dim=0, correction=0).mean().item()
    assert min(row["validation_loss"] for row in history) < 0.4 * mean_image_error < history[0]["validation_loss"]


def test_bfloat16_ends_where_float32_ends(tmp_path):
    """The two differ by less than two seeds do, or by 5 %."""
    ends = []
    for precision, seed in [("float32", 1), ("float32", 2), ("bfloat16", 1)]:
        run = inverter_run(precision, epochs=20, seed=seed)
        history = run.run(states.State(tmp_path / f"{precision} {seed}", "same inputs"))
        ends.append(min(row["validation_loss"] for row in history))
    assert abs(ends[2] - ends[0]) < max(abs(ends[1] - ends[0]), 0.05 * ends[0])


def test_a_learnt_offset_moves_and_a_fixed_one_does_not(resume, another):
    learnt = inverter_run(learn_offset=True)
    learnt.run(another)
    assert learnt.network.features.offset.item() != 5.0
    fixed = inverter_run()
    fixed.run(resume)
    assert fixed.network.features.offset == 5.0


def test_the_epoch_of_the_lowest_validation_loss_is_kept(resume):
    """Its error is 0.5, 0.1, 0.3 by decree: the weights must be those of epoch 2."""
    run, seen = inverter_run(), []

    def validate(network):
        seen.append([value.clone() for value in network.state_dict().values()])
        return [0.5, 0.1, 0.3][len(seen) - 1]

    run.task.validate = validate
    run.run(resume)
    kept = list(run.network.state_dict().values())
    assert all(torch.equal(*pair) for pair in zip(kept, seen[1], strict=True))
    assert not all(torch.equal(*pair) for pair in zip(kept, seen[2], strict=True))


def test_every_example_is_seen_once_an_epoch_in_an_order_of_its_own(resume):
    run, orders = inverter_run(), []
    step = run.step
    run.step = lambda rows: (orders.append(rows.tolist()), step(rows))[1]
    run.run(resume)
    epochs = [sum(orders[4 * epoch : 4 * epoch + 4], []) for epoch in range(3)]
    assert all(sorted(epoch) == list(range(64)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


@pytest.mark.parametrize("rows", [1, 19, 20, 21, 40, 41, 64])
def test_batches_are_of_one_size_or_nearly_and_never_larger_than_asked_for(rows, resume):
    """Of a few images left over batch normalisation would take the statistics that an epoch is judged by."""
    run, sizes = inverter_run(), []
    run.task.rows = rows
    run = training.Training(run.network, run.task, run.schedule, run.device, keep="last", label="train_inverter")
    run.step = lambda chosen: (sizes.append(len(chosen)), torch.tensor(0.0))[1]
    run.run(resume)
    sizes = sizes[: len(sizes) // 3]
    assert sum(sizes) == rows and len(sizes) == math.ceil(rows / 20)
    assert max(sizes) <= 20 and max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(("minimum", "epochs"), [(0, 2), (8, 2), (9, 3), (12, 3), (13, 4)])
def test_few_rows_get_as_many_more_epochs_as_the_least_steps_take(minimum, epochs, resume):
    """Sixty-four rows in batches of 20 are four steps; two epochs are asked for, and they are whole ones."""
    run, taken = inverter_run(epochs=2, minimum=minimum), []
    step = run.step
    run.step = lambda rows: (taken.append(1), step(rows))[1]
    assert [row["epoch"] for row in run.run(resume)] == list(range(1, epochs + 1))
    assert len(taken) == 4 * epochs


def test_more_epochs_for_want_of_steps_are_the_same_training_as_more_epochs_asked_for(resume, another):
    more, asked = inverter_run(epochs=1, minimum=12), inverter_run(epochs=3)
    assert more.run(another) == asked.run(resume)
    assert weights(more) == weights(asked)


class Killed(Exception):
    """Stands for the end of the process: nothing after it runs."""


@pytest.mark.parametrize("build", [classifier_run, inverter_run])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("steps", [1, 4, 6, 11])
def test_a_run_killed_after_any_step_ends_in_the_same_bytes(build, precision, steps, resume, another, monkeypatch):
    undisturbed = build(precision)
    expected = undisturbed.run(another)

    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    killed, left = build(precision), steps
    step = killed.step

    def fatal(rows):
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return step(rows)

    killed.step = fatal
    with pytest.raises(Killed):
        killed.run(resume)
    resumed = build(precision)
    counted = []
    step_again = resumed.step
    resumed.step = lambda rows: (counted.append(1), step_again(rows))[1]
    assert resumed.run(resume) == expected
    assert len(counted) == 12 - steps
    assert weights(resumed) == weights(undisturbed)


def test_a_state_made_from_something_else_is_ignored(resume, monkeypatch):
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    inverter_run(epochs=1).run(resume)
    monkeypatch.setattr(training, "SAVE_SECONDS", 30)
    run = inverter_run(epochs=3)
    run.run(states.State(resume.path, "other inputs"))
    undisturbed = inverter_run(epochs=3)
    undisturbed.run(states.State(resume.path.with_name("none"), "other inputs"))
    assert weights(run) == weights(undisturbed)


def written(value: object) -> bytes:
    """Return a file of torch's that holds something else than a state."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("content", [b"", b"half a sta", written({"epoch": 3}), written(torch.ones(3))])
def test_a_damaged_state_and_a_file_of_something_else_count_as_none(content, resume):
    resume.path.write_bytes(content)
    assert len(inverter_run(epochs=1).run(resume)) == 1


def test_a_loss_that_is_no_number_stops_and_leaves_the_last_good_state(resume, monkeypatch):
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    run = inverter_run()
    step, taken = run.step, []

    def spoilt(rows):
        taken.append(rows)
        return step(rows) if len(taken) < 7 else torch.tensor(torch.nan)

    run.step = spoilt
    with pytest.raises(UnusableInput, match="train_inverter: the loss is nan in epoch 2, step 3"):
        run.run(resume)
    state = torch.load(resume.path, weights_only=True)
    assert (state["epoch"], state["at"]) == (1, 2)


def test_a_training_too_short_to_save_leaves_its_first_epoch(resume):
    run = inverter_run()
    step, taken = run.step, []
    run.step = lambda rows: (taken.append(1), step(rows) if len(taken) < 7 else torch.tensor(torch.nan))[1]
    with pytest.raises(UnusableInput, match="The last good state is kept"):
        run.run(resume)
    state = torch.load(resume.path, weights_only=True)
    assert (state["epoch"], state["at"]) == (1, 0)


def test_weights_that_are_no_numbers_after_the_last_step_are_no_result(resume):
    """No loss follows the last step: without a look at the weights they would be written."""
    run = inverter_run(epochs=2)
    step, taken = run.step, []

    def spoiling(rows):
        loss = step(rows)
        taken.append(rows)
        if len(taken) == 8:
            next(run.network.parameters()).data[0] = torch.inf
        return loss

    run.step = spoiling
    with pytest.raises(UnusableInput, match="the weights are not finite in epoch 2, step 4"):
        run.run(resume)


def test_a_measure_that_is_no_number_stops_too(resume):
    """Nothing is less than it, so its epoch would be kept for good."""
    run = inverter_run()
    run.task.validate = lambda network: math.nan
    with pytest.raises(UnusableInput, match="the validation loss is nan in epoch 1, step 4"):
        run.run(resume)


def test_a_state_of_the_middle_of_the_first_epoch_is_said_to_be_kept(resume, monkeypatch):
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    run = inverter_run()
    step, taken = run.step, []
    run.step = lambda rows: (taken.append(1), step(rows) if len(taken) < 3 else torch.tensor(torch.nan))[1]
    with pytest.raises(UnusableInput, match=r"step 3\n.*The last good state is kept"):
        run.run(resume)
    state = torch.load(resume.path, weights_only=True)
    assert (state["epoch"], state["at"]) == (0, 2)


def test_a_loss_that_is_no_number_at_once_promises_no_state(resume):
    run = inverter_run()
    run.step = lambda rows: torch.tensor(torch.nan)
    with pytest.raises(UnusableInput) as raised:
        run.run(resume)
    assert "kept" not in str(raised.value) and not resume.path.exists()


def test_the_fingerprint_follows_numbers_inputs_and_code(tmp_path, monkeypatch):
    source = tmp_path / "images.npy"
    source.write_bytes(b"1")

    def current(**facts):
        return states.fingerprint(stamps.stamp("train_inverter", {"images": source}, **facts))

    first = current(seed=1)
    assert current(seed=1) == first != current(seed=2)
    monkeypatch.setattr(states.provenance, "code", lambda stage: ["inverters=edited"])
    edited = current(seed=1)
    assert edited != first
    source.write_bytes(b"2")
    assert current(seed=1) not in (first, edited)


def test_a_history_reads_back_to_the_same_numbers_and_no_state_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    run = inverter_run(epochs=2)
    stamp = stamps.stamp("train_inverter", {})
    files = {name: tmp_path / name for name in ("weights", "history")}
    training.complete(run, {files["weights"]: run.network}, stamp, history=files["history"])
    names, *lines = files["history"].read_text().splitlines()
    assert [dict(zip(names.split(","), map(float, line.split(",")), strict=True)) for line in lines] == run.history
    assert files["weights"].exists() and not states.beside(files["weights"]).exists()
