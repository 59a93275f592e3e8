"""Which class a target's answers name: that of the largest score."""

from pathlib import Path

import numpy as np

from obverse import predictions
from obverse.samples import rows as find_rows

NO_CLASS = -1  # where the answer names none


def named(cache: Path, num_classes: int, sample_ids: np.ndarray) -> np.ndarray:
    """Return the class int64 [N] that the answer to each of ``sample_ids`` [N] names, of equal scores the first.

    ``cache`` is a target's prediction cache of ``num_classes`` scores. Raises `UnusableInput` where one is missing.
    """
    return _rows(cache, num_classes, sample_ids).argmax(axis=1)


def told(cache: Path, num_classes: int, sample_ids: np.ndarray) -> np.ndarray:
    """Return the same, `NO_CLASS` where several scores are the largest: rounding may make them equal."""
    found = _rows(cache, num_classes, sample_ids)
    alone = (found == found.max(axis=1, keepdims=True)).sum(axis=1) == 1
    return np.where(alone, found.argmax(axis=1), NO_CLASS)


def _rows(cache: Path, num_classes: int, sample_ids: np.ndarray) -> np.ndarray:
    known, _, log_probabilities = predictions.read(cache, num_classes)
    return log_probabilities[find_rows(known, sample_ids, cache)]
