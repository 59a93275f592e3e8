import numpy as np
import pytest
from scipy.stats import bootstrap, t

from obverse.statistics import difference_over_identities, mean_over_identities


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_mean_is_the_plain_mean_over_pictures():
    """Not the mean of the people's means: person b has three pictures. (1 + 5 + 6 + 8) / 4 = 5."""
    mean, _, _ = mean_over_identities(np.array([1.0, 5, 6, 8]), np.array(["a", "b", "b", "b"]), 10, stream())
    assert mean == 5.0


def test_with_one_picture_a_person_it_is_the_plain_bootstrap():
    """scipy's percentile interval, up to what 20,000 resamples leave to chance: about 1 % of its width.

    Four hundred people are enough for the quantiles to be those of scipy.
    """
    values = stream(1).gamma(2.0, size=400)
    _, low, high = mean_over_identities(values, np.arange(400), 20_000, stream(2))
    interval = bootstrap((values,), np.mean, n_resamples=20_000, method="percentile", rng=stream(3)).confidence_interval
    width = interval.high - interval.low
    assert (low, high) == pytest.approx((interval.low, interval.high), abs=0.03 * width)


def test_the_interval_is_wider_when_pictures_of_a_person_are_alike():
    """Ten equal pictures of each person say what one says: √10 times the interval of 200 strangers, by Student's t."""
    values = np.repeat(stream(1).normal(size=20), 10)
    _, low, high = mean_over_identities(values, np.repeat(np.arange(20), 10), 4000, stream(2))
    _, low_strangers, high_strangers = mean_over_identities(values, np.arange(200), 4000, stream(2))
    student = t.ppf(0.975, 19) / t.ppf(0.975, 199) * np.sqrt(20 / 19)
    assert (high - low) / (high_strangers - low_strangers) == pytest.approx(np.sqrt(10) * student, rel=0.08)


def test_two_people_by_hand():
    """Drawn twice with replacement they are the same twice, or one of each: means 0, 0.9 (9 pictures of 10) and 1."""
    values, people = np.array([0.0] + [1.0] * 9), np.array([0] + [1] * 9)
    assert mean_over_identities(values, people, 2000, stream()) == (0.9, 0.0, 1.0)


def test_people_with_more_pictures_weigh_more_in_the_interval_too():
    """Fifty people with nine pictures err about 1, fifty with one about 0: the interval is around 0.9, not 0.5."""
    people = np.concatenate([np.repeat(np.arange(50), 9), np.arange(50, 100)])
    values = (people < 50) + 0.1 * stream(1).normal(size=500)
    mean, low, high = mean_over_identities(values, people, 1000, stream(2))
    assert 0.8 < low < mean < high < 1


def test_the_interval_holds_the_truth_nineteen_times_in_twenty():
    """Clustered data whose mean is 0: 300 experiments of 40 people and 5 pictures each."""
    random, held = stream(7), 0
    people = np.repeat(np.arange(40), 5)
    for _ in range(300):
        values = random.normal(size=40)[people] + 0.3 * random.normal(size=200)
        _, low, high = mean_over_identities(values, people, 400, random)
        held += low < 0 < high
    assert 0.90 <= held / 300 <= 0.98


@pytest.mark.parametrize(("people", "least"), [(5, 0.86), (10, 0.91)])
def test_few_people_get_a_wider_interval(people: int, least: float):
    """Plain percentiles hold the truth in 83 and 90 % of 1,500 such experiments: digits are five or ten "people"."""
    random, held = stream(people), 0
    whose = np.repeat(np.arange(people), 5)
    for _ in range(600):
        values = random.normal(size=people)[whose] + 0.3 * random.normal(size=5 * people)
        _, low, high = mean_over_identities(values, whose, 600, random)
        held += low < 0 < high
    assert least <= held / 600 <= 0.98


def test_one_stream_gives_one_interval_whatever_the_people_are_called():
    values, people = stream(1).normal(size=60), np.repeat(np.arange(20), 3)
    first = mean_over_identities(values, people, 500, stream(4))
    again = mean_over_identities(values, np.array(list("abcdefghijklmnopqrst"))[people], 500, stream(4))
    other = mean_over_identities(values, people, 500, stream(5))
    assert first == again and first[1:] != other[1:]


def test_a_difference_of_the_same_people_is_the_mean_of_their_differences():
    people, values = np.arange(12), stream(2).normal(size=(2, 12)) + 5 * stream(3).normal(size=12)
    paired = difference_over_identities((values[0], people), (values[1], people), 400, stream(1))
    assert paired == pytest.approx(mean_over_identities(values[0] - values[1], people, 400, stream(1)))


def test_a_difference_of_other_people_is_scipys_of_two_samples():
    """Its percentiles, that is: ours are a little farther out, as those of a mean are."""
    one, other = stream(2).normal(1, 1, 80), stream(3).normal(0, 2, 60)
    value, low, high = difference_over_identities((one, np.arange(80)), (other, np.arange(100, 160)), 4000, stream())
    drawn = bootstrap((one, other), lambda a, b: a.mean() - b.mean(), n_resamples=4000, method="percentile", rng=4)
    assert value == pytest.approx(one.mean() - other.mean())
    assert (low, high) == pytest.approx(drawn.confidence_interval, abs=0.06)


def test_people_who_are_easy_for_both_do_not_widen_their_difference():
    people, ease = np.arange(30), 9 * stream(3).normal(size=30)
    pair = [(ease + stream(seed).normal(size=30), people + shift) for seed, shift in ((1, 0), (2, 0), (2, 100))]
    found = [difference_over_identities(pair[0], other, 300, stream()) for other in pair[1:]]
    same, others = (high - low for _, low, high in found)
    assert same < others / 3


def test_a_single_person_leaves_no_width():
    assert mean_over_identities(np.array([1.0, 2.0]), np.array([5, 5]), 50, stream()) == (1.5, 1.5, 1.5)
