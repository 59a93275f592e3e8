"""`contradictions`: keys that the schema allows one by one, and that cannot stand together."""

import copy
from pathlib import Path

import pytest
import yaml

from obverse import contradictions
from obverse.contradictions import Contradiction

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
FIG8 = SHIPPED["figures"]["fig8"]


def changed(**values: object) -> dict:
    """Return the shipped configuration with some keys set: a__b=1 sets b under a."""
    config = copy.deepcopy(SHIPPED)
    for path, value in values.items():
        *above, last = path.split("__")
        place = config
        for key in above:
            place = place[key]
        place[last] = value
    return config


def found(**values: object) -> list[Contradiction]:
    """Return the contradictions of the shipped configuration with some keys set."""
    return list(contradictions.found(changed(**values)))


def first(**values: object) -> Contradiction:
    """Return the first of them: it is what the user is told."""
    return found(**values)[0]


def row(**keys: str) -> list[dict]:
    """Return rows of a figure: one, black box against faces_half from its members, with some keys set."""
    return [{"label": "one", "classifier": "faces_half", "auxiliary": "members_half"} | keys]


def test_the_shipped_configuration_has_none():
    assert found() == []


def test_more_scores_than_the_target_has_classes():
    assert first(figures__fig9__m=[1, 54]) == (
        "figures.fig9.m",
        "m = 54, but 'faces' gives prediction vectors of 53 scores",
        "Choose every m between 1 and 53.",
    )
    assert first(figures__fig1__m=54)[0] == "figures.fig1.m"


@pytest.mark.parametrize("figure", ["fig11", "fig13"])
def test_more_classes_in_a_sweep_than_the_target_knows(figure: str):
    assert first(**{f"figures__{figure}__k": [2, 54]}) == (
        f"figures.{figure}.k",
        "k = 54, but 'faces' knows 53 classes",
        "Choose every k between 2 and 53.",
    )


@pytest.mark.parametrize(("name", "k"), [("faces_half_k54_draw1", 54), ("faces_half_k1_draw1", 1)])
def test_a_row_names_no_more_classes_than_its_target_knows_and_no_fewer_than_two(name: str, k: int):
    where, problem, remedy = first(figures__fig15__rows=row(classifier=name))
    assert where == "figures.fig15.rows.classifier"
    assert (
        problem == f"{name!r} has k = {k}, but 'faces_half' knows 53 classes" and remedy == "Choose k between 2 and 53."
    )


def test_a_row_may_name_a_few_classes_and_the_auxiliary_set_follows():
    """What the adversary holds of the two is what their own target never saw."""
    few = row(classifier="faces_half_k2_draw1", auxiliary="same_faces")
    assert found(figures__fig15__rows=SHIPPED["figures"]["fig15"]["rows"] + few) == []


@pytest.mark.parametrize(
    ("name", "like", "said"),
    [
        ("faces_half", "face", "'face' is no name under classifiers"),
        ("digits_five", "digits_most", "'digits_most' is itself like another"),
    ],
)
def test_a_variant_is_like_a_whole_target(name: str, like: str, said: str):
    where, problem, _ = first(**{f"classifiers__{name}__like": like})
    assert (where, problem) == (f"classifiers.{name}.like", said)


def test_an_adversary_may_not_hold_what_the_target_was_trained_on():
    where, problem, remedy = first(auxiliaries__same_digits__parts=[{"dataset": "mnist"}])
    assert where == "auxiliaries.same_digits" and "attacks 'digits', and this set may hold images" in problem
    assert remedy == "Take only `classifier: digits, split: held_out` of it, or set owner: target_owner."


def test_held_out_images_of_another_target_may_be_members_of_this_one():
    """Another share is other members: what faces_half never saw, faces may have."""
    where, problem, remedy = first(figures__fig8=FIG8 | {"auxiliary": "same_faces"})
    assert (where, problem.split(",")[0]) == ("auxiliaries.same_faces", "figures.fig8 attacks 'faces'")
    assert "`classifier: faces, split: held_out`" in remedy


@pytest.mark.parametrize(("digits", "refused"), [(["4", "5", "6", "7", "9"], 0), (["4", "5", "3"], 1)])
def test_an_adversary_may_hold_other_digits_of_the_same_data_but_none_of_the_targets(digits: list[str], refused: int):
    parts = [{"dataset": "mnist", "identities": digits}]
    contradicted = found(auxiliaries__generic_digits__parts=parts)
    assert {where for where, _, _ in contradicted} == ({"auxiliaries.generic_digits"} if refused else set())


def test_a_target_whose_classes_are_drawn_may_know_any_digit():
    """Ten of ten: no digit is strange to it, whichever the set names."""
    rows = [{"label": "generic", "classifier": "digits", "auxiliary": "generic_digits"}]
    assert first(figures__fig6__rows=rows)[0] == "auxiliaries.generic_digits"


def test_a_prior_attacks_set_is_checked_too():
    where, problem, _ = first(auxiliaries__members__owner="adversary")
    assert where == "auxiliaries.members" and problem.startswith("figures.fig1 attacks 'faces'")


def test_a_figure_that_names_an_unknown_auxiliary_set():
    where, problem, remedy = first(figures__fig9__auxiliary="distinct")
    assert (where, problem) == ("figures.fig9.auxiliary", "'distinct' is no name under auxiliaries")
    assert remedy.startswith("Known: generic, same_faces, distinct_faces")


@pytest.mark.parametrize("name", ["face", "faces_k5", "faces_joint0.50"])
def test_a_figure_that_names_an_unknown_target(name: str):
    where, problem, remedy = first(figures__fig8__classifier=name)
    assert (where, problem) == (
        "figures.fig8.classifier",
        f"{name!r} is no name under classifiers, nor derived from one",
    )
    assert remedy == f"Known: {', '.join(SHIPPED['classifiers'])}."


def test_a_figure_whose_target_has_no_inverters():
    where, problem, _ = first(inverters={"faces": SHIPPED["inverters"]["faces"]})
    assert where == "figures.fig6.rows.classifier" and "'digits' is no name under inverters" in problem


def test_a_part_of_an_unknown_target():
    part = {"dataset": "mnist", "classifier": "digit", "split": "held_out"}
    where, problem, _ = first(auxiliaries__same_digits__parts=[part])
    assert (where, problem) == ("auxiliaries.same_digits", "'digit' is no name under classifiers")


def test_images_of_two_sizes_cannot_meet():
    where, problem, _ = first(datasets__celeba__size=64)
    assert where == "datasets.celeba.size" and problem.startswith("64 pixels, but figures.fig")


def test_photographs_are_named_by_the_size_they_must_have():
    where, problem, _ = first(auxiliaries__distinct_faces__parts=[{"dataset": "cifar10_64"}])
    assert where == "auxiliaries.distinct_faces"
    assert problem == "64 pixels, but figures.fig5.rows needs it to be facescrub's 32"


@pytest.mark.parametrize(
    ("figure", "key", "asked", "there"), [("fig10", "victims", 11, 10), ("fig14", "classes", 54, 53)]
)
def test_more_people_shown_than_there_are(figure: str, key: str, asked: int, there: int):
    where, problem, _ = first(**{f"figures__{figure}__{key}": asked})
    assert (where, problem) == (f"figures.{figure}.{key}", f"{asked} people, but there are {there}")


@pytest.mark.parametrize("dataset", ["facescrub", "mnist"])
def test_the_judge_may_not_share_a_training_seed(dataset: str):
    assert first(**{f"evaluators__{dataset}__seed": SHIPPED["seeds"][0]}) == (
        f"evaluators.{dataset}.seed",
        "1 is a training seed too: the judge must not start as a target does",
        "Choose one that is not among seeds.",
    )


def test_the_baseline_is_searched_as_published_whatever_else_is():
    where, problem, _ = first(mi_face__costs=["cross_entropy"])
    assert where == "mi_face.costs" and "the paper's baseline" in problem
    assert found(mi_face__costs=["cross_entropy", "confidence"]) == []


def test_two_rows_of_one_label():
    where, problem, _ = first(figures__fig15__rows=row() * 2)
    assert (where, problem) == ("figures.fig15.rows", "two rows have one label")


def test_rows_of_different_data():
    rows = [*row(), {"label": "digits", "classifier": "digits", "auxiliary": "members_digits"}]
    assert first(figures__fig15__rows=rows)[:2] == ("figures.fig15.rows", "the rows' targets know different data sets")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"classifier": "faces_half_joint1"}, "'faces_half_joint1' with method 'aligned'"),
        ({"classifier": "faces_half_joint1", "method": "centred"}, "'faces_half_joint1' with method 'centred'"),
        ({"method": "joint"}, "'faces_half' with method 'joint'"),
    ],
)
def test_joint_training_is_both_the_targets_and_the_methods(keys: dict, said: str):
    where, problem, _ = first(figures__fig15__rows=row(**keys))
    assert (where, problem) == ("figures.fig15.rows", said)


def test_a_joint_inverter_is_the_target_owners():
    joint = row(classifier="faces_half_joint1", method="joint", auxiliary="generic")
    where, problem, _ = first(figures__fig15__rows=joint)
    assert where == "figures.fig15.rows" and problem.startswith("'generic' is an adversary's")


def test_a_method_named_twice():
    assert first(figures__fig9__methods_at_full=["prior"])[:2] == (
        "figures.fig9.methods_at_full",
        "'prior' is among methods already",
    )


def test_a_split_of_another_data_set():
    part = {"dataset": "celeba", "classifier": "digits", "split": "held_out"}
    where, problem, _ = first(auxiliaries__generic__parts=[part])
    assert (where, problem) == ("auxiliaries.generic", "celeba has no held_out images of 'digits', which knows mnist")


def test_a_pose_of_pictures_that_are_not_sorted():
    part = {"dataset": "mnist", "identities": ["4"], "pose": "left"}
    where, problem, _ = first(auxiliaries__generic_digits__parts=[part])
    assert (where, problem) == ("auxiliaries.generic_digits", "only CelebA is sorted by pose, not mnist")


MNIST = {"dataset": "mnist", "classifier": "digits"}
TWICE = [
    [{"dataset": "celeba"}, {"dataset": "celeba"}],
    [{"dataset": "celeba", "pose": "left"}, {"dataset": "celeba", "pose": "up"}],  # a face may look both ways
    [MNIST | {"split": "held_out"}, MNIST | {"split": "held_out"}],
    [MNIST | {"split": "held_out"}, {"dataset": "mnist", "classifier": "digits_most", "split": "member"}],
]


@pytest.mark.parametrize("parts", TWICE)
def test_no_image_counts_twice(parts: list[dict]):
    where, problem, _ = first(auxiliaries__spare={"owner": "target_owner", "parts": parts})
    assert where == "auxiliaries.spare" and problem.startswith(f"{parts[0]['dataset']} is taken twice")


def test_other_people_of_one_data_set_are_another_part():
    parts = [{"dataset": "mnist", "identities": digits} for digits in (["4", "5"], ["6", "7"])]
    assert found(auxiliaries__spare={"owner": "target_owner", "parts": parts}) == []


@pytest.mark.parametrize(("overlap", "refused"), [("exclusive", 0), ("allow", 1)])
def test_two_poses_are_two_parts_where_no_face_is_in_both(overlap: str, refused: int):
    parts = [{"dataset": "celeba", "pose": pose} for pose in ("left", "up")]
    assert len(found(auxiliaries__spare={"owner": "target_owner", "parts": parts}, poses__overlap=overlap)) == refused


def test_members_and_held_out_images_of_one_target_are_two_parts():
    parts = [MNIST | {"split": side} for side in ("member", "held_out")]
    assert found(auxiliaries__spare={"owner": "target_owner", "parts": parts}) == []


def test_a_figure_brings_its_targets_and_sets_together_once_each():
    assert contradictions.pairs(SHIPPED, "fig14") == {
        ("faces", "generic"): "figures.fig14",
        ("faces", "members"): "figures.fig14",
    }
    rows = SHIPPED["figures"]["fig16"]["rows"]
    assert list(contradictions.pairs(SHIPPED, "fig16")) == [(row["classifier"], row["auxiliary"]) for row in rows]


def test_classes_are_drawn_of_a_target_that_is_no_draw_itself():
    assert first(figures__fig13__classifier="faces_k5_draw1")[:2] == (
        "figures.fig13.classifier",
        "'faces_k5_draw1' does not stand under classifiers, and k of its classes are to be drawn",
    )


def without(figure: str, label: str) -> list[dict]:
    """Return the rows of a figure but one."""
    return [row for row in SHIPPED["figures"][figure]["rows"] if row["label"] != label]


@pytest.mark.parametrize(
    ("figure", "label"), [("fig5", "generic"), ("fig6", "same"), ("fig7", "up"), ("fig15", "joint"), ("fig16", "joint")]
)
def test_a_row_that_claims_are_about_is_left_out(figure: str, label: str):
    where, problem, remedy = first(**{f"figures__{figure}__rows": without(figure, label)})
    assert (where, problem) == (f"figures.{figure}.rows", f"no row is called {label!r}, which claims are about")
    assert label in remedy


def test_further_rows_stand_beside_those_that_claims_are_about():
    more = [*SHIPPED["figures"]["fig5"]["rows"], {"label": "left", "classifier": "faces", "auxiliary": "left"}]
    assert found(figures__fig5__rows=more) == []


@pytest.mark.parametrize("figure", ["fig8", "fig10"])
def test_a_method_that_claims_are_about_is_left_out(figure: str):
    assert first(**{f"figures__{figure}__methods": ["aligned"]})[0] == f"figures.{figure}.methods"


@pytest.mark.parametrize(("figure", "number", "one"), [("fig8", "m", 53), ("fig10", "m", 10), ("fig13", "k", 53)])
def test_one_number_shows_no_course(figure: str, number: str, one: int):
    assert first(**{f"figures__{figure}__{number}": [one]})[0] == f"figures.{figure}.{number}"


def test_a_target_that_claims_are_about_is_renamed():
    left = {name: chosen for name, chosen in SHIPPED["classifiers"].items() if name != "digits_most"}
    rows = without("fig6", "distinct") + [{"label": "distinct", "classifier": "digits", "auxiliary": "distinct_digits"}]
    assert ("classifiers.digits_most", "is missing: claims are about it") in [
        each[:2] for each in found(classifiers=left, figures__fig6__rows=rows)
    ]


def test_poses_are_compared_on_one_target():
    rows = [*without("fig7", "up"), {"label": "up", "classifier": "faces_half", "auxiliary": "up"}]
    assert first(figures__fig7__rows=rows)[0] == "figures.fig7.rows"


@pytest.mark.parametrize(
    ("view", "scores", "whole"), [("m54", 54, "full"), ("m60_round2", 60, "round2"), ("m53", 53, "full")]
)
def test_a_policy_of_as_many_scores_as_there_are_has_another_name(view: str, scores: int, whole: str):
    assert first(figures__policies__views=["full", view]) == (
        "figures.policies.views",
        f"{view!r} asks for {scores} of 53 scores",
        f"Ask for fewer; all of them are called {whole}.",
    )


OWN = {"model": "m.onnx", "size": 32, "colour": "rgb", "classes": 3, "images": "own/images", "auxiliary": "own/others"}
ENDPOINT = {"model": "", "endpoint": {"url": "https://scores.example"}}


@pytest.mark.parametrize(
    ("name", "changes", "where", "problem"),
    [
        ("faces", {}, "asked.faces", "'faces' is a name under classifiers too"),
        ("generic", {}, "asked.generic", "'generic' is a name under auxiliaries too"),
        ("mnist", {}, "asked.mnist", "'mnist' is a name under datasets too"),
        ("mine", {"model": ""}, "asked.mine", "expected a model or an endpoint, found neither"),
        ("mine", ENDPOINT | {"model": "m.onnx"}, "asked.mine", "expected a model or an endpoint, found both"),
        ("mine", {"names": ["a", "b"]}, "asked.mine.names", "2 names, but there are 3 classes"),
        ("mine", {"mean": [1, 2]}, "asked.mine.mean", "2 numbers, but rgb has 3 channels"),
        (
            "mine",
            {"colour": "grey", "deviation": [1, 2, 3]},
            "asked.mine.deviation",
            "3 numbers, but grey has 1 channels",
        ),
        (
            "mine",
            ENDPOINT | {"colour": "bgr"},
            "asked.mine",
            "an endpoint is sent a picture, grey or rgb, and scales it",
        ),
        (
            "mine",
            ENDPOINT | {"mean": [127.5]},
            "asked.mine",
            "an endpoint is sent a picture, grey or rgb, and scales it",
        ),
        (
            "mine",
            ENDPOINT | {"deviation": 1},
            "asked.mine",
            "an endpoint is sent a picture, grey or rgb, and scales it",
        ),
        ("mine", {"images": "~/pictures"}, "asked.mine.images", "'~/pictures' begins with ~"),
        ("mine", {"scale": "logits", "releases": "m2"}, "asked.mine.scale", "logits become probabilities when all are"),
        ("mine", {"releases": "m3_round2"}, "asked.mine.releases", "'m3_round2' asks for 3 of 3 scores"),
    ],
)
def test_what_is_said_of_a_target_one_can_only_ask(name: str, changes: dict, where: str, problem: str):
    key, told, _ = first(asked={name: OWN | changes})
    assert key == where and told.startswith(problem)


@pytest.mark.parametrize(
    "changes",
    [{}, ENDPOINT, {"scale": "logits"}, {"mean": [1, 2, 3], "deviation": [4]}]
    + [{"mean": 0, "deviation": 1}, {"colour": "grey", "mean": 127.5}, ENDPOINT | {"mean": 0, "deviation": 255}],
)
def test_a_target_of_ones_own_may_be_a_model_or_an_endpoint(changes: dict):
    assert found(asked={"mine": OWN | changes}) == []


def test_the_judge_of_an_audit_starts_as_no_target_does():
    assert first(audit__evaluator__seed=1)[0] == "audit.evaluator.seed"


@pytest.mark.parametrize(
    ("listed", "after", "before"),
    [
        (["m5", "full", "label"], "full", "m5"),
        (["round1", "round2"], "round2", "round1"),
        (["full", "label", "m1_round1"], "m1_round1", "label"),
        (["full", "m5", "round1", "m10"], "m10", "m5"),
    ],
)
def test_a_policy_stands_before_what_can_be_made_of_it(listed: list[str], after: str, before: str):
    assert first(audit__policies=listed) == (
        "audit.policies",
        f"{after!r} stands after {before!r}, which can be made of it",
        "Name them once each, the most permissive first.",
    )


@pytest.mark.parametrize("listed", [["label"], ["full", "m5", "round1", "label"], ["full", "round1", "m5", "label"]])
def test_policies_of_which_neither_holds_the_other_stand_in_any_order(listed: list[str]):
    assert found(audit__policies=listed) == []


@pytest.mark.parametrize("role", ["facescrub", "celeba"])
def test_the_stand_in_for_rekognition_sees_no_photograph(role: str):
    """Said where its products are asked for; a configuration whose run asks for none is no worse for it."""
    config = changed(**{f"datasets__{role}__source": "official"})
    ((where, problem, remedy),) = contradictions.unseen(config)
    assert where == "rekognition.source" and f"but datasets.{role}.source is official" in problem
    assert f"datasets.{role}.source to rendered" in remedy and "until confirm_spend" in remedy
    assert "rekognition.source" not in [key for key, *_ in contradictions.found(config)]


def test_the_stand_in_sees_rendered_faces_and_the_service_sees_both():
    assert list(contradictions.unseen(SHIPPED)) == []
    for source in ("official", "rendered"):
        config = changed(datasets__facescrub__source=source, rekognition__source="official")
        assert list(contradictions.unseen(config)) == []


@pytest.mark.parametrize("key", ["images", "auxiliary"])
@pytest.mark.parametrize(
    "path",
    [
        *(
            "results/mine",
            "./results/mine",
            "results",
            "results/pictures",
            "results/pictures/nobody",
            str(Path("results/pictures/own").absolute()),
            "own/../results/a",
        ),
        *("./results/pictures/members", "results/pictures/members/", "results/pictures/members/person"),
    ],
)
def test_a_folder_under_results_that_no_rule_writes_is_refused(key: str, path: str):
    """Nor is one that a rule does write, by another name: the workflow would not see who makes it."""
    assert first(asked={"mine": OWN | {key: path}}) == (
        f"asked.mine.{key}",
        f"{path!r} lies under results/, which rules write and purge deletes",
        "Keep what is yours elsewhere.",
    )


@pytest.mark.parametrize("path", ["results/pictures/members", "own/results/pictures", "results.old/a", "/data/results"])
def test_a_folder_that_a_rule_writes_or_that_lies_elsewhere_is_accepted(path: str):
    assert found(asked={"mine": OWN | {"images": path, "auxiliary": "results/pictures/generic"}}) == []


def test_a_model_may_be_one_that_is_trained_here_but_by_its_own_name():
    """As the shipped example's is."""
    model = SHIPPED["asked"]["example"]["model"]
    assert model.startswith("results/") and found(asked={"mine": OWN | {"model": model}}) == []
    where, problem, _ = first(asked={"mine": OWN | {"model": f"./{model}"}})
    assert where == "asked.mine.model" and problem.endswith("lies under results/, which rules write and purge deletes")


@pytest.mark.parametrize(
    ("changes", "key", "problem"),
    [
        (
            {"architecture": "resnet18"},
            "architecture",
            "'resnet18' says something of .safetensors files, but the target is .onnx",
        ),
        (
            {"model": "m.safetensors", "architecture": "resnet18", "output": "scores"},
            "output",
            "'scores' says something of .onnx files, but the target is .safetensors",
        ),
        (
            ENDPOINT | {"output": "scores"},
            "output",
            "'scores' says something of .onnx files, but the target is no file",
        ),
        (
            ENDPOINT | {"architecture": "resnet18"},
            "architecture",
            "'resnet18' says something of .safetensors files, but the target is no file",
        ),
    ],
)
def test_what_is_said_of_another_kind_of_target_is_refused(changes: dict, key: str, problem: str):
    assert found(asked={"mine": OWN | changes}) == [(f"asked.mine.{key}", problem, "Leave it out.")]


@pytest.mark.parametrize("changes", [{"output": "scores"}, {"model": "m.safetensors", "architecture": "resnet18"}])
def test_what_is_said_of_its_own_kind_of_file_is_accepted(changes: dict):
    assert found(asked={"mine": OWN | changes}) == []
