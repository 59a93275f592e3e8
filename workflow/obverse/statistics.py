"""Means over victims with intervals that respect whose pictures they are."""

import numpy as np
from scipy import special  # stats takes a second to import

Measured = tuple[np.ndarray, np.ndarray]  # values [N], and whose each is [N]


def mean_over_identities(
    values: np.ndarray, identities: np.ndarray, resamples: int, random: np.random.Generator
) -> tuple[float, float, float]:
    """Return the mean of ``values`` [N] and its 95 % bootstrap interval, resampling ``identities`` [N].

    Pictures of one person are alike, so people, not pictures, are drawn with replacement (the cluster bootstrap of
    Davison and Hinkley 1997, section 3.8); see `interval`.
    """
    people, sums, counts = _by_person(values, identities)
    drawn = _draw(len(people), resamples, random)
    return float(sums.sum() / counts.sum()), *interval((drawn @ sums) / (drawn @ counts), len(people))


def difference_over_identities(
    more: Measured, less: Measured, resamples: int, random: np.random.Generator
) -> tuple[float, float, float]:
    """Return the mean of ``more`` minus that of ``less`` and its 95 % bootstrap interval, as `mean_over_identities`.

    Where both are of the same people, people are drawn for both at once, since they are easy or hard for either; else
    for each alone. The interval is as wide as the fewer people make it.
    """
    (people, *first), (others, *second) = _by_person(*more), _by_person(*less)
    drawn = [_draw(len(people), resamples, random)]
    drawn.append(drawn[0] if np.array_equal(people, others) else _draw(len(others), resamples, random))
    means = [(draw @ sums) / (draw @ counts) for draw, (sums, counts) in zip(drawn, (first, second), strict=True)]
    value = first[0].sum() / first[1].sum() - second[0].sum() / second[1].sum()
    return float(value), *interval(means[0] - means[1], min(len(people), len(others)))


def _by_person(values: np.ndarray, identities: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the people [P], the sum of each one's values and how many there are."""
    people, person = np.unique(identities, return_inverse=True)
    return people, np.bincount(person, weights=values), np.bincount(person)


def _draw(people: int, resamples: int, random: np.random.Generator) -> np.ndarray:
    """Return how often each is in each resample, int64 [resamples, P]."""
    return random.multinomial(people, np.full(people, 1 / people), size=resamples)


def interval(drawn: np.ndarray, people: int) -> tuple[float, float]:
    """Return the 95 % interval of a number from what it came to in each resample of ``people``, ``drawn`` [resamples].

    The 2.5 % and 97.5 % quantiles, farther out the fewer people there are, by as much as Student's interval is wider
    than the normal one (the expanded percentile interval: Hesterberg 2015, The American Statistician 69, 371-386). Of
    one person nothing can be said: the interval has no width.
    """
    if people == 1:
        return float(drawn[0]), float(drawn[0])
    beyond = special.ndtr(-np.sqrt(people / (people - 1)) * special.stdtrit(people - 1, 0.975))
    low, high = np.quantile(drawn, [beyond, 1 - beyond])
    return float(low), float(high)


def psnr(mse: np.ndarray) -> np.ndarray:
    """Return the peak signal-to-noise ratio in decibel, 10 log₁₀ (1 / mse): images in [0, 1], their peak 1.

    ``mse`` [N] is each image's; an image without error has an infinite ratio.

    >>> psnr(np.array([0.01]))
    array([20.])
    """
    with np.errstate(divide="ignore"):
        return -10 * np.log10(mse)
