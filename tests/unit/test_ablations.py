"""`ablations`: what is compared, and against what."""

import copy
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from obverse import ablations, attacks, recipes, settings, targets
from obverse.ablations import variants
from obverse.errors import UnusableInput

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())


def changed(**values: object) -> dict:
    """Return the shipped configuration with other ablations."""
    config = copy.deepcopy(SHIPPED)
    config["ablations"] |= values
    return config


def of(name: str, config: dict = SHIPPED) -> dict[tuple[str, int], ablations.Variant]:
    return {(one.name[:2], one.attack.m): one for one in variants(config) if one.ablation == name}


def test_everything_is_held_against_one_decided_variant():
    groups = defaultdict(list)
    for one in variants(SHIPPED):
        groups[one.ablation, one.attack.m, targets.target(SHIPPED, one.attack.classifier).classes].append(one.decided)
    assert {sum(decided) for decided in groups.values()} == {1}
    assert {name for name, _, _ in groups} == {"prior", "offset", "digits", "pixels", "checkpoint", "batch", "hidden"}


def test_every_inverter_that_is_compared_has_a_recipe():
    for one in variants(SHIPPED):
        assert recipes.recipe(SHIPPED, one.attack.classifier, one.attack.inversion)


def test_the_prior_attacks_variants_differ_in_what_is_fed_and_what_was_trained():
    prior = of("prior")
    fed = {name: (prior[name, 10].attack.inversion, prior[name, 10].attack.view) for name in ("P1", "P2", "P3", "no")}
    assert fed == {
        "P1": ("aligned_full", "m10"),
        "P2": ("aligned_full", "m10zeros"),
        "P3": ("raw_full", "m10"),
        "no": ("aligned_m10", "m10"),
    }


def test_with_all_scores_nothing_is_withheld_that_could_pass_for_zero():
    assert of("prior")["P2", 53].attack == of("prior")["P1", 53].attack


@pytest.mark.parametrize(
    ("features", "names"),
    [
        ({"offset": 50.0, "learn_offset": False}, ["c = 50", "c learnt from 50", "c learnt from 0", "centred"]),
        ({"offset": 50.0, "learn_offset": True}, ["c learnt from 50", "c learnt from 0", "centred"]),
        ({"offset": 0.0, "learn_offset": False}, ["c = 0", "c learnt from 0", "centred"]),
    ],
)
def test_variants_of_c_are_named_by_what_the_configuration_makes_of_it(features: dict, names: list[str]):
    found = [one for one in variants(SHIPPED | {"features": features}) if one.ablation == "offset"]
    assert [one.name for one in found if one.attack.m == 1] == names
    assert [one.decided for one in found if one.attack.m == 1] == [True] + [False] * (len(names) - 1)


def test_other_steps_are_other_folders():
    found = [one.attack.inversion for one in variants(SHIPPED) if one.ablation == "batch"]
    assert found[0] == "aligned_full" and len(set(found)) == len(SHIPPED["ablations"]["batches"]) + 1


def test_the_hidden_layers_compared_know_the_same_classes():
    named = [one.attack.classifier for one in variants(changed(k=[5])) if one.ablation == "hidden"]
    assert named == ["faces_k5_draw1", "faces_k5_draw1_fixed"]
    published, fixed = (targets.target(SHIPPED, name) for name in named)
    assert (published.hidden, fixed.hidden) == (25, 265) and published.draw == fixed.draw


def test_a_dozen_inverters_are_trained_that_no_figure_has():
    """Raw, four of c, one of digits, one of pixels, three of hidden layers, and each of the further batches."""
    drawn = {one for figure in SHIPPED["figures"] for one in attacks.of_figure(SHIPPED, figure)}
    trained, known = ({(one.classifier, one.auxiliary, one.inversion) for one in some} for some in (asked(), drawn))
    assert len(trained - known) == 10 + len(SHIPPED["ablations"]["batches"])


def asked() -> list[attacks.Attack]:
    return [one.attack for one in variants(SHIPPED)]


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("m", [1, 54], "ablations.m: m = 54, but 'faces' gives vectors of 53 scores"),
        ("offset_m", [54], "ablations.offset_m: m = 54"),
        ("k", [5, 53], "ablations.k: k = 53, but of its 53 classes 'faces' must leave some out"),
        ("classifier", "faces_k5_draw1", "ablations.classifier: 'faces_k5_draw1' is derived from another"),
        ("batches", [{"batch_size": 64, "learning_rate": 0.001}], "ablations.batches: two variants are called '64 at"),
        (
            "digits",
            [SHIPPED["ablations"]["digits"][0], SHIPPED["ablations"]["digits"][0]],
            "ablations.digits: two variants are called 'knows 0 1 2 3 8'",
        ),
        (
            "pixels",
            [SHIPPED["ablations"]["pixels"][0], SHIPPED["ablations"]["digits"][0]],
            "ablations.pixels: the targets know different numbers of classes",
        ),
        ("classifier", "nobody", "ablations.classifier: 'nobody' is no name under classifiers"),
        ("auxiliary", "nothing", "ablations.auxiliary: 'nothing' is no name under auxiliaries"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_any_work(key: str, value: object, problem: str):
    with pytest.raises(UnusableInput) as refused:
        settings.check(changed(**{key: value}))
    assert problem in str(refused.value)


def test_scaled_pictures_of_members_are_members_still():
    """A target trained on FaceScrub's scaled pictures is attacked by who holds the unscaled ones."""
    config = changed(pixels=[{"label": label, "classifier": "faces_minmax", "auxiliary": "mine"} for label in "ab"])
    config["auxiliaries"]["mine"] = {"owner": "adversary", "validation_fraction": 0.1}
    config["auxiliaries"]["mine"]["parts"] = [{"dataset": "facescrub"}]
    with pytest.raises(UnusableInput, match="auxiliaries.mine: .*this set may hold images it was trained on"):
        settings.check(config)
