"""What may be released of a prediction vector, by name: `policies`."""

from pathlib import Path

import pytest
import yaml

from obverse import policies


@pytest.mark.parametrize(
    ("name", "scores", "digits"),
    [("full", None, None), ("m1", 1, None), ("m10", 10, None), ("round3", None, 3), ("m10_round3", 10, 3)],
)
def test_a_name_says_how_many_scores_and_how_many_digits(name: str, scores: int | None, digits: int | None):
    assert policies.policy(name) == policies.Policy(scores, digits, label=False, zeros=False)


def test_a_label_has_no_scores():
    assert policies.policy("label") == policies.Policy(None, None, label=True, zeros=False)


def test_a_view_may_take_what_is_withheld_for_zeros():
    assert policies.policy("m7zeros") == policies.Policy(7, None, label=False, zeros=True)


@pytest.mark.parametrize(
    "name",
    [
        *("m0", "m", "10", "m-1", "m1.5", "top5", "M5", "m05", "full ", "fullzeros", "m5 zeros", ""),
        *("round0", "round", "round12", "round3_m10", "m10round3", "m10_", "label_round2", "labelzeros"),
        *("round2zeros", "m5_round2zeros", "m5zeros_round2"),
    ],
)
def test_a_name_that_is_none_is_refused(name: str):
    with pytest.raises(ValueError, match="expected a view full, label, m<number>, round<digits>"):
        policies.policy(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *[
            ("full", "all scores"),
            ("label", "the label alone"),
            ("m1", "1 largest score"),
            ("m10", "10 largest scores"),
        ],
        *[("round1", "all scores, 1 decimal"), ("m10_round3", "10 largest scores, 3 decimals")],
    ],
)
def test_a_policy_in_words(name: str, words: str):
    assert policies.described(name) == words


@pytest.mark.parametrize(
    ("released", "within", "beyond"),
    [
        ("full", "full round9 m5 m5_round1 m5zeros label", ""),
        ("m5", "m5 m4 m5zeros m1_round2 label", "full round3 m6 m6zeros"),
        ("round3", "round3 round1 m5_round3 label", "full round4 m5 m5_round4 m5zeros"),
        ("m5_round3", "m5_round3 m4_round1 label", "full m5 m6_round3 m5_round4 round3 m5zeros"),
        ("label", "label", "full m1 m1_round1 round1 m1zeros"),
    ],
)
def test_a_policy_contains_what_can_be_made_of_what_it_shows(released: str, within: str, beyond: str):
    assert [view for view in within.split() if not policies.contains(released, view)] == []
    assert [view for view in beyond.split() if policies.contains(released, view)] == []


def test_the_schema_takes_the_same_names():
    """It cannot be told of the pattern; a view that only attacks have is no policy."""
    schema = yaml.safe_load((Path(__file__).parents[2] / "workflow/config.schema.yaml").read_text())
    views = schema["properties"]["figures"]["properties"]["policies"]["properties"]["views"]
    assert views["items"]["pattern"] == f"^({policies.POLICY})$"
