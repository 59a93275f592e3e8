"""What a run will cost, said before it starts: `estimates`."""

from pathlib import Path

import pytest
import torch
import yaml
from torch.utils.flop_counter import FlopCounterMode

from obverse import devices, estimates, targets, training
from obverse.classifiers import Classifier
from obverse.commands import preflight
from obverse.evaluators import Evaluator
from obverse.inverters import Inverter

BASE = Path(__file__).parents[2]
SHIPPED = yaml.safe_load((BASE / "config.yaml").read_text())
RENDERED = {"facescrub": {"identities": 53, "pictures": 100}, "celeba": {"identities": 208, "pictures": 30}}
NO_JUDGES = {name: chosen | {"reserved_fraction": 0.0} for name, chosen in SHIPPED["evaluators"].items()}
SMALL = SHIPPED | {"rendered": RENDERED, "photographs": {"patches": 3000}, "seeds": [1], "evaluators": NO_JUDGES}
SMALL |= {"joint": {"weights": []}}
PAPER = preflight.merged([BASE / "config.yaml", BASE / "workflow" / "scales" / "paper.yaml"])


def products(network: torch.nn.Module, given: torch.Tensor) -> int:
    """Return the multiply-adds of one forward pass as torch counts them."""
    with FlopCounterMode(display=False) as counter:
        network(given)
    return counter.get_total_flops() // 2


@pytest.mark.parametrize(("size", "width", "hidden", "classes"), [(64, 128, 2650, 530), (32, 16, 50, 10)])
def test_the_multiply_adds_of_a_classifier_are_those_torch_counts(size: int, width: int, hidden: int, classes: int):
    target = {"width": width, "hidden": hidden, "classes": classes}
    with torch.device("meta"):
        network = Classifier(num_classes=classes, size=size, width=width, hidden=hidden)
        counted = products(network, torch.empty(1, 1, size, size))
    assert estimates._classifier_products(size, target) == counted


@pytest.mark.parametrize(("size", "width", "classes"), [(64, 128, 530), (32, 16, 10)])
def test_the_multiply_adds_of_an_inverter_are_those_torch_counts(size: int, width: int, classes: int):
    with torch.device("meta"):
        network = Inverter(
            num_classes=classes, size=size, width=width, features="shifted", offset=50.0, learn_offset=False
        )
    counted = products(network.to_empty(device="cpu"), torch.zeros(2, classes))
    assert estimates._inverter_products(size, classes, width) == counted / 2


@pytest.mark.parametrize(("size", "width", "classes"), [(64, 32, 530), (32, 8, 10), (16, 4, 6)])
def test_the_multiply_adds_of_an_evaluation_classifier_are_those_torch_counts(size: int, width: int, classes: int):
    with torch.device("meta"):
        counted = products(Evaluator(num_classes=classes, size=size, width=width), torch.empty(1, 1, size, size))
    assert estimates._evaluator_products(size, classes, width) == counted


def test_the_papers_networks_have_the_multiply_adds_worked_out_by_hand():
    target = {"width": 128, "hidden": 2650, "classes": 530}
    assert estimates._inverter_products(64, 530, 128) == 413_433_856
    assert estimates._classifier_products(64, target) == 955_510_356


def only(base: dict, **figures: dict) -> dict:
    """Return a configuration with these figures and no others."""
    return base | {"figures": figures}


FACES = {"classifier": "faces", "auxiliary": "generic"}
EVERYBODY = 5300 * 0.8  # members of the default target


def classifier(name: str) -> float:
    """Return the multiply-adds of one forward pass of a target of the small configuration."""
    return estimates._classifier_products(32, vars(targets.target(SMALL, name)))


def test_pictures_are_counted_by_what_is_rendered_or_published():
    assert estimates.pictures(SMALL) == {"facescrub": 5300, "celeba": 6240, "mnist": 1797, "cifar10": 3000}
    published = {"facescrub": 106_863, "celeba": 202_599, "mnist": 70_000, "cifar10": 60_000}
    assert estimates.pictures(PAPER) == published


def test_pictures_that_no_figure_needs_are_not_counted():
    assert set(estimates.pictures(only(SMALL, fig10=SMALL["figures"]["fig10"]))) == {"mnist"}
    assert set(estimates.pictures(only(SMALL, fig8=SMALL["figures"]["fig8"]))) == {"facescrub", "celeba"}


def test_queries_are_counted_once_a_target_and_data_set_and_for_every_seed():
    """Figures 8 and 9 share theirs: faces 5,300 + 6,240, digits 1,797; with three seeds three times that."""
    three = only(SMALL, **{name: SMALL["figures"][name] for name in ("fig8", "fig9", "fig10")})
    assert estimates.queries(three) == 13_337
    assert estimates.queries(three | {"seeds": [1, 2, 3]}) == 40_011


def test_a_jointly_trained_target_is_asked_about_its_victims_alone():
    """Figure 15: 5,300 each; and more data are CelebA's 6,240, asked of the black box."""
    assert estimates.queries(only(SMALL, fig15=SMALL["figures"]["fig15"])) == 5_300 + 5_300 + 6_240


def test_operations_by_hand():
    """One figure, one m: a classifier and the inverters aligned and prior, which at full m are one.

    The adversary has the half that the classifier has not.
    """
    config = only(SMALL, fig10=SMALL["figures"]["fig10"] | {"m": [10]})
    fixed = {"epochs": 2, "minimum_steps": 0}
    config["classifiers"] = SMALL["classifiers"] | {"digits": SMALL["classifiers"]["digits"] | fixed}
    config["inverters"] = {"digits": SMALL["inverters"]["digits"] | fixed | {"epochs": 3}}
    inverter = 1797 * 0.5 * 3 * estimates._inverter_products(32, 10, config["inverters"]["digits"]["width"])
    expected = 6 * (1797 * 0.5 * 2 * classifier("digits") + inverter)
    assert estimates.operations(config) == pytest.approx(expected)


@pytest.mark.parametrize(("minimum", "epochs"), [(0, 4), (60, 4), (61, 5), (150, 10)])
def test_few_images_are_shown_as_often_as_the_least_steps_take(minimum: int, epochs: int):
    """A thousand images in batches of 64 or 72 are 16 or 14 steps; it is `training.Schedule`'s reckoning."""
    numbers = {"epochs": 4, "batch_size": 67, "minimum_steps": minimum}
    assert estimates._shown(1000, numbers) == 1000 * epochs
    network = torch.nn.Linear(1, 1)
    task = type("Task", (), {"rows": 1000, "measure": "none"})()
    schedule = training.Schedule(seed=1, learning_rate=0.1, **numbers)
    device = devices.prepare("float32", 1)
    assert training.Training(network, task, schedule, device, keep="last", label="test").epochs == epochs


def test_what_two_figures_show_is_trained_once():
    eight, nine = SMALL["figures"]["fig8"], SMALL["figures"]["fig9"]
    both = estimates.operations(only(SMALL, fig8=eight, fig9=nine))
    assert both == estimates.operations(only(SMALL, fig8=eight)) > estimates.operations(only(SMALL, fig9=nine))
    first = FACES | {"prior_auxiliary": "members", "m": 10, "victims": 1}
    inferred = FACES | {"prior_auxiliary": "members", "classes": 6}
    assert estimates.operations(only(SMALL, fig1=first, fig14=inferred)) == estimates.operations(
        only(SMALL, fig1=first)
    )


def test_figure_1_needs_three_inverters_of_generic_faces_and_one_of_members():
    """Ours for m, for one and for all scores; the prior one reads members, of whom there are as many as trained F."""
    config = only(SMALL, fig1=FACES | {"prior_auxiliary": "members", "m": 10, "victims": 1})
    numbers = SMALL["inverters"]["faces"]
    images = 3 * estimates._shown(6240, numbers) + estimates._shown(EVERYBODY, numbers)
    once = estimates._inverter_products(32, 53, numbers["width"])
    target = estimates._shown(EVERYBODY, SMALL["classifiers"]["faces"]) * classifier("faces")
    assert estimates.operations(config) == pytest.approx(6 * (target + images * once))


def test_figure_13_trains_every_draw_and_the_target_of_all_classes_once():
    """A target of five people learns five of 53 parts of the pictures."""

    def cost(**keys: object) -> float:
        return estimates.operations(only(SMALL, fig13=FACES | {"k": [5, 53], "draws": 1} | keys))

    five, all_classes = cost(k=[5]), cost(k=[53])
    assert cost(draws=3) == pytest.approx(3 * five + all_classes)
    assert cost(k=[53], draws=3) == all_classes
    numbers = SMALL["inverters"]["faces"]
    inverter = estimates._shown(6240, numbers) * estimates._inverter_products(32, 5, numbers["width"])
    target = estimates._shown(EVERYBODY * 5 / 53, SMALL["classifiers"]["faces"]) * classifier("faces_k5_draw1")
    assert five == pytest.approx(6 * (target + inverter))


def test_joint_training_shows_each_member_to_classifier_and_inverter():
    """As long as an inverter learns alone (rule train_joint)."""
    rows = [{"label": "joint", "classifier": "digits_joint1", "auxiliary": "members_digits", "method": "joint"}]
    numbers = SMALL["inverters"]["digits"]
    once = classifier("digits") + estimates._inverter_products(32, 10, numbers["width"])
    cost = estimates.operations(only(SMALL, fig16={"victims": 5, "rows": rows}))
    assert cost == pytest.approx(6 * estimates._shown(1797 * 0.5, numbers) * once)
    tried = only(SMALL, fig16={"victims": 5, "rows": rows}) | {"joint": {"weights": [0.1, 1, 10]}}
    assert estimates.operations(tried) == pytest.approx(3 * cost)  # one of them is that of the row


@pytest.mark.parametrize(
    ("auxiliary", "images"),
    [
        ("generic", 6240),
        ("members", 5300 * 0.8),
        ("same_faces", 5300 * 0.5),
        ("members_and_generic", 5300 * 0.5 + 6240),
        ("generic_digits", 1797 * 0.5),
        ("same_digits_k3_draw1", 1797 * 0.3 * 0.5),
        ("distinct_faces", 3000),
        ("left", 6240 * 48_137 / 195_727),
    ],
)
def test_an_auxiliary_set_holds_what_its_parts_take(auxiliary: str, images: float):
    assert estimates.held(SMALL, auxiliary) == pytest.approx(images)


def test_what_is_reserved_trains_the_judge_once_and_no_target():
    figure = only(SMALL, fig10=SMALL["figures"]["fig10"])
    judged = figure | {"evaluators": SHIPPED["evaluators"]}
    chosen = SHIPPED["evaluators"]["mnist"]
    reserved = 1797 * chosen["reserved_fraction"] * chosen["epochs"]
    judge = 6 * reserved * estimates._evaluator_products(32, 10, chosen["width"])
    without = judged | {"evaluators": {"mnist": chosen | {"epochs": 0}}}
    assert estimates.operations(judged) == pytest.approx(estimates.operations(without) + judge)
    assert estimates.operations(judged | {"seeds": [1, 2]}) == pytest.approx(2 * estimates.operations(without) + judge)
    assert estimates.operations(without) < estimates.operations(figure)
    assert estimates.held(judged, "generic_digits") == pytest.approx(1797 / 2 * (1 - chosen["reserved_fraction"]))
    assert estimates.queries(judged) == estimates.queries(figure)  # it is asked about everything


def test_operations_grow_with_seeds_and_the_paper_needs_far_more():
    assert estimates.operations(SMALL | {"seeds": [1, 2]}) == 2 * estimates.operations(SMALL)
    assert estimates.operations(PAPER) > 1000 * estimates.operations(SMALL)


def test_disk_holds_at_least_the_prediction_caches():
    """At the paper's scale: (106,863 + 202,599) x 530 scores of 4 bytes; figures 8 and 9 share them."""
    assert estimates.disk(PAPER) > 309_462 * 530 * 4


def test_disk_by_hand():
    """Digits at one m, ours and prior one view of one inverter: originals, arrays, scores, reconstructions."""
    config = only(SMALL, fig10=SMALL["figures"]["fig10"] | {"m": [10]})
    assert estimates.disk(config) == 1797 * (160 + 32**2 + 10 * 4 + 32**2)
    assert estimates.disk(config | {"seeds": [1, 2]}) == 1797 * (160 + 32**2 + 2 * (10 * 4 + 32**2))


def test_the_matrix_rate_is_that_of_a_machine():
    assert 1e8 < estimates.matrix_rate("float32") < 1e16


def test_a_figure_may_show_scaled_pixels():
    """A data set that another is made into costs what that one costs."""
    rows = [{"label": "range", "classifier": "faces_minmax", "auxiliary": "generic_minmax"}]
    config = SMALL | {"figures": {"fig5": {"victims": 1, "rows": rows}}}
    plain = [{"label": "255", "classifier": "faces", "auxiliary": "generic"}]
    as_usual = SMALL | {"figures": {"fig5": {"victims": 1, "rows": plain}}}
    assert estimates.operations(config) == estimates.operations(as_usual) > 0
    assert estimates.queries(config) == estimates.queries(as_usual) and estimates.disk(config) > 0
