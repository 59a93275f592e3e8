"""Asking a model file about the user's pictures."""

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

import askable
from askable import CLASSES, DISTINCT
from obverse import asking, checkpoints, predictions, quotes, samples, stamps
from obverse.ask_model import ask_model
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.predict import predict

SIZE = 8
ONCE = DISTINCT + 2 * asking.STEADY  # questions of a run that nothing disturbs


@pytest.fixture
def pictures(tmp_path):
    return askable.write(tmp_path, (SIZE, SIZE))


@pytest.fixture
def model(tmp_path):
    """Return a call that writes a network that has seen data, and returns its file."""

    def write(seed=0, bias=0.0):
        torch.manual_seed(seed)
        network = Classifier(num_classes=CLASSES, size=SIZE, width=4, hidden=7)
        network.train()(torch.rand(32, 1, SIZE, SIZE))
        with torch.no_grad():
            network.head[3].bias[0] += bias
        checkpoints.save(tmp_path / "model.safetensors", network.eval(), stamps.stamp("train_classifier", {}))
        return tmp_path / "model.safetensors"

    return write


def ask(pictures, model, **changes):
    reading = {"model": model, "architecture": "Classifier", "output": "", "size": SIZE, "colour": "grey"}
    reading |= {"mean": [0.0], "deviation": [255.0], "scale": "logits", "threads": 1}
    ask_model(**reading | pictures.arguments(**{"scale": "logits"} | changes))


def test_it_says_what_predict_says_of_the_same_pixels(pictures, model, tmp_path):
    ask(pictures, model())
    for place, cache in enumerate(pictures.caches()):
        shown = np.stack(list(pictures.pixels[place].values()))
        samples.write_images(tmp_path / "images.npy", shown)
        predict(
            weights=tmp_path / "model.safetensors", images=tmp_path / "images.npy",
            samples=pictures.files("samples.parquet")[place], splits=[], threads=1, predictions=tmp_path / "predicted",
        )  # fmt: skip
        sample_ids, _, expected = predictions.read(tmp_path / "predicted", CLASSES)
        known = dict(zip(sample_ids.tolist(), expected, strict=True))
        for sample_id, found in cache.items():
            np.testing.assert_allclose(found, known[sample_id], atol=1e-5)


def test_only_victims_and_usable_pictures_of_the_adversarys_are_asked_about_each_once(pictures, model):
    ask(pictures, model())
    wanted = [pictures.pixels[0][one] for one in askable.LABELS] + [pictures.pixels[1][one] for one in askable.HELD]
    assert pictures.answers().keys() == {asking.sha256(one.tobytes()) for one in wanted}
    assert pictures.asked() == ONCE


def test_the_caches_say_what_the_target_releases(pictures, model):
    ask(pictures, model())
    assert [predictions.releases(path) for path in pictures.files("predictions.parquet")] == ["full", "full"]


def test_a_second_run_asks_nothing_also_when_its_outputs_are_gone(pictures, model):
    ask(pictures, model())
    before, lines = [path.read_bytes() for path in pictures.files("predictions.parquet")], pictures.lines()
    ask(pictures, model())
    for path in pictures.files("predictions.parquet"):
        path.unlink()
    ask(pictures, model())
    assert pictures.lines() == lines
    assert [path.read_bytes() for path in pictures.files("predictions.parquet")] == before


def test_what_it_answered_is_what_preflight_counts_as_answered(pictures, model, tmp_path):
    ask(pictures, model(), account=tmp_path / "results/asked/mine")
    mine = {"model": "model.safetensors", "architecture": "Classifier", "size": SIZE, "colour": "grey"}
    mine |= {"classes": CLASSES, "images": "results/pictures/members", "auxiliary": "results/pictures/generic"}
    config = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text()) | {"asked": {"mine": mine}}
    (found,) = quotes.quotes(config, tmp_path)
    assert (found.record.asked, found.record.answered, found.record.others) == (ONCE, DISTINCT, False)
    model(seed=1)
    (found,) = quotes.quotes(config, tmp_path)
    assert (found.record.asked, found.record.answered, found.record.others) == (ONCE, 0, True)


def test_of_another_model_everything_is_asked_anew(pictures, model):
    ask(pictures, model())
    first = pictures.caches()
    ask(pictures, model(seed=1))
    assert pictures.asked() == 2 * ONCE
    second = pictures.caches()
    assert all(np.abs(first[0][one] - second[0][one]).max() > 1e-3 for one in askable.LABELS)
    ask(pictures, model())
    assert pictures.asked() == 2 * ONCE
    np.testing.assert_array_equal(list(pictures.caches()[0].values()), list(first[0].values()))


@pytest.mark.parametrize("changes", [{"mean": [1.0]}, {"deviation": [250.0]}])
def test_so_it_is_when_it_reads_pictures_otherwise(pictures, model, changes):
    ask(pictures, model())
    ask(pictures, model(), **changes)
    assert pictures.asked() == 2 * ONCE


def refused(pictures, *arguments, **changes):
    with pytest.raises(UnusableInput) as error:
        ask(pictures, *arguments, **changes)
    assert not any(path.exists() for path in pictures.files("predictions.parquet"))
    first, _ = str(error.value).splitlines()
    return first


def test_logits_that_are_declared_as_probabilities_are_refused_and_need_not_be_asked_for_again(pictures, model):
    assert "are they logits" in refused(pictures, model(), scale="probabilities")
    asked = pictures.asked()
    ask(pictures, model())
    assert asked == asking.STEADY and pictures.asked() == ONCE


def test_a_declaration_that_fits_no_answer_is_refused_with_nothing_asked(pictures, model):
    """Also when it is given where all answers are there."""
    ask(pictures, model())
    for path in pictures.files("predictions.parquet"):
        path.unlink()
    lines = pictures.lines()
    assert "are they logits" in refused(pictures, model(), scale="probabilities")
    assert pictures.lines() == lines


@pytest.mark.parametrize("releases", ["m2", "label"])
def test_a_model_that_gives_more_than_is_declared_is_refused(pictures, model, releases):
    assert "asked.mine: expected " in refused(pictures, model(), releases=releases)


def test_one_that_answers_nonsense_is_refused_and_nothing_of_it_is_kept(pictures, model):
    assert "expected scores that are numbers, found NaN or infinity" in refused(pictures, model(bias=torch.nan))
    assert pictures.answers() == {}


def test_a_budget_that_would_be_passed_is_refused_before_the_first_question(pictures, model):
    assert refused(pictures, model(), max_questions=ONCE - 1).startswith("max_questions: ")
    assert pictures.lines() == []
