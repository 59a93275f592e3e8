"""What can be shown without an inverter: the auxiliary image whose prediction vector is nearest."""

import numpy as np
import pyarrow as pa
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from obverse import auxiliaries, samples, scores
from obverse import victims as panel
from obverse.errors import UnusableInput
from obverse.retrieve_nearest import retrieve_nearest

CLASSES = 5


@pytest.fixture
def inputs(data_set, split_table, cache, reserved_table, judge, tmp_path):
    """Six victims, and nine auxiliary images of which two are the validation part's."""
    random = np.random.default_rng(4)
    victims, others = data_set("victims", list("ababab"), size=16), data_set("others", ["z"] * 9, size=16)
    logits, known = random.normal(size=(6, CLASSES)), random.normal(size=(9, CLASSES))
    parts = ["validation"] * 2 + ["train"] * 7
    columns = {"dataset": ["others"] * 9, "sample_id": others.sample_ids, "part": parts, "owner": ["adversary"] * 9}
    auxiliaries.write(tmp_path / "auxiliary", pa.table(columns), {})
    given = {
        "auxiliary": tmp_path / "auxiliary",
        "datasets": ["others"],
        "auxiliary_images": [others.images],
        "auxiliary_samples": [others.samples],
        "auxiliary_predictions": [cache(others.sample_ids, [-1] * 9, known, "known")],
        "num_classes": CLASSES,
        "images": victims.images,
        "samples": victims.samples,
        "splits": split_table(victims.sample_ids, [0, 1] * 3, ["member"] * 4 + ["held_out"] * 2),
        "predictions": cache(victims.sample_ids, [0, 1] * 3, logits, "asked"),
        "reserved": reserved_table("ab"),
        "evaluator": judge(2),
        "threads": 1,
    }
    return given, victims, others, logits, known


def run(given: dict, folder) -> tuple[np.ndarray, object]:
    retrieve_nearest(**given, reconstructions=folder / "r.npy", scores=folder / "s.parquet")
    return samples.read_images(folder / "r.npy"), scores.read(folder / "s.parquet")


def test_each_victim_is_shown_as_the_training_image_of_nearest_logits(inputs, tmp_path):
    """By scikit-learn on the logits, less their mean; the validation part is no part of what can be shown."""
    given, victims, others, logits, known = inputs
    centred = [values - values.mean(axis=1, keepdims=True) for values in (logits, known[2:])]
    nearest = NearestNeighbors(n_neighbors=1).fit(centred[1]).kneighbors(centred[0], return_distance=False)[:, 0]
    shown, scored = run(given, tmp_path / "out")
    np.testing.assert_array_equal(shown, others.pixels[2:][nearest])
    expected = ((others.pixels[2:][nearest] / 255 - victims.pixels / 255) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(scored["mse"], expected, rtol=1e-5)
    assert scored["sample_id"].tolist() == victims.sample_ids.tolist()


def test_the_training_images_were_asked_about_and_no_others(inputs, tmp_path):
    _, scored = run(inputs[0], tmp_path / "out")
    assert set(scored["queries"]) == {7}


def test_ranks_are_those_of_what_was_shown(inputs, tmp_path):
    given = inputs[0]
    victims = panel.load(*(given[name] for name in ("images", "samples", "splits", "reserved")))
    shown, scored = run(given, tmp_path / "out")
    pictures = torch.from_numpy(shown.astype(np.float32) / 255)[:, None]
    own = panel.score(victims, pictures, panel.load_judge(given["evaluator"], victims), torch.device("cpu"))
    for rank in ("identity_rank", "evaluation_rank"):
        assert scored[rank].tolist() == own[rank].tolist() and scored[rank].nunique() > 1
    np.testing.assert_allclose(scored["ssim"], own["ssim"], rtol=1e-5)


@pytest.mark.parametrize(("cached", "of"), [("predictions", "victims"), ("auxiliary_predictions", "auxiliary images")])
def test_an_image_that_was_not_asked_about_is_named_and_nothing_is_written(inputs, cache, tmp_path, cached, of):
    given, victims, others, logits, known = inputs
    asked = (victims.sample_ids[1:], logits[1:]) if of == "victims" else (others.sample_ids[:-1], known[:-1])
    lacking = cache(asked[0], [-1] * len(asked[0]), asked[1], "lacking")
    changed = given | {cached: lacking if cached == "predictions" else [lacking]}
    with pytest.raises(UnusableInput, match=r"lacking.*: expected sample_id \d+, found no such row \(1 missing\)"):
        run(changed, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_runs_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        run(inputs[0], tmp_path / name)
    for product in ("r.npy", "s.parquet"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()
