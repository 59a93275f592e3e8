"""`settings.check`: what cannot work is refused before any work, in two lines."""

import copy
from pathlib import Path

import jsonschema
import pytest
import yaml

from obverse import settings
from obverse.commands import preflight
from obverse.errors import UnusableInput

BASE = Path(__file__).parents[2]
SHIPPED = yaml.safe_load((BASE / "config.yaml").read_text())


def refused(*keys: str, value: object) -> list[str]:
    """Return the lines of the error for the shipped configuration with one key set."""
    config = copy.deepcopy(SHIPPED)
    place = config
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    with pytest.raises(UnusableInput) as error:
        settings.check(config)
    return str(error.value).splitlines()


@pytest.mark.parametrize("scale", [[], ["workflow/scales/paper.yaml"], ["tests/config.tiny.yaml"]])
def test_every_shipped_scale_is_accepted(scale: list[str]):
    settings.check(preflight.merged([BASE / "config.yaml", *(BASE / path for path in scale)]))


def test_the_schema_is_a_schema_and_describes_every_key_it_allows():
    schema = yaml.safe_load((BASE / "workflow/config.schema.yaml").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)

    def undescribed(node: dict, where: str) -> list[str]:
        here = [] if {"properties", "description", "$ref"} & node.keys() else [where]
        below = [undescribed(child, f"{where}.{key}") for key, child in node.get("properties", {}).items()]
        return here + sum(below, [])

    referred = ("data", "fraction", "name")  # a fraction says what it is by its name
    assert [key for key in undescribed(schema, "config") if not key.startswith(referred)] == []


def test_a_misspelt_key_is_named_with_the_key_that_was_meant():
    first, second = refused("classifiers", "faces", "epoch", value=3)
    assert first == "classifiers.faces: unknown key 'epoch'"
    assert second.startswith("Did you mean 'epochs'?")


def test_a_missing_key_is_named():
    config = copy.deepcopy(SHIPPED)
    del config["data_seed"]
    with pytest.raises(UnusableInput, match="key 'data_seed' is missing"):
        settings.check(config)


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("classifiers", "faces", "epochs"), 0, "0 is less than the minimum of 1"),
        (("classifiers", "faces", "learning_rate"), "fast", "'fast' is not of type 'number'"),
        (("classifiers", "faces", "member_fraction"), 1.0, "1.0 is greater than or equal to the maximum of 1"),
        (("datasets", "celeba", "box"), [1, 2, 3], "[1, 2, 3] is too short"),
        (("compute", "precision"), "float16", "'float16' is not one of"),
        (("seeds",), [], "[] should be non-empty"),
    ],
)
def test_a_value_out_of_range_or_of_the_wrong_type_is_named_with_its_meaning(keys: tuple, value: object, said: str):
    first, second = refused(*keys, value=value)
    assert first.startswith(".".join(keys) + ": " + said)
    assert len(second) > 10


def test_a_number_that_yaml_reads_as_a_word_is_explained():
    first, second = refused("classifiers", "faces", "learning_rate", value=yaml.safe_load("1e-3"))
    assert first == "classifiers.faces.learning_rate: '1e-3' is a word"
    assert second == "YAML reads 1e-3 as one: write 0.001, or 1.0e-3."


def test_more_scores_than_the_target_has_classes():
    first, second = refused("figures", "fig9", "m", value=[1, 54])
    assert first == "figures.fig9.m: m = 54, but 'faces' gives prediction vectors of 53 scores"
    assert second == "Choose every m between 1 and 53."


def test_more_classes_than_the_data_serve():
    first, _ = refused("classifiers", "faces", "classes", value=60)
    assert first == "classifiers.faces.classes: 60 classes, but facescrub as configured holds 53"


def test_nobody_is_told_to_render_more_people_for_want_of_digits():
    _, second = refused("classifiers", "digits", "classes", value=11)
    assert second == "Choose at most 10."


def test_an_adversary_may_not_hold_what_the_target_was_trained_on():
    first, second = refused("auxiliaries", "same_digits", "parts", value=[{"dataset": "mnist"}])
    assert "figures.fig10 attacks 'digits'" in first
    assert "split: held_out" in second


def test_a_figure_that_names_an_unknown_auxiliary_set():
    first, second = refused("figures", "fig9", "auxiliary", value="distinct")
    assert first == "figures.fig9.auxiliary: 'distinct' is no name under auxiliaries"
    assert second == "Known: generic, same_digits."


def test_images_of_two_sizes_cannot_meet():
    first, _ = refused("datasets", "celeba", "size", value=64)
    assert first.startswith("datasets.celeba.size: 64 pixels, but figures.fig")


def test_more_people_shown_than_there_are():
    first, _ = refused("figures", "fig10", "victims", value=11)
    assert first == "figures.fig10.victims: 11 people, but there are 10"


@pytest.mark.parametrize("box", [[100, 70, 50, 178], [35, 70, 179, 178], [35, 178, 143, 70]])
def test_a_box_that_is_none_within_an_aligned_picture(box: list[int]):
    first, _ = refused("datasets", "celeba", "box", value=box)
    assert first == f"datasets.celeba.box: {box} is no box within a picture of 178 × 218 pixels"


def test_a_whole_number_with_a_point_is_no_integer():
    """It would become part of a path: seed1.0."""
    first, _ = refused("seeds", value=[1.0])
    assert first.startswith("seeds.0: 1.0 is not of type 'integer'")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none(value: float):
    """YAML writes them .nan and .inf; training would only find out at its first step."""
    first, _ = refused("classifiers", "faces", "learning_rate", value=value)
    assert "is not of type 'number'" in first


def test_a_seed_too_long_for_a_path():
    first, _ = refused("seeds", value=[10**30])
    assert first.startswith("seeds.0: 1000000000000000000000000000000 is greater than the maximum")


def test_a_key_that_is_a_number():
    with pytest.raises(UnusableInput, match="unknown key 1"):
        settings.check(SHIPPED | {1: 2})


def test_a_figure_without_a_method_and_one_named_twice():
    first, _ = refused("figures", "fig8", "methods", value=[])
    assert first.startswith("figures.fig8.methods: [] should be non-empty")
    first, _ = refused("figures", "fig9", "methods_at_full", value=["prior"])
    assert first == "figures.fig9.methods_at_full: 'prior' is among methods already"


def test_faults_that_leave_no_picture():
    first, _ = refused("rendered", "facescrub", "dead_urls", value=0.99)
    assert first.endswith("leave no picture to train on")


def test_a_split_of_another_data_set():
    part = {"dataset": "celeba", "classifier": "digits", "split": "held_out"}
    first, _ = refused("auxiliaries", "generic", "parts", value=[part])
    assert first == "auxiliaries.generic: celeba has no held_out images of 'digits', which knows mnist"


def test_an_image_may_not_both_train_and_choose_the_epoch():
    first, _ = refused("auxiliaries", "generic", "parts", value=[{"dataset": "celeba"}, {"dataset": "celeba"}])
    assert first.startswith("auxiliaries.generic: celeba is taken twice")


def test_everybody_shared_leaves_nobody_to_train_on():
    first, _ = refused("rendered", "celeba", "shared", value=208)
    assert first.startswith("rendered.celeba.shared: 208 shared people")


def test_the_small_embedder_of_rendered_faces_is_not_let_at_real_ones():
    config = copy.deepcopy(SHIPPED)
    config["datasets"]["celeba"] |= {"overlap": "embeddings"}
    settings.check(config)
    config["datasets"]["celeba"]["source"] = "official"
    with pytest.raises(UnusableInput, match=r"embedder\.model: .* cannot tell real people apart"):
        settings.check(config)
    config["embedder"]["model"] = "arcface.onnx"
    settings.check(config)


@pytest.mark.parametrize("value", ["calibrate", 1.5, True])
def test_a_threshold_is_a_cosine_or_calibrated(value: object):
    first, second = refused("embedder", "threshold", value=value)
    assert first.startswith("embedder.threshold: ") and "calibrated: chosen by" in second
