"""`asked`: what an entry of the configuration means, and where its pictures are."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from obverse import asked
from obverse.readings import COLOURS, Reading

SCHEMA = yaml.safe_load((Path(__file__).parents[2] / "workflow" / "config.schema.yaml").read_text())
ENTRY = SCHEMA["properties"]["asked"]["additionalProperties"]
NEEDED = {"size": 32, "classes": 5, "images": "mine/victims", "auxiliary": "mine/others"}
CONFIG = {
    "asked": {
        "file": NEEDED | {"model": "mine.onnx", "colour": "grey"},
        "service": NEEDED | {"endpoint": {"url": "https://example.org/score", "attempts": 2}},
    },
    "audit": {"validation_fraction": 0.1},
}


def _defaults(properties):
    return {key: described["default"] for key, described in properties.items() if "default" in described}


def test_what_may_be_left_out_has_the_default_that_the_schema_names():
    assert _defaults(ENTRY["properties"]) == asked.DEFAULTS
    assert _defaults(ENTRY["properties"]["endpoint"]["properties"]) == asked.ENDPOINT_DEFAULTS


def test_every_key_is_either_required_or_has_a_default():
    for described, defaults in (ENTRY, asked.DEFAULTS), (ENTRY["properties"]["endpoint"], asked.ENDPOINT_DEFAULTS):
        assert described["properties"].keys() == set(described["required"]) | defaults.keys()
        assert not set(described["required"]) & defaults.keys()


def test_an_entry_keeps_what_it_says_and_is_filled_with_what_it_does_not():
    assert asked.entry(CONFIG, "file") == asked.DEFAULTS | CONFIG["asked"]["file"]
    assert asked.entry(CONFIG, "file")["endpoint"] == {}


@pytest.mark.parametrize("colour", ["grey", "rgb", "bgr"])
@pytest.mark.parametrize(("mean", "deviation"), [(0, 1), (127.5, 127.5)])
def test_one_number_without_brackets_is_that_number_for_every_channel(colour, mean, deviation):
    """And the same params, the same target, as within brackets: nothing is asked anew."""
    bare, listed = (
        asked.entry({"asked": {"mine": NEEDED | {"model": "m.onnx", "colour": colour, **numbers}}}, "mine")
        for numbers in ({"mean": mean, "deviation": deviation}, {"mean": [mean], "deviation": [deviation]})
    )
    assert bare == listed and (bare["mean"], bare["deviation"]) == ([mean], [deviation])
    channels = COLOURS[colour]
    thrice, pixels = ((mean,) * channels, (deviation,) * channels), np.full((1, channels, 2, 2), 7, np.uint8)
    as_one = Reading(colour, 2, tuple(bare["mean"]), tuple(bare["deviation"])).scaled(pixels)
    np.testing.assert_array_equal(as_one, Reading(colour, 2, *thrice).scaled(pixels))


def test_so_is_an_endpoint_and_only_where_there_is_one():
    found = asked.entry(CONFIG, "service")
    assert found["endpoint"] == asked.ENDPOINT_DEFAULTS | {"url": "https://example.org/score", "attempts": 2}
    assert found["model"] == "" and CONFIG["asked"]["service"]["endpoint"].keys() == {"url", "attempts"}


def test_its_two_data_sets_and_its_splits_go_by_its_name():
    found = asked.target(CONFIG, "service")
    assert (found.dataset, found.role, found.classes) == ("service-images", "service-images", 5)
    assert (found.splits, found.divided_as) == ("results/classifiers/service/splits.parquet", "service")
    assert asked.auxiliary(CONFIG, "service")["parts"] == [{"dataset": "service-auxiliary"}]
    assert asked.auxiliary(CONFIG, "service")["validation_fraction"] == 0.1


@pytest.mark.parametrize("name", ["file", "service"])
@pytest.mark.parametrize("which", [asked.IMAGES, asked.AUXILIARY])
def test_the_name_of_a_data_set_leads_back_to_its_target_and_its_folder(name, which):
    dataset = f"{name}-{which}"
    assert asked.of_dataset(dataset) == (name, which)
    assert CONFIG["asked"][name][which] in ("mine/victims", "mine/others")


def test_an_unknown_target_is_no_target():
    with pytest.raises(KeyError):
        asked.target(CONFIG, "other")
