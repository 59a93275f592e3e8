"""`targets`: one name is one target, and what a name means is said in one place."""

import itertools
import re
from pathlib import Path

import pytest
import yaml

from obverse import targets
from obverse.targets import target

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
NUMBERS = {"member_fraction": 0.8, "width": 16, "hidden": 265, "epochs": 20, "minimum_steps": 400}
FACES = {"dataset": "facescrub", "classes": 53, "batch_size": 64, "learning_rate": 0.001} | NUMBERS
CONFIG = {
    "classifiers": {
        "faces": FACES,
        "faces_half": {"like": "faces", "member_fraction": 0.5},
        "digits": FACES | {"dataset": "mnist", "classes": 10, "hidden": 50},
        "digits_five": {"like": "digits", "identities": ["0", "1", "2", "3", "8"], "classes": 5, "hidden": 25},
        "other": FACES,
    },
    "inverters": {"faces": {"width": 16}, "digits": {"width": 8}, "digits_five": {"width": 4}},
    "evaluators": {"facescrub": {"seed": 101}, "mnist": {"seed": 102}},
    "asked": {"mine": {"classes": 7}, "faces_at_work": {"classes": 3}},
    "audit": {"validation_fraction": 0.05, "evaluator": {"seed": 103}, "inverter": {"width": 2}},
    "auxiliaries": {
        "generic": {"owner": "adversary", "parts": [{"dataset": "celeba"}]},
        "same": {"owner": "adversary", "parts": [{"dataset": "mnist", "classifier": "digits", "split": "held_out"}]},
        "both": {
            "owner": "target_owner",
            "parts": [{"dataset": "celeba"}, {"dataset": "facescrub", "classifier": "faces", "split": "member"}],
        },
    },
}


def test_a_configured_name_means_what_the_configuration_says():
    found = target(CONFIG, "faces")
    assert {key: getattr(found, key) for key in FACES} == FACES
    assert (found.name, found.base, found.identities, found.draw, found.joint) == ("faces", "faces", (), 0, None)


def test_what_a_variant_leaves_out_is_that_of_the_target_it_is_like():
    found = target(CONFIG, "faces_half")
    assert {key: getattr(found, key) for key in FACES} == FACES | {"member_fraction": 0.5}
    assert found.base == "faces_half"
    assert "like" not in targets.entry(CONFIG, "faces_half")


@pytest.mark.parametrize("name", ["digits_five", "digits_five_k3_draw1", "digits_joint1"])
def test_the_data_set_is_that_of_the_base_or_of_what_it_is_like(name: str):
    assert targets.dataset(CONFIG, name) == target(CONFIG, name).dataset == "mnist"


def test_named_classes_stay_named():
    assert target(CONFIG, "digits_five").identities == ("0", "1", "2", "3", "8")


def test_a_draw_of_classes_has_so_many_and_a_hidden_layer_as_wide_for_each_class():
    found = target(CONFIG, "faces_k5_draw2")
    assert (found.base, found.classes, found.draw, found.hidden, found.joint) == ("faces", 5, 2, 25, None)
    assert found.member_fraction == FACES["member_fraction"]


def test_another_width_of_the_hidden_layer_holds_for_draws_too():
    wide = CONFIG | {"classifiers": CONFIG["classifiers"] | {"faces": FACES | {"hidden": 530}}}
    assert target(wide, "faces_k5_draw2").hidden == 50


def test_a_draw_may_keep_the_hidden_layer_of_all_classes():
    found = target(CONFIG, "faces_k5_draw2_fixed")
    assert (found.classes, found.draw, found.hidden) == (5, 2, 265)


def test_a_draw_from_named_classes_stays_among_them():
    found = target(CONFIG, "digits_five_k3_draw1")
    assert (found.classes, found.identities) == (3, ("0", "1", "2", "3", "8"))


@pytest.mark.parametrize(
    ("weight", "text"),
    [(1, "1"), (1.0, "1"), (0.5, "0.5"), (1e-4, "0.0001"), (1e5, "100000"), (12345.678, "12345.678")],
)
def test_joint_training_has_a_weight_and_its_name_leads_back_to_it(weight: float, text: str):
    name = targets.joint("faces_half", weight)
    assert name == f"faces_half_joint{text}"
    found = target(CONFIG, name)
    assert (found.base, found.joint, found.classes) == ("faces_half", weight, 53)


def test_joint_training_shares_the_splits_of_its_target_and_a_draw_has_its_own():
    """So that black box and joint are compared on the same members."""
    assert target(CONFIG, "faces_half_joint0.5").splits == target(CONFIG, "faces_half").splits
    assert target(CONFIG, "faces_k5_draw2_joint1").splits == "results/classifiers/faces_k5_draw2/splits.parquet"
    assert target(CONFIG, "faces_half").splits != target(CONFIG, "faces").splits


@pytest.mark.parametrize("fixed", [False, True])
def test_a_drawn_name_leads_back_to_what_was_drawn(fixed: bool):
    found = target(CONFIG, targets.drawn("digits", 3, 12, fixed))
    assert (found.base, found.classes, found.draw, found.hidden == 50) == ("digits", 3, 12, fixed)


UNKNOWN = ["face", "facesx", "faces_", "faces_k5", "faces_draw1", "faces_fixed", "faces_joint", "faces_jointx", ""]
SPELT_TWICE = ["faces_k05_draw1", "faces_k5_draw01", "faces_k0_draw1", "faces_k5_draw0", "faces_joint0.50"]


@pytest.mark.parametrize("name", [*UNKNOWN, *SPELT_TWICE, "faces_joint1.", "faces_joint1_k5_draw1", "faces_joint1.2.3"])
def test_any_other_name_is_unknown(name: str):
    """A number has one spelling: two names of one target would be trained twice."""
    assert not targets.is_known(CONFIG, name)
    for asked in (target, targets.dataset, targets.inverter_training, targets.is_trained):
        with pytest.raises(KeyError):
            asked(CONFIG, name)


def test_the_wildcards_pattern_takes_what_the_parser_takes_and_nothing_else():
    pattern = re.compile(f"({'|'.join(CONFIG['classifiers'])}){targets.SUBSET}({targets.JOINTLY})?")
    pieces = ["", "_k5_draw2", "_k5_draw2_fixed", "_k05_draw1", "_k5", "_joint1", "_joint0.5", "_joint.5", "_joint1."]
    names = map("".join, itertools.product(["faces", "faces_half", "digits", "face"], pieces, pieces))
    verdicts = {name: targets.is_known(CONFIG, name) for name in names}
    assert {name: pattern.fullmatch(name) is not None for name in verdicts} == verdicts
    assert sum(verdicts.values()) > 20


@pytest.mark.parametrize("name", ["faces_half", "faces_half_joint1", "faces_k5_draw1", "faces"])
def test_inverters_are_trained_as_those_of_the_base_or_of_what_it_is_like(name: str):
    assert targets.is_trained(CONFIG, name) and targets.inverter_training(CONFIG, name) == {"width": 16}


def test_a_variant_may_have_inverters_of_its_own():
    assert targets.inverter_training(CONFIG, "digits_five_k3_draw1") == {"width": 4}


def test_a_target_without_inverters_is_not_trained():
    assert targets.is_known(CONFIG, "other_k5_draw1") and not targets.is_trained(CONFIG, "other_k5_draw1")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("faces_k5_draw2", "_k5_draw2"),
        ("faces_k5_draw2_fixed_joint1", "_k5_draw2_fixed"),
        ("faces_half_joint1", ""),
        ("faces", ""),
    ],
)
def test_a_derived_name_says_which_classes(name: str, said: str):
    assert targets.subset(name) == said


def test_an_auxiliary_set_follows_the_classes_of_its_target():
    """The adversary's other pictures of the same people are of the people that the target knows, and no others."""
    assert targets.auxiliary_for(CONFIG, "same", "digits_k3_draw1") == "same_k3_draw1"
    assert targets.auxiliary_for(CONFIG, "same", "digits") == "same"
    (part,) = targets.auxiliary(CONFIG, "same_k3_draw1")["parts"]
    assert part == {"dataset": "mnist", "classifier": "digits_k3_draw1", "split": "held_out"}


def test_a_set_that_asks_no_target_is_the_same_for_all():
    assert targets.auxiliary_for(CONFIG, "generic", "faces_k5_draw1") == "generic"


def test_only_the_parts_of_a_target_follow_its_classes():
    first, second = targets.auxiliary(CONFIG, "both_k5_draw1")["parts"]
    assert (first, second["classifier"]) == ({"dataset": "celeba"}, "faces_k5_draw1")
    assert CONFIG["auxiliaries"]["both"]["parts"][1]["classifier"] == "faces"  # what is configured is left alone


def test_joint_training_leaves_the_auxiliary_set_as_it_is():
    assert targets.auxiliary_for(CONFIG, "both", "faces_joint1") == "both"


@pytest.mark.parametrize("name", ["other", "same_k3", "k3_draw1"])
def test_any_other_auxiliary_set_is_unknown(name: str):
    with pytest.raises(KeyError):
        targets.auxiliary(CONFIG, name)


def test_five_per_class_is_what_the_shipped_targets_have():
    for name in SHIPPED["classifiers"]:
        found = target(SHIPPED, name)
        assert found.hidden == 5 * found.classes


@pytest.mark.parametrize(("name", "classes"), [("mine", 7), ("faces_at_work", 3)])
def test_a_target_one_can_only_ask_has_its_classes_and_data_of_its_own(name: str, classes: int):
    found = target(CONFIG, name)
    assert (found.name, found.classes, found.joint, found.identities) == (name, classes, None, ())
    assert found.dataset == found.role == f"{name}-images"
    assert found.splits == f"results/classifiers/{name}/splits.parquet" and found.divided_as == name
    assert targets.subset(name) == ""


def test_what_the_adversary_of_one_holds_has_its_name_and_is_his():
    expected = {"owner": "adversary", "validation_fraction": 0.05, "parts": [{"dataset": "mine-auxiliary"}]}
    assert targets.auxiliary(CONFIG, "mine") == expected
    assert targets.auxiliary_for(CONFIG, "mine", "mine") == "mine"


def test_inverters_and_judges_of_targets_one_can_only_ask_are_trained_as_the_audit_says():
    assert targets.inverter_training(CONFIG, "faces_at_work") == {"width": 2}
    assert targets.evaluator(CONFIG, "mine-images") == {"seed": 103}
    assert targets.evaluator(CONFIG, "facescrub") == {"seed": 101}
    assert targets.judged(CONFIG) == ["facescrub", "mnist", "mine-images", "faces_at_work-images"]


@pytest.mark.parametrize("dataset", ["mine-auxiliary", "mine", "other-images", "celeba"])
def test_nobody_judges_what_holds_no_victims(dataset: str):
    with pytest.raises(KeyError):
        targets.evaluator(CONFIG, dataset)


@pytest.mark.parametrize("name", ["mine_k2_draw1", "mine_joint1", "mine-images"])
def test_nothing_is_derived_from_a_target_one_can_only_ask(name: str):
    with pytest.raises(KeyError):
        target(CONFIG, name)


@pytest.mark.parametrize(
    ("dataset", "role"),
    [
        ("celeba", "celeba"),
        ("celeba_minmax", "celeba"),
        ("cifar10_32", "cifar10"),
        ("mine-images", "mine-images"),
        ("my_model-images", "my_model-images"),
        ("facescrub_mine-auxiliary", "facescrub_mine-auxiliary"),
    ],
)
def test_the_role_of_a_users_data_set_is_itself_whatever_its_name(dataset: str, role: str):
    """What follows an underscore says how ours are prepared; in a user's name it says nothing."""
    assert targets.role(dataset) == role
