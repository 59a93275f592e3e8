"""`recipes`: a name says how an inverter is trained, and no two names say the same."""

import re
from pathlib import Path

import pytest
import yaml

from obverse import recipes
from obverse.recipes import in_batches, recipe

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
NUMBERS = {"width": 16, "epochs": 30, "minimum_steps": 1200, "batch_size": 64, "learning_rate": 0.001}
CONFIG = {
    "asked": {},
    "classifiers": {"faces": {}, "faces_half": {"like": "faces"}},
    "inverters": {"faces": NUMBERS},
    "features": {"offset": 7.0, "learn_offset": False},
}


def reading(inversion: str) -> tuple:
    found = recipe(CONFIG, "faces", inversion)
    return found.view, found.features, found.offset, found.learn_offset


def test_the_papers_features_are_as_configured():
    assert reading("aligned_m10") == ("m10", "shifted", 7.0, False)


def test_other_methods_read_other_things():
    assert reading("centred_full")[1:] == ("centred", 0.0, False)
    assert reading("raw_full")[1:] == ("probabilities", 0.0, False)


def test_a_learnt_constant_starts_where_its_name_says():
    assert reading("learnable_m1") == ("m1", "shifted", 7.0, True)
    assert reading("learnable0_m1") == ("m1", "shifted", 0.0, True)


@pytest.mark.parametrize("classifier", ["faces", "faces_half", "faces_k5_draw1"])
def test_numbers_are_those_of_the_target_or_of_what_it_is_like(classifier: str):
    found = recipe(CONFIG, classifier, "aligned_full")
    assert {name: getattr(found, name) for name in NUMBERS} == NUMBERS


def test_other_steps_are_as_many_passes_however_few_steps_that_makes():
    found = recipe(CONFIG, "faces", in_batches("aligned_full", 256, 0.004))
    assert (found.batch_size, found.learning_rate, found.epochs, found.minimum_steps) == (256, 0.004, 30, 0)
    assert (found.view, found.features, found.offset, found.width) == ("full", "shifted", 7.0, 16)


@pytest.mark.parametrize("rate", [1e-5, 0.0002, 0.004, 0.1, 1])
def test_every_rate_finds_its_way_into_the_name_and_back(rate: float):
    name = in_batches("aligned_full", 512, rate)
    assert recipe(CONFIG, "faces", name).learning_rate == rate
    assert re.fullmatch(recipes.PATTERN, name)


@pytest.mark.parametrize(
    "name",
    ["aligned", "aligned_m0", "aligned_m05", "prior_full", "joint_full", "aligned_m10zeros", "aligned_full_batch64"]
    + [f"aligned_full_{steps}" for steps in ("rate0.1", "batch064_rate0.1", "batch64_rate0.10", "batch64_rate.1")],
)
def test_a_name_that_is_none_or_another_spelling_is_refused(name: str):
    """The wildcard's pattern refuses it too: otherwise one training would have two folders."""
    assert not re.fullmatch(recipes.PATTERN, name)
    with pytest.raises(KeyError, match=re.escape(name)):
        recipe(CONFIG, "faces", name)


def test_the_shipped_configuration_has_a_recipe_for_every_method():
    for method in recipes.METHODS:
        assert recipe(SHIPPED, "faces", f"{method}_m5").view == "m5"
