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
OF_SERVICE = {"size": 16, "classes": 3, "images": "own/images", "auxiliary": "own/others"}


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


SCALES = [[], [BASE / "tests/config.tiny.yaml"], *([path] for path in sorted((BASE / "workflow/scales").iterdir()))]


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale[0].stem if scale else "default")
def test_every_shipped_scale_is_accepted(scale: list[Path]):
    settings.check(preflight.merged([BASE / "config.yaml", *scale]))


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


@pytest.mark.parametrize(
    ("keys", "belongs"),
    [
        (("accept_terms",), "under datasets.facescrub or under datasets.celeba"),
        (("datasets", "accept_terms"), "under datasets.facescrub or under datasets.celeba"),
        (("joint", "costs"), "under mi_face"),
        (("figures", "fig9", "seeds"), "at the top level"),
        (("inverters", "faces", "member_fraction"), "under classifiers.<name>"),
        (("auxiliaries", "generic", "pose"), "under auxiliaries.<name>.parts[]"),
    ],
)
def test_a_key_in_the_wrong_group_is_told_where_it_belongs(keys: tuple[str, ...], belongs: str):
    first, second = refused(*keys, value=True)
    assert first.endswith(f"unknown key {keys[-1]!r}")
    assert second.startswith(f"It belongs {belongs}. ")


def test_a_key_that_may_stand_in_many_places_is_told_what_may_stand_in_this_one():
    assert refused("joint", "classifier", value="faces")[1].startswith("Expected one of: weights.")


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


@pytest.mark.parametrize("word", ["20", "0.5"])
def test_a_number_given_on_the_command_line_is_explained(word: str):
    first, second = refused("classifiers", "faces", "learning_rate", value=word)
    assert first == f"classifiers.faces.learning_rate: {word!r} is a word"
    assert second.startswith("Numbers within --config arrive as words: write them into a file")


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


def test_a_figure_without_a_method():
    first, _ = refused("figures", "fig8", "methods", value=[])
    assert first.startswith("figures.fig8.methods: [] should be non-empty")


def test_a_contradiction_is_told_in_two_lines():
    assert refused("figures", "fig9", "m", value=[1, 54]) == [
        "figures.fig9.m: m = 54, but 'faces' gives prediction vectors of 53 scores",
        "Choose every m between 1 and 53.",
    ]


def test_a_whole_target_needs_every_key_and_a_variant_only_what_differs():
    (whole, variant) = ({"dataset": "mnist"}, {"like": "digits"})
    first, _ = refused("classifiers", "spare", value=whole)
    assert first == "classifiers.spare: key 'classes' is missing"
    settings.check(SHIPPED | {"classifiers": SHIPPED["classifiers"] | {"spare": variant}})


@pytest.mark.parametrize("name", ["faces_k5_draw1", "faces_joint1", "Faces", "faces-half"])
def test_no_configured_target_is_named_as_a_derived_one(name: str):
    config = SHIPPED | {"classifiers": SHIPPED["classifiers"] | {name: {"like": "faces"}}}
    with pytest.raises(UnusableInput, match="^classifiers: "):
        settings.check(config)


def test_of_one_class_nothing_can_be_said():
    first, _ = refused("figures", "fig11", "k", value=[1, 5])
    assert first.startswith("figures.fig11.k.0: 1 is less than the minimum of 2")


@pytest.mark.parametrize("value", ["calibrate", 1.5, True])
def test_a_threshold_is_a_cosine_or_calibrated(value: object):
    first, second = refused("embedder", "threshold", value=value)
    assert first.startswith("embedder.threshold: ") and "calibrated: chosen by" in second


@pytest.mark.parametrize(
    ("endpoint", "where"),
    [
        ({"url": "https://scores.example", "authorization": "Bearer hushhush"}, "endpoint.authorization"),
        ({"url": "https://scores.example", "body": {"key": "hushhush"}}, "endpoint.body"),
        ({"url": ["https://anna:hushhush@scores.example"]}, "endpoint.url"),
        ("https://anna:hushhush@scores.example", "endpoint"),
        ({"url": "https://scores.example", "headers": {"X-Key": "hushhush"}}, "endpoint"),
        ({"url": "https://anna:hushhush@scores.example"}, "endpoint.url"),
        ({"url": "https://scores.example/x?key=hushhush"}, "endpoint.url"),
    ],
)
def test_what_is_wrong_about_an_endpoint_is_said_without_what_may_be_a_key(endpoint: object, where: str):
    """Snakemake writes it into its log."""
    said = refused("asked", "example", value=OF_SERVICE | {"endpoint": endpoint})
    assert said[0].startswith(f"asked.example.{where}: ") and len(said) == 2
    assert "hush" not in "".join(said) and "anna" not in "".join(said)


def test_of_its_numbers_what_was_found_is_said():
    endpoint = {"url": "https://scores.example", "connections": 0}
    assert "(found 0)" in refused("asked", "example", value=OF_SERVICE | {"endpoint": endpoint})[0]


@pytest.mark.parametrize("numbers", [0, 127.5, [0], [1, 2, 3]])
def test_a_targets_mean_is_one_number_or_a_list(numbers: object):
    example = SHIPPED["asked"]["example"] | {"colour": "rgb", "mean": numbers}
    settings.check(SHIPPED | {"asked": {"example": example}})


@pytest.mark.parametrize("numbers", [0, -1, [0], [], [1, 2, 3, 4], True, "1", "one", None, [[1]]])
def test_its_deviation_is_above_zero_likewise(numbers: object):
    assert refused("asked", "example", "deviation", value=numbers)[0].startswith("asked.example.deviation")
    settings.check(SHIPPED | {"asked": {"example": SHIPPED["asked"]["example"] | {"deviation": 1}}})
