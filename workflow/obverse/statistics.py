"""Means over victims with intervals that respect whose pictures they are."""

import numpy as np
from scipy import special  # stats takes a second to import


def mean_over_identities(
    values: np.ndarray, identities: np.ndarray, resamples: int, random: np.random.Generator
) -> tuple[float, float, float]:
    """Return the mean of ``values`` [N] and its 95 % bootstrap interval, resampling ``identities`` [N].

    Pictures of one person are alike, so people, not pictures, are drawn with replacement (the cluster bootstrap of
    Davison and Hinkley 1997, section 3.8); see `interval`.
    """
    _, person = np.unique(identities, return_inverse=True)
    sums, counts = np.bincount(person, weights=values), np.bincount(person)
    people = len(counts)
    drawn = random.multinomial(people, np.full(people, 1 / people), size=resamples)  # [resamples, people]
    means = (drawn @ sums) / (drawn @ counts)
    return float(sums.sum() / counts.sum()), *interval(means, people)


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
