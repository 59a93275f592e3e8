"""A target as its adversary meets it: one asks about a picture, and gets a view of the answer, of no more than it is.

Between every attack and the prediction cache stands an `Oracle`. No attack reaches past it, but for the baseline, which
reads a target's weights (`invert_classes`).
"""

from pathlib import Path

import numpy as np
import torch

from obverse import policies, predictions, views
from obverse.errors import UnusableInput
from obverse.samples import rows as find_rows


class Oracle:
    """A target of ``num_classes`` that answers from its prediction caches, and what it was asked so far.

    Answers lie on ``device``, where views are made of them.
    """

    def __init__(self, num_classes: int, device: torch.device) -> None:
        self.num_classes, self._device = num_classes, device
        self._asked: set[tuple[Path, int]] = set()

    @property
    def queries(self) -> int:
        """Return how many pictures were asked about; one that was asked about again counts once."""
        return len(self._asked)

    def ask(self, cache: Path, sample_ids: np.ndarray, view: str) -> torch.Tensor:
        """Return ``view`` of the answers about ``sample_ids`` [N], which the adversary holds: float32 [N, K].

        ``cache`` is the target's prediction cache of the pictures' data set. Raises `UnusableInput` when ``view`` asks
        for more scores than there are, or for more than the target releases, and when the cache lacks a picture.
        """
        answers = self.given(cache, sample_ids, view)
        self._asked |= {(cache, sample_id) for sample_id in sample_ids.tolist()}
        return answers

    def given(self, cache: Path, sample_ids: np.ndarray, view: str) -> torch.Tensor:
        """Return the same of victims, whose pictures the adversary does not hold: somebody else asked about them."""
        if (policies.policy(view).scores or 0) > self.num_classes:
            problem = f"expected a view of at most {self.num_classes} scores, as many as there are, found {view!r}"
            raise UnusableInput(f"view {view}", problem, "Ask for fewer, or for all of them: full.")
        known, _, log_probabilities = predictions.read(cache, self.num_classes)
        released = predictions.releases(cache)
        if not policies.contains(released, view):
            problem = f"expected a view of what this target releases, {released!r}, found {view!r}"
            raise UnusableInput(cache, problem, "Ask for no more scores and digits than that.")
        wanted = find_rows(known, sample_ids, cache)
        return views.release(torch.from_numpy(log_probabilities[wanted]).to(self._device), view)
