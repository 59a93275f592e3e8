"""How often a target names its own people right: what a wrong order of its classes would show by."""

from dataclasses import dataclass

import numpy as np

from obverse import answers, seeds, statistics


@dataclass(frozen=True)
class Hits:
    """A target named ``right`` of ``pictures`` right, and did not tell a class of ``untold`` more.

    ``low`` and ``high`` are the 95 % interval, over people, of the share; ``chance`` is that of one who guesses among
    the target's classes.
    """

    right: int
    pictures: int
    untold: int
    low: float
    high: float
    chance: float

    @property
    def share(self) -> float:
        """Return which share of the pictures is named right."""
        return self.right / self.pictures

    @property
    def guessed(self) -> bool:
        """Return whether guessing may do as well: the interval reaches chance, or lies below it."""
        return self.low <= self.chance


def count(told: np.ndarray, labels: np.ndarray, classes: int, resamples: int, seed: int) -> Hits | None:
    """Return how often ``told`` [N], as `answers.told` does of a target of so many ``classes``, is ``labels`` [N].

    The interval is `statistics.mean_over_identities`. None where no class is told of any picture.
    """
    says = told != answers.NO_CLASS
    if not says.any():
        return None
    right = told[says] == labels[says]
    random = seeds.generator(seed, "bootstrap")
    _, low, high = statistics.mean_over_identities(right.astype(float), labels[says], resamples, random)
    return Hits(int(right.sum()), len(right), int((~says).sum()), low, high, 1 / classes)


def described(hits: Hits) -> str:
    """Return the same in words: "names 33 of 36 of these pictures right (91.7%)"."""
    told = f"names {hits.right:,} of {hits.pictures:,} of these pictures right ({hits.share:.1%})"
    return told + f"; of {hits.untold:,} more it tells no class, several scores being the largest" * (hits.untold > 0)
