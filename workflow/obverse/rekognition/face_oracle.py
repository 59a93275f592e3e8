"""The one door between an adversary and what Rekognition says of faces: so many features, to so many decimals."""

from pathlib import Path

import numpy as np
import torch

from obverse import policies
from obverse.rekognition import faces, features


class FaceOracle:
    """Answers from tables of faces with one of the sets of features (`features.SETS`), and counts what it was asked."""

    def __init__(self, chosen: str) -> None:
        """Answer with the features ``chosen``; raise `ValueError` for an unknown set."""
        self._columns = features.subset(chosen)
        self.queries = 0

    @property
    def count(self) -> int:
        """How many features an answer has."""
        return len(self._columns)

    def ask(self, table: Path, sample_ids: np.ndarray) -> torch.Tensor:
        """Return what the service says of the adversary's own pictures, float32 [N, K], and count them."""
        self.queries += len(sample_ids)
        return self.given(table, sample_ids, "full")

    def given(self, table: Path, sample_ids: np.ndarray, view: str) -> torch.Tensor:
        """Return what the adversary is given of victims' faces, float32 [N, K], for which he asks nothing.

        ``view`` is ``full`` or ``round1``, ``round3``, ``round5``: decimals of the answers' own values. Raises
        `ValueError` for another, and `UnusableInput` as `faces.vectors` does.
        """
        shown = policies.policy(view)
        if shown.label or shown.scores is not None:
            raise ValueError(f"expected full or round<digits>, found {view!r}")
        return torch.from_numpy(faces.vectors(table, sample_ids, shown.digits)[:, self._columns])
