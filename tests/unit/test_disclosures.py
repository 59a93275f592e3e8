"""What an answer says, and whether it is what its owner declared."""

import numpy as np
import pytest
from scipy.special import log_softmax

from obverse.disclosures import Declaration
from obverse.errors import UnusableInput

NAMES = ("ann", "bob", "cy", "7")
SCORES = [0.5, 0.25, 0.125, 0.125]


def read(answer, releases="full", scale="probabilities", classes=4, names=NAMES):
    found = Declaration("mine", releases, scale, classes, names).log_probabilities(answer)
    assert found.dtype == np.float32 and found.shape == (classes,)
    return found


def said(answer, releases="full", scale="probabilities", classes=4, names=NAMES):
    """Return the probabilities that an answer is read as."""
    return np.exp(read(answer, releases, scale, classes, names).astype(float)).round(6).tolist()


def refused(answer, *arguments, **named):
    with pytest.raises(UnusableInput) as error:
        read(answer, *arguments, **named)
    first, second = str(error.value).splitlines()
    assert first.startswith("asked.mine: expected ") and second.startswith("Declare what it really gives")
    return first.removeprefix("asked.mine: ")


@pytest.mark.parametrize(
    "answer",
    [
        SCORES,
        {"bob": 0.25, "7": 0.125, "ann": 0.5, "cy": 0.125},
        [["7", 0.125], ["ann", 0.5], ["bob", 0.25], ["cy", 0.125]],
        [[3, 0.125], [0, 0.5], [1, 0.25], [2, 0.125]],
        [["7", 0.125], [0, 0.5], ["bob", 0.25], [2, 0.125]],
        [{"label": name, "score": score} for name, score in zip(NAMES, SCORES, strict=True)],
        [{"score": score, "label": number, "box": [1]} for number, score in enumerate(SCORES)],
    ],
)
def test_in_whatever_form_a_whole_vector_comes_it_is_read_in_the_order_of_the_classes(answer):
    np.testing.assert_allclose(read(answer), np.log(SCORES), rtol=1e-6)


@pytest.mark.parametrize(
    "answer",
    [{"1": 0.25, "3": 0.125, "0": 0.5, "2": 0.125}, [["3", 0.125], [0, 0.5], ["1", 0.25], [2, 0.125]], SCORES],
)
def test_without_names_classes_go_by_number(answer):
    """And with names none of which is a number."""
    for names in (), ("ann", "bob", "cy", "dee"):
        np.testing.assert_allclose(read(answer, names=names), np.log(SCORES), rtol=1e-6)


@pytest.mark.parametrize("answer", ["7", "3", "0"])
def test_where_a_class_is_called_by_a_number_text_is_a_name(answer):
    """Whoever answers "7" of classes 7, 3, 0 and 1 does not mean the eighth."""
    names = ("7", "3", "0", "1")
    found = read(answer, "label", names=names)
    assert found.argmax() == names.index(answer) and np.isfinite(found).sum() == 1
    assert refused("2", "label", names=names).startswith("expected a class among 7, 3, 0, …")
    assert read(2, "label", names=names).argmax() == 2


@pytest.mark.parametrize(
    "answer",
    [{"bob": 0.3, "7": 0.6}, [["7", 0.6], ["bob", 0.3]], [{"label": 1, "score": 0.3}, {"label": "7", "score": 0.6}]],
)
def test_of_the_largest_scores_the_others_are_withheld(answer):
    found = read(answer, "m2")
    assert found[[0, 2]].tolist() == [-np.inf] * 2
    assert said(answer, "m2") == said(answer, "m3") == [0, 0.3, 0, 0.6]


def test_a_score_of_zero_is_no_more_than_one_that_is_withheld():
    assert read([1, 0, 0.0, 0]).tolist() == [0, -np.inf, -np.inf, -np.inf]


@pytest.mark.parametrize("answer", ["cy", 2, ["cy"], [2]])
def test_a_label_alone_has_probability_one(answer):
    assert read(answer, "label").tolist() == [-np.inf, -np.inf, 0, -np.inf]


@pytest.mark.parametrize("answer", ["2", 2, ["2"]])
def test_so_it_has_by_number_without_names(answer):
    assert read(answer, "label", names=()).tolist() == [-np.inf, -np.inf, 0, -np.inf]


@pytest.mark.parametrize(
    "answer",
    [[0.1, 0.2, 0.3, 0.4], ["cy", "bob"], [["cy", 0.9]], {"cy": 0.9}, True, [True], None, 2.0, [], {"label": "cy"}],
)
def test_more_than_the_label_or_no_label_is_refused(answer):
    assert refused(answer, "label").startswith("expected the label alone in an answer, as releases: label ")


@pytest.mark.parametrize("answer", ["dee", 4, -1, "-1", "2", ""])
def test_a_label_of_no_class_is_refused(answer):
    assert "expected a class among ann, bob, cy, …" in refused(answer, "label")


def test_logits_become_the_log_softmax_that_scipy_gives():
    logits = np.random.default_rng(0).normal(scale=30, size=(20, 9))
    found = [read(row.tolist(), scale="logits", classes=9, names=()) for row in logits]
    np.testing.assert_allclose(found, log_softmax(logits, axis=1), rtol=1e-6, atol=1e-6)


def test_neither_large_logits_nor_small_ones_are_lost():
    np.testing.assert_allclose(
        read([1e4, 1e4 - 1, 0, -1e4], scale="logits"), log_softmax([1e4, 1e4 - 1, 0, -1e4]), rtol=1e-6
    )


@pytest.mark.parametrize("logits", [[1e308, -1e308, 0, 0], [0, -1e300, -1e300, -1e300]])
def test_even_absurd_logits_are_read_without_a_warning(logits):
    assert read(logits, scale="logits")[:2].tolist() == [0, -np.inf]


def test_percent_are_hundredths():
    assert said([50, 25.0, 12.5, 12.5], scale="percent") == SCORES
    assert said({"ann": 90}, "m1", "percent") == [0.9, 0, 0, 0]


SUM = "expected probabilities that sum to 1 in an answer, as releases: full and scale: "


@pytest.mark.parametrize("answer", [[0.5, 0.5, 0.3, 0], [0.2, 0.2, 0.2, 0.2], [0.6, 0.6, -0.2, 0], [0] * 4])
def test_a_whole_vector_that_does_not_sum_to_one_is_refused_and_asked_whether_it_is_logits(answer):
    text = refused(answer)
    assert text.startswith(SUM) and text.endswith("; are they logits, or percent?")


@pytest.mark.parametrize("answer", [[2.0, -1.0, 0.5, 3.0], [4.0, 1.0, 0.5, 3.0], [1e308] * 4])
def test_logits_that_are_called_probabilities_are_refused_with_a_hint(answer):
    assert "are they logits, or percent?" in refused(answer)


def test_percent_that_are_called_probabilities_too_and_the_other_way_round():
    assert "a sum of 100, the least 12.5; are they logits, or percent?" in refused([50, 25, 12.5, 12.5])
    assert refused(SCORES, scale="percent").endswith("a sum of 0.01, the least 0.00125")


@pytest.mark.parametrize("answer", [SCORES, {"ann": 0.5, "bob": 0.25, "cy": 0.125}])
def test_more_scores_than_declared_are_refused(answer):
    assert refused(answer, "m2").startswith("expected at most the 2 largest scores in an answer")


@pytest.mark.parametrize("answer", [[0.6, 0.3], [0.6], [0.6, 0.3, 0.1]])
def test_a_few_scores_that_do_not_say_of_which_classes_are_refused(answer):
    """They are not those of the first classes."""
    assert refused(answer, "m3").startswith("expected ")


@pytest.mark.parametrize("answer", [[], {}])
@pytest.mark.parametrize("releases", ["full", "m2"])
def test_no_scores_are_no_answer(answer, releases):
    assert refused(answer, releases).endswith("found 0")


def test_the_largest_of_several_may_sum_to_less_than_one_but_not_to_more():
    assert said({"ann": 0.1}, "m2") == [0.1, 0, 0, 0]
    text = refused({"ann": 0.9, "bob": 0.3}, "m2")
    assert text.startswith("expected probabilities of at most 1 in all") and "a sum of 1.2" in text


@pytest.mark.parametrize("answer", [SCORES[:3], [*SCORES, 0.0], {"ann": 1.0}, [["ann", 1.0]]])
def test_a_whole_vector_of_another_number_of_classes_is_refused(answer):
    count = len(answer)
    assert refused(answer).startswith("expected scores of 4 classes in an answer") and refused(answer).endswith(
        f"found {count}"
    )


@pytest.mark.parametrize(
    ("answer", "releases"),
    [
        ([0.123, 0.877, 0, 0], "round2"),
        ({"ann": 0.5001}, "m2_round3"),
        ([0.5, 0.25, 0.125, 0.125], "round1"),
        ({"ann": 0.5000002}, "m2_round6"),
        ({"ann": 0.50000004}, "m2_round7"),
        ({"ann": 0.5000000004}, "m2_round9"),
    ],
)
def test_more_digits_than_declared_are_refused(answer, releases):
    assert refused(answer, releases).endswith("found more")


@pytest.mark.parametrize(
    ("answer", "releases"),
    [
        ([0.12, 0.88, 0, 0], "round2"),
        ([0.5, 0.5, 0, 0], "round2"),
        ([float(np.float32(0.123)), float(np.float32(0.877)), 0, 0], "round3"),
        ({"ann": 0.5}, "m2_round3"),
        ({"ann": 0.123456789}, "m2_round9"),
        ({"ann": float(np.float32(0.876543))}, "m2_round6"),
    ],
)
def test_as_many_or_fewer_are_not(answer, releases):
    read(answer, releases)


def test_percent_have_two_digits_fewer_than_the_probabilities_that_they_are():
    """What is declared is how finely probabilities are known."""
    read([50.1, 24.9, 25, 0], "round3", "percent")
    assert refused([50.12, 24.88, 25, 0], "round3", "percent").endswith("found more")


def test_rounding_may_move_a_sum_by_half_a_digit_a_class_and_no_more():
    answer = [0.1] * 8 + [0.0] * 2  # what ten classes of 0.115 and, twice, 0.04 are rounded to
    assert said(answer, "round1", classes=10, names=()) == answer
    assert said([0.1] * 15 + [0.0] * 5, "round1", classes=20, names=()) == [0.1] * 15 + [0.0] * 5
    assert "sum to 1" in refused([0.4] * 4, "round1")
    assert "sum to 1" in refused([0.1] * 8 + [0.0] * 2, classes=10, names=())
    assert "at most 1 in all" in refused([[0, 0.9], [1, 0.9]], "m2_round2")


@pytest.mark.parametrize(
    "answer",
    [
        {"ann": 0.5, "bob": 0.25, "cy": 0.125, "dee": 0.125},
        [["ann", 0.5], ["bob", 0.25], ["cy", 0.125], [4, 0.125]],
        [["ann", 0.5], ["bob", 0.25], ["cy", 0.125], [-1, 0.125]],
        [["ann", 0.5], ["bob", 0.25], ["cy", 0.125], [3.0, 0.125]],
        [["ann", 0.5], ["bob", 0.25], ["cy", 0.125], [None, 0.125]],
        [["ann", 0.5], ["bob", 0.25], ["cy", 0.125], [["7"], 0.125]],
    ],
)
def test_an_unknown_class_is_refused(answer):
    assert refused(answer).startswith("expected a class among ann, bob, cy, …")


@pytest.mark.parametrize("named", ["4", pytest.param("9" * 5000, id="vast"), "x", "²", "1.0", ""])
def test_a_number_of_no_class_is_refused_where_there_are_no_names(named):
    assert refused({named: 0.5}, "m2", names=()).startswith("expected a class among 0 to 3")


@pytest.mark.parametrize(
    "answer", [[["ann", 0.5], ["ann", 0.5]], [["ann", 0.5], [0, 0.25]], [{"label": 1, "score": 0.1}] * 2]
)
def test_two_scores_of_one_class_are_refused(answer):
    assert refused(answer, "m2").startswith("expected one score a class")


@pytest.mark.parametrize(
    "score", [float("nan"), float("inf"), True, None, "0.5", [0.5], pytest.param(10**400, id="vast")]
)
@pytest.mark.parametrize("form", ["list", "object", "pairs"])
def test_a_score_that_is_no_finite_number_is_refused(score, form):
    forms = {
        "list": [0.5, score, 0.25, 0.25],
        "object": {"ann": 0.5, "bob": score, "cy": 0.25, "7": 0.25},
        "pairs": [["ann", 0.5], ["bob", score], ["cy", 0.25], ["7", 0.25]],
    }
    assert refused(forms[form])


@pytest.mark.parametrize("named", [True, False])
def test_true_is_no_class(named):
    assert refused([["bob", 0.5], [named, 0.5]], "m2").startswith("expected a class among")


@pytest.mark.parametrize("answer", [None, "ann", 0.5, 1, True, [[]], [["ann"]], [["ann", 0.5, 1]], [{"label": "ann"}]])
def test_what_is_no_form_of_scores_is_refused(answer):
    assert refused(answer, "m2").startswith("expected ")


@pytest.mark.parametrize("answer", ["x" * 1000, [["y" * 1000, 1.0]], {"z" * 1000: 1.0}])
def test_a_refusal_is_short_whatever_the_answer(answer):
    assert len(refused(answer, "m1")) < 300


def test_probabilities_that_are_declared_logits_are_told_apart():
    declared = Declaration("mine", "full", "logits", 3, ())
    with pytest.raises(
        UnusableInput, match="expected logits .* found scores that sum to 1, none below 0: are they prob"
    ):
        declared.log_probabilities([0.7, 0.2, 0.1])
    np.testing.assert_allclose(np.exp(declared.log_probabilities([0.7, 0.2, 0.3])).sum(), 1, rtol=1e-6)


def apart(first, second, releases="round2", scale="probabilities"):
    """Return whether two answers are a digit apart; which comes first makes no difference."""
    declared = Declaration("mine", releases, scale, 4, NAMES)
    found = declared.digit_apart(first, second)
    assert declared.digit_apart(second, first) is found
    return found


@pytest.mark.parametrize(
    ("first", "second", "releases", "scale"),
    [
        ([0.5, 0.25, 0.13, 0.12], [0.5, 0.25, 0.12, 0.12], "round2", "probabilities"),
        ([0.5, 0.25, 0.13, 0.12], [0.5, 0.25, 0.12, 0.13], "round2", "probabilities"),
        ([0.63, 0.37, 0, 0.0], [0.62, 0.38, 0, 0], "round2", "probabilities"),
        ([0.99, 0.01, 0, 0], [1, 0, 0, 0], "round2", "probabilities"),
        ({"ann": 0.51, "bob": 0.2}, {"bob": 0.2, "ann": 0.5}, "m2_round2", "probabilities"),
        ([["ann", 0.3], ["bob", 0.29]], [["bob", 0.3], ["ann", 0.3]], "m2_round2", "probabilities"),
        ([63, 37, 0, 0], [62, 38, 0, 0], "round2", "percent"),
        ([62.7, 37.3, 0, 0], [62.6, 37.3, 0, 0], "round3", "percent"),
        ([0.3, 0.3, 0.2, 0.2], [0.4, 0.3, 0.2, 0.2], "round1", "probabilities"),
        ([0.1234567, 0.8765433, 0, 0], [0.1234568, 0.8765433, 0, 0], "round7", "probabilities"),
    ],
)
def test_one_score_or_two_may_be_rounded_to_the_other_side(first, second, releases, scale):
    assert apart(first, second, releases, scale) and apart(first, first, releases, scale)


@pytest.mark.parametrize(
    ("first", "second", "releases", "scale"),
    [
        ([0.5, 0.25, 0.13, 0.12], [0.51, 0.24, 0.12, 0.12], "round2", "probabilities"),  # three
        ([0.5, 0.25, 0.13, 0.12], [0.5, 0.25, 0.11, 0.12], "round2", "probabilities"),  # two units
        ([0.5, 0.25, 0.13, 0.12], [0.25, 0.5, 0.13, 0.12], "round2", "probabilities"),
        ([["ann", 0.3], ["bob", 0.29]], [["ann", 0.3], ["cy", 0.29]], "m2_round2", "probabilities"),
        ([[0, 63], [1, 37]], [[0, 63], [2, 37]], "m2_round2", "percent"),  # no unit, but another class
        ([0.5, 0.25, 0.13, 0.12], [0.5, 0.25, 0.125, 0.125], "round2", "probabilities"),  # not as declared
        ([0.5, 0.25, 0.13, 0.12], "ann", "round2", "probabilities"),
        ([0.5, 0.25, 0.13, 0.12], [1e308, 1e308, 0, 0], "round2", "probabilities"),
        ([0.5, 0.25, 0.125, 0.125], [0.5, 0.25, 0.125, 0.1251], "full", "probabilities"),  # nothing is rounded
        ([9, 1, 0, 0], [9, 1, 0, 1], "full", "logits"),
        ("ann", "bob", "label", "probabilities"),
    ],
)
def test_anything_more_is_no_rounding(first, second, releases, scale):
    assert not apart(first, second, releases, scale)
