"""What a classifier's owner releases of each prediction vector: the adversary's view of it.

`full` is the whole vector, `m10` its ten largest scores. A withheld score is ``-inf`` (probability zero) here; what an
inverter makes of it is `features`' business.

`m10zeros` is `m10` for an adversary who does not tell a withheld score from one that is zero: he takes its logarithm
and clamps it at -1000, as the published code does, so that it is a number like any other to his features.
"""

import re

import torch

LOG_OF_ZERO = -1000.0  # the published code's


def kept(view: str, num_classes: int) -> int:
    """Return how many scores ``view`` lets through; raise `ValueError` for one that they cannot give."""
    if view == "full":
        return num_classes
    named = re.fullmatch(r"m([1-9]\d*)(zeros)?", view)
    if named is None:
        raise ValueError(f"expected a view 'full' or 'm<number>', perhaps followed by 'zeros', found {view!r}")
    if int(named[1]) > num_classes:
        raise ValueError(f"view {view!r} asks for {named[1]} scores, but a prediction vector holds {num_classes}")
    return int(named[1])


def release(log_probabilities: torch.Tensor, view: str) -> torch.Tensor:
    """Return ``log_probabilities`` [N, K] with what ``view`` withholds at ``-inf``, or at `LOG_OF_ZERO`.

    Of equal scores the first stay.
    """
    count = kept(view, log_probabilities.shape[1])
    if count == log_probabilities.shape[1]:
        return log_probabilities
    largest = log_probabilities.sort(dim=1, descending=True, stable=True).indices[:, :count]
    withheld = LOG_OF_ZERO if view.endswith("zeros") else -torch.inf
    released = torch.full_like(log_probabilities, withheld)
    return released.scatter(1, largest, log_probabilities.gather(1, largest))


def one_hot(num_classes: int) -> torch.Tensor:
    """Return what ``m1`` releases [K, K] of vectors that are wholly sure of one class, row i of class i.

    An adversary needs to ask nothing for it: 0 on the diagonal, which is log 1, and ``-inf`` elsewhere.
    """
    return torch.full((num_classes, num_classes), -torch.inf).fill_diagonal_(0.0)
