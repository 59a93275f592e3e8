import copy
from pathlib import Path

import pytest
import yaml

from obverse import attacks, targets
from obverse.attacks import CEILING, FLOORS, Attack, attack, compared

TARGET = {
    **{"dataset": "facescrub", "classes": 53, "member_fraction": 0.8, "width": 16, "hidden": 265},
    **{"epochs": 2, "minimum_steps": 0, "batch_size": 64, "learning_rate": 0.001},
}
FACES, DIGITS = {"classifier": "faces", "auxiliary": "generic"}, {"classifier": "digits", "auxiliary": "same_digits"}
CONFIG = {
    "asked": {},
    "classifiers": {"faces": TARGET, "digits": TARGET | {"dataset": "mnist", "classes": 10}},
    "auxiliaries": {
        "generic": {"parts": [{"dataset": "celeba"}]},
        "members": {"parts": [{"dataset": "facescrub", "classifier": "faces", "split": "member"}]},
        "same_digits": {"parts": [{"dataset": "mnist", "classifier": "digits", "split": "held_out"}]},
    },
    "figures": {
        "fig1": FACES | {"prior_auxiliary": "members", "m": 10},
        "fig8": FACES | {"methods": ["aligned", "prior", "centred"], "m": [1, 53]},
        "fig9": FACES | {"methods": ["aligned", "prior"], "methods_at_full": ["centred"], "m": [1, 53]},
        "fig10": DIGITS | {"methods": ["aligned", "prior"], "methods_at_full": [], "m": [3, 10]},
        "fig12": DIGITS | {"k": [3, 10]},
        "fig13": FACES | {"k": [2, 53], "draws": 3},
        "fig14": FACES | {"prior_auxiliary": "members", "classes": 6},
        "fig15": {
            "rows": [
                {"label": "black box", "classifier": "faces", "auxiliary": "members"},
                {"label": "joint", "classifier": "faces_joint0.5", "auxiliary": "members", "method": "joint"},
            ]
        },
    },
}


def faces(label: str, m: int, inversion: str, view: str, auxiliary: str = "generic") -> Attack:
    return Attack(label, m, "faces", auxiliary, inversion, view)


def test_figure_9_pairs_ours_and_prior_and_has_centred_at_the_largest_m():
    assert compared(CONFIG, "fig9") == [
        faces("aligned", 1, "aligned_m1", "m1"),
        faces("prior", 1, "aligned_full", "m1"),
        faces("aligned", 53, "aligned_full", "full"),
        faces("prior", 53, "aligned_full", "full"),
        faces("centred", 53, "centred_full", "full"),
    ]


def test_figure_8_has_centred_at_every_m():
    found = [attack for attack in compared(CONFIG, "fig8") if attack.label == "centred"]
    assert [(attack.m, attack.inversion, attack.view) for attack in found] == [
        (1, "centred_m1", "m1"),
        (53, "centred_full", "full"),
    ]


def test_figure_10_has_the_papers_methods_alone():
    assert {attack.label for attack in compared(CONFIG, "fig10")} == {"aligned", "prior"}


@pytest.mark.parametrize("figure", ["fig8", "fig9", "fig10"])
def test_the_prior_attack_is_one_inverter_trained_on_whole_vectors(figure: str):
    """Variant P1: it is fed what the aligned one is fed."""
    found = compared(CONFIG, figure)
    prior = {attack.m: attack for attack in found if attack.label == "prior"}
    aligned = {attack.m: attack for attack in found if attack.label == "aligned"}
    assert {attack.inversion for attack in prior.values()} == {"aligned_full"}
    assert {m: attack.view for m, attack in prior.items()} == {m: attack.view for m, attack in aligned.items()}


def test_every_inverter_but_the_prior_one_is_fed_what_it_was_trained_on():
    for found in compared(CONFIG, "fig8"):
        if found.label != "prior":
            assert found.inversion == f"{found.label}_{found.view}"


def test_all_scores_go_by_one_name_so_that_nothing_is_trained_twice():
    assert [a.view for a in compared(CONFIG, "fig10") if a.m == 10] == ["full", "full"]


def test_an_attack_says_where_its_products_lie():
    assert faces("prior", 10, "aligned_full", "m10").path("scores", "facescrub", 3, "parquet") == (
        "results/scores/faces/generic/aligned_full/seed3/facescrub.m10.parquet"
    )


def test_an_attack_without_m_is_on_whole_vectors_whatever_their_length():
    assert attack(CONFIG, "digits", "same_digits", "aligned").m == 10
    assert attack(CONFIG, "digits", "same_digits", "aligned") == attack(CONFIG, "digits", "same_digits", "aligned", 10)


def test_the_shipped_configuration_trains_six_aligned_inverters_at_most():
    """Five views of figures 8 and 9 share their inverters."""
    config = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
    for figure in ("fig8", "fig9"):
        inversions = {attack.inversion for attack in compared(config, figure) if attack.label != "centred"}
        assert len(inversions) == len(config["figures"][figure]["m"])


def test_the_order_of_m_is_kept():
    config = copy.deepcopy(CONFIG)
    config["figures"]["fig9"]["m"] = [53, 1, 10]
    assert [attack.m for attack in compared(config, "fig9") if attack.label == "prior"] == [53, 1, 10]


def test_the_floors_ask_nothing_and_the_ceiling_is_none_of_them():
    assert FLOORS == ("mean_image", "black", "class_mean")
    assert CEILING not in FLOORS


def test_rows_go_by_their_labels_in_their_order_and_a_joint_inverter_is_its_targets():
    assert attacks.rows(CONFIG, "fig15") == [
        faces("black box", 53, "aligned_full", "full", "members"),
        Attack("joint", 53, "faces_joint0.5", "members", "joint_full", "full"),
    ]


def test_further_weights_of_joint_training_are_rows_of_other_names_and_the_figures_own_is_not_one_again():
    found = attacks.weighed(CONFIG | {"joint": {"weights": [0.5, 10, 4096]}}, "fig15")
    assert [(attack.label, attack.classifier, attack.inversion) for attack in found] == [
        ("joint, weight 10", "faces_joint10", "joint_full"),
        ("joint, weight 4096", "faces_joint4096", "joint_full"),
    ]
    assert {attack.auxiliary for attack in found} == {"members"}


def test_retrieval_is_by_the_same_adversary_on_the_same_target():
    black_box = attacks.rows(CONFIG, "fig15")[0]
    assert attacks.retrieval(black_box) == attack(CONFIG, "faces", "members", attacks.NEAREST)
    assert [found.made_by for found in (black_box, attacks.retrieval(black_box))] == ["aligned", "nearest"]


def test_a_sweep_shows_the_first_draw_of_each_k_and_the_target_itself_with_all_classes():
    """The adversary's held-out digits are those of the target that he attacks, and of the same three classes."""
    assert attacks.rows(CONFIG, "fig12") == [
        Attack("k = 3", 3, "digits_k3_draw1", "same_digits_k3_draw1", "aligned_full", "full"),
        Attack("k = 10", 10, "digits", "same_digits", "aligned_full", "full"),
    ]


def test_of_all_classes_there_is_one_draw_whatever_figure_13_asks_for():
    assert [attack.classifier for attack in attacks.of_figure(CONFIG, "fig13")] == [
        *("faces_k2_draw1", "faces_k2_draw2", "faces_k2_draw3"),
        "faces",
    ]


def test_the_ablation_of_the_hidden_width_is_a_target_of_its_own():
    assert attacks.sweep(CONFIG, "fig13", 2, 3, fixed=True).classifier == "faces_k2_draw3_fixed"
    assert attacks.sweep(CONFIG, "fig13", 53, 3, fixed=True).classifier == "faces"


def test_classes_are_inferred_by_the_inverter_of_one_score_and_by_the_prior_one_of_members():
    assert attacks.of_figure(CONFIG, "fig14") == [
        faces("aligned", 1, "aligned_m1", "m1"),
        faces("prior", 1, "aligned_full", "m1", "members"),
    ]


def test_figure_1_shows_prior_and_ours_on_m_scores_ours_on_all_and_infers_classes():
    assert attacks.of_figure(CONFIG, "fig1") == [
        faces("prior", 10, "aligned_full", "m10", "members"),
        faces("aligned", 10, "aligned_m10", "m10"),
        faces("aligned", 53, "aligned_full", "full"),
        *attacks.of_figure(CONFIG, "fig14"),
    ]


@pytest.mark.parametrize("figure", CONFIG["figures"])
def test_every_attack_of_a_figure_is_on_a_target_and_with_a_set_that_a_name_finds(figure: str):
    for found in attacks.of_figure(CONFIG, figure):
        assert targets.target(CONFIG, found.classifier).classes >= found.m
        assert targets.auxiliary(CONFIG, found.auxiliary)["parts"]


def test_inferred_classes_are_named_by_who_trained_the_inverter_and_on_what():
    assert [attack.infers for attack in attacks.inferring(CONFIG, "fig14")] == [
        "generic.aligned_m1",
        "members.aligned_full",
    ]


def test_the_published_search_bears_the_papers_name_and_others_a_star():
    for costs in (["confidence", "cross_entropy"], ["cross_entropy", "confidence"]):
        found = attacks.searches({"mi_face": {"costs": costs}})
        assert list(found.items()) == [("MIA", "mi_face_confidence"), ("MIA, cross entropy*", "mi_face_cross_entropy")]


def test_a_policy_is_attacked_by_inverters_that_were_trained_on_what_it_releases():
    chosen = {"classifier": "faces", "auxiliary": "generic", "methods": ["aligned", "centred"]}
    views = ["full", "m5", "m5_round2", "round3", "label"]
    config = CONFIG | {"figures": {"policies": chosen | {"views": views}}}
    found = attacks.of_figure(config, "policies")
    assert [(one.view, one.label) for one in found] == [
        (view, method) for view in views for method in chosen["methods"]
    ]
    assert all(one.inversion == f"{one.label}_{one.view}" for one in found)
    assert [one.m for one in found[::2]] == [53, 5, 5, 53, 1]
    assert found[0] == attacks.attack(config, "faces", "generic", "aligned")  # or it would be trained twice


OWN = {"classes": 20, "images": "mine", "auxiliary": "others", "model": "mine.onnx"}


def audit(releases: str, policies: list[str]) -> list[Attack]:
    """Return the attacks of the audit of a target of twenty classes."""
    chosen = {"policies": policies, "method": "centred", "validation_fraction": 0.1}
    return attacks.audited({"asked": {"own": OWN | {"releases": releases}}, "audit": chosen}, "own")


def test_an_audit_attacks_what_the_target_releases_first_and_then_what_can_be_made_of_it():
    found = audit("m10_round3", ["full", "round2", "m10", "m5_round3", "m10_round2", "m12_round1", "label"])
    assert [one.view for one in found] == ["m10_round3", "m5_round3", "m10_round2", "label"]


def test_an_audit_leaves_out_policies_of_as_many_scores_as_there_are_classes():
    """They are all scores by another name, or what no vector has."""
    found = audit("full", ["m30", "m20", "m20_round1", "m19", "round1"])
    assert [one.view for one in found] == ["full", "m19", "round1"]


def test_an_audit_attacks_no_policy_twice():
    assert [one.view for one in audit("m5", ["full", "m5", "m1", "label", "m5"])] == ["m5", "m1", "label"]


def test_an_audits_inverters_are_trained_on_what_they_are_shown_and_with_the_targets_own_set():
    found = audit("full", ["m5", "round2", "label"])
    assert [one.inversion for one in found] == ["centred_full", "centred_m5", "centred_round2", "centred_label"]
    assert [one.m for one in found] == [20, 5, 20, 1]
    assert {(one.classifier, one.auxiliary) for one in found} == {("own", "own")}
