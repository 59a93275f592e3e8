"""Which class a target's answers name: that of the largest score."""

from pathlib import Path

import numpy as np

from obverse import predictions
from obverse.samples import rows as find_rows


def named(cache: Path, num_classes: int, sample_ids: np.ndarray) -> np.ndarray:
    """Return the class int64 [N] that the answer to each of ``sample_ids`` [N] names, of equal scores the first.

    ``cache`` is a target's prediction cache of ``num_classes`` scores. Raises `UnusableInput` where one is missing.
    """
    known, _, log_probabilities = predictions.read(cache, num_classes)
    return log_probabilities[find_rows(known, sample_ids, cache)].argmax(axis=1)
