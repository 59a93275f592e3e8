"""Means over victims with intervals that respect whose pictures they are."""

import numpy as np


def mean_over_identities(
    values: np.ndarray, identities: np.ndarray, resamples: int, random: np.random.Generator
) -> tuple[float, float, float]:
    """Return the mean of ``values`` [N] and its 95 % bootstrap interval, resampling ``identities`` [N].

    Pictures of one person are alike, so people, not pictures, are drawn with replacement (the cluster bootstrap of
    Davison and Hinkley 1997, section 3.8), and the 2.5 % and 97.5 % quantiles of the means taken.
    """
    _, person = np.unique(identities, return_inverse=True)
    sums, counts = np.bincount(person, weights=values), np.bincount(person)
    people = len(counts)
    drawn = random.multinomial(people, np.full(people, 1 / people), size=resamples)  # [resamples, people]
    means = (drawn @ sums) / (drawn @ counts)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(sums.sum() / counts.sum()), float(low), float(high)


def psnr(mse: np.ndarray) -> np.ndarray:
    """Return the peak signal-to-noise ratio in decibel, 10 log₁₀ (1 / mse): images in [0, 1], their peak 1.

    ``mse`` [N] is each image's; an image without error has an infinite ratio.

    >>> psnr(np.array([0.01]))
    array([20.])
    """
    with np.errstate(divide="ignore"):
        return -10 * np.log10(mse)
