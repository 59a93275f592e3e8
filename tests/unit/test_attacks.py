import copy
from pathlib import Path

import pytest
import yaml

from obverse.attacks import FLOORS, Attack, compared

CONFIG = {
    "classifiers": {"faces": {"classes": 53}, "digits": {"classes": 10}},
    "figures": {
        "fig8": {"classifier": "faces", "methods": ["aligned", "prior", "centred"], "m": [1, 53]},
        "fig9": {"classifier": "faces", "methods": ["aligned", "prior"], "methods_at_full": ["centred"], "m": [1, 53]},
        "fig10": {"classifier": "digits", "methods": ["aligned", "prior"], "methods_at_full": [], "m": [3, 10]},
    },
}


def test_figure_9_pairs_ours_and_prior_and_has_centred_at_the_largest_m():
    assert compared(CONFIG, "fig9") == [
        Attack("aligned", 1, "aligned_m1", "m1"),
        Attack("prior", 1, "aligned_full", "m1"),
        Attack("aligned", 53, "aligned_full", "full"),
        Attack("prior", 53, "aligned_full", "full"),
        Attack("centred", 53, "centred_full", "full"),
    ]


def test_figure_8_has_centred_at_every_m():
    found = [attack for attack in compared(CONFIG, "fig8") if attack.method == "centred"]
    assert [(attack.m, attack.inversion, attack.view) for attack in found] == [
        (1, "centred_m1", "m1"),
        (53, "centred_full", "full"),
    ]


def test_figure_10_has_the_papers_methods_alone():
    assert {attack.method for attack in compared(CONFIG, "fig10")} == {"aligned", "prior"}


@pytest.mark.parametrize("figure", ["fig8", "fig9", "fig10"])
def test_the_prior_attack_is_one_inverter_trained_on_whole_vectors(figure: str):
    """Variant P1: it is fed what the aligned one is fed."""
    attacks = compared(CONFIG, figure)
    prior = {attack.m: attack for attack in attacks if attack.method == "prior"}
    aligned = {attack.m: attack for attack in attacks if attack.method == "aligned"}
    assert {attack.inversion for attack in prior.values()} == {"aligned_full"}
    assert {m: attack.view for m, attack in prior.items()} == {m: attack.view for m, attack in aligned.items()}


def test_every_inverter_but_the_prior_one_is_fed_what_it_was_trained_on():
    for attack in compared(CONFIG, "fig8"):
        if attack.method != "prior":
            assert attack.inversion == f"{attack.method}_{attack.view}"


def test_all_scores_go_by_one_name_so_that_nothing_is_trained_twice():
    assert [a.view for a in compared(CONFIG, "fig10") if a.m == 10] == ["full", "full"]


def test_an_attack_says_where_its_products_lie():
    figure = {"classifier": "faces", "auxiliary": "generic"}
    attack = Attack("prior", 10, "aligned_full", "m10")
    assert attack.path("scores", figure, "facescrub", 3, "parquet") == (
        "results/scores/faces/generic/aligned_full/seed3/facescrub.m10.parquet"
    )


def test_the_shipped_configuration_trains_six_aligned_inverters_at_most():
    """Five views of figures 8 and 9 share their inverters."""
    config = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
    for figure in ("fig8", "fig9"):
        inversions = {attack.inversion for attack in compared(config, figure) if attack.method != "centred"}
        assert len(inversions) == len(config["figures"][figure]["m"])


def test_the_order_of_m_is_kept():
    config = copy.deepcopy(CONFIG)
    config["figures"]["fig9"]["m"] = [53, 1, 10]
    assert [attack.m for attack in compared(config, "fig9") if attack.method == "prior"] == [53, 1, 10]


def test_the_floors_ask_nothing():
    assert FLOORS == ("mean_image", "black")
