import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from skimage.metrics import structural_similarity

from obverse import checkpoints, samples, scores, stamps, views
from obverse import victims as panel
from obverse.errors import UnusableInput
from obverse.inverters import Inverter
from obverse.reconstruct import reconstruct

CLASSES, LABELS = 5, [0, 1, 0, 1, 2, 2, 0, 1]
SIDES = ["member"] * 5 + ["held_out"] * 3


def network(**changes) -> Inverter:
    """Return an inverter whose pictures differ: its weights are drawn widely."""
    torch.manual_seed(0)
    numbers = {"num_classes": CLASSES, "size": 16, "width": 4, "offset": 0.0, "learn_offset": False}
    made = Inverter(**numbers | {"features": "centred"} | changes)
    with torch.no_grad():
        made.first.weight.mul_(5)
        made.last.weight.mul_(5)
    return made.eval()


@pytest.fixture
def inputs(data_set, split_table, cache, reserved_table, judge, tmp_path):
    """Eight victims in an order of their own, in a cache of twelve in another."""
    data = data_set("faces", list("abcabcabcabc"), size=16)
    wanted = data.sample_ids[[7, 0, 3, 11, 5, 2, 9, 4]]
    logits = 3 * np.random.default_rng(0).normal(size=(12, CLASSES))
    order = np.random.default_rng(1).permutation(12)
    checkpoints.save(tmp_path / "weights", network(), stamps.stamp("train_inverter", {}, queries=12))
    return {
        "weights": tmp_path / "weights",
        "images": data.images,
        "samples": data.samples,
        "splits": split_table(wanted, LABELS, SIDES),
        "reserved": reserved_table("abc"),
        "evaluator": judge(3),
        "predictions": cache(data.sample_ids[order], [0] * 12, logits[order]),
    }, (data, wanted, logits)


def rebuild(inputs: dict, folder, **changes) -> tuple[np.ndarray, object]:
    outputs = {"reconstructions": folder / "rebuilt.npy", "scores": folder / "scores.parquet"}
    reconstruct(**inputs | {"view": "m2", "num_classes": CLASSES, "threads": 1} | outputs | changes)
    return samples.read_images(outputs["reconstructions"]), scores.read(outputs["scores"])


def expected(data, wanted, logits, view: str) -> np.ndarray:
    """Return float images [N, 16, 16] by the network itself, one victim at a time."""
    rows = [int(np.flatnonzero(data.sample_ids == sample_id)[0]) for sample_id in wanted]
    log_probabilities = torch.log_softmax(torch.from_numpy(logits[rows]), dim=1).float()
    inverter = network()
    with torch.no_grad():
        return torch.cat([inverter(views.release(row[None], view)) for row in log_probabilities])[:, 0].numpy()


@pytest.mark.parametrize("view", ["m2", "full", "m3_round2"])
def test_pictures_are_the_inverters_rounded_to_the_nearest_grey_in_the_order_of_the_splits(inputs, tmp_path, view):
    given, facts = inputs
    rebuilt, _ = rebuild(given, tmp_path / "out", view=view)
    floats = expected(*facts, view)
    assert rebuilt.dtype == np.uint8 and floats.std() > 0.02
    assert np.abs(rebuilt - 255 * floats).max() <= 0.5 + 1e-3
    assert len({picture.tobytes() for picture in rebuilt}) == 8


def test_scores_are_taken_before_rounding(inputs, tmp_path):
    """By scikit-image and NumPy on the floats; on rounded pictures the errors would be others."""
    given, (data, wanted, logits) = inputs
    _, scored = rebuild(given, tmp_path / "out")
    floats, truth = expected(data, wanted, logits, "m2"), data.of(wanted) / 255
    assert scored["sample_id"].tolist() == wanted.tolist()
    assert scored["label"].tolist() == LABELS and scored["split"].tolist() == SIDES
    exact = ((floats - truth) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(scored["mse"], exact, rtol=2e-6)
    rounded = ((np.rint(floats * 255) / 255 - truth) ** 2).mean(axis=(1, 2))
    assert np.abs(rounded - exact).max() > 10 * np.abs(scored["mse"] - exact).max()
    similar = [structural_similarity(a, b, win_size=7, data_range=1) for a, b in zip(floats, truth, strict=True)]
    np.testing.assert_allclose(scored["ssim"], similar, atol=2e-5)


def test_scores_say_how_many_pictures_the_inverter_had_asked_about(inputs, tmp_path):
    _, scored = rebuild(inputs[0], tmp_path / "out")
    assert set(scored["queries"]) == {12}


def test_weights_that_do_not_say_it_are_refused(inputs, tmp_path):
    checkpoints.save(inputs[0]["weights"], network(), stamps.stamp("train_inverter", {}))
    with pytest.raises(UnusableInput, match="expected weights that say their queries"):
        rebuild(inputs[0], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_ranks_are_those_of_what_was_rebuilt(inputs, tmp_path):
    given, facts = inputs
    victims = panel.load(*(given[name] for name in ("images", "samples", "splits", "reserved")))
    rebuilt = torch.from_numpy(expected(*facts, "m2"))[:, None]
    own = panel.score(victims, rebuilt, panel.load_judge(given["evaluator"], victims), torch.device("cpu"))
    _, scored = rebuild(given, tmp_path / "out")
    for rank in ("identity_rank", "evaluation_rank"):
        assert scored[rank].tolist() == own[rank].tolist() and scored[rank].nunique() > 1


def test_a_perfect_reconstruction_has_no_error(inputs, tmp_path):
    """The truth is what the inverter draws: mse is that of rounding to greys alone, below 1/12 of a grey squared."""
    given, (data, wanted, logits) = inputs
    drawn = expected(data, data.sample_ids, logits, "m2")
    samples.write_images(given["images"], np.rint(drawn * 255).astype(np.uint8))
    rebuilt, scored = rebuild(given, tmp_path / "out")
    np.testing.assert_array_equal(rebuilt, samples.read_images(given["images"])[[7, 0, 3, 11, 5, 2, 9, 4]])
    assert scored["mse"].max() < 0.25 / 255**2 and scored["ssim"].min() > 0.9


def test_what_the_view_withholds_does_not_reach_the_picture(inputs, cache, tmp_path):
    """The three smallest scores of each vector change places: m2 changes nothing, the whole vector everything."""
    given, (data, _, logits) = inputs
    swapped = logits.copy()
    for row in swapped:
        smallest = np.argsort(row)[:3]
        row[smallest] = row[np.roll(smallest, 1)]
    other = given | {"predictions": cache(data.sample_ids, [0] * 12, swapped, "other")}
    for view, same in (("m2", True), ("full", False)):
        before, after = (rebuild(inputs_, tmp_path / "out", view=view)[0].copy() for inputs_ in (given, other))
        equal = (before == after).all(axis=(1, 2))
        assert equal.all() if same else not equal.any()


def test_more_victims_than_a_batch_holds_come_out_in_order(inputs, tmp_path, monkeypatch):
    given, _ = inputs
    at_once = rebuild(given, tmp_path / "a")[0]
    monkeypatch.setattr("obverse.inverters._BATCH", 3)
    assert np.abs(at_once.astype(int) - rebuild(given, tmp_path / "b")[0]).max() <= 1


def test_two_runs_give_the_same_bytes(inputs, tmp_path):
    given, _ = inputs
    for name in ("a", "b"):
        rebuild(given, tmp_path / name)
    for product in ("rebuilt.npy", "scores.parquet"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()


def test_the_scores_say_what_they_were_made_from(inputs, tmp_path):
    given, _ = inputs
    rebuild(given, tmp_path / "out")
    record = json.loads(pq.read_schema(tmp_path / "out" / "scores.parquet").metadata[b"obverse"])
    assert record["stage"] == "reconstruct" and record["view"] == "m2"
    assert record["inputs"]["predictions"] == stamps.digest(given["predictions"])


def test_a_victim_whom_nobody_asked_about_is_named(inputs, cache, tmp_path):
    given, (data, wanted, logits) = inputs
    keep = data.sample_ids != wanted[3]
    short = cache(data.sample_ids[keep], [0] * 11, logits[keep], "short")
    with pytest.raises(UnusableInput, match=f"short.parquet: expected sample_id {wanted[3]}, found no such row"):
        rebuild(given | {"predictions": short}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("changes", "found"), [({"num_classes": 4}, "4 to 16"), ({"size": 32}, "5 to 32")])
def test_an_inverter_that_does_not_fit_is_refused(inputs, tmp_path, changes, found):
    given, _ = inputs
    checkpoints.save(given["weights"], network(**changes), stamps.stamp("train_inverter", {}))
    with pytest.raises(UnusableInput, match=f"expected an inverter of 5 numbers to 16 pixels, found one of {found}"):
        rebuild(given, tmp_path / "out")
    assert not (tmp_path / "out").exists()
