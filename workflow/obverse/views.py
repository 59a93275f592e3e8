"""What an attack sees of a prediction vector: its view of it (`policies`).

A withheld score is ``-inf`` (probability zero) here; what an inverter makes of it is `features`' business. So is a
score that is rounded to zero: it tells as little. Of a label alone, the class has probability one.

A view that takes withheld scores for zeros has their logarithm, clamped at -1000 as in the published code, so that it
is a number like any other to the adversary's features.
"""

import torch

from obverse import policies

_LOG_OF_ZERO = -1000.0  # the published code's


def release(log_probabilities: torch.Tensor, view: str) -> torch.Tensor:
    """Return what ``view`` shows of ``log_probabilities`` [N, K].

    Of equal scores the first stay; they are rounded once it is known which. Raises `ValueError` for a view that is
    none, or asks for more than K scores.
    """
    chosen, classes = policies.policy(view), log_probabilities.shape[1]
    if chosen.scores is not None and chosen.scores > classes:
        raise ValueError(f"view {view!r} asks for {chosen.scores} scores, but a prediction vector holds {classes}")
    if chosen.label:
        return one_hot(classes).to(log_probabilities)[log_probabilities.argmax(dim=1)]
    withheld = _LOG_OF_ZERO if chosen.zeros else -torch.inf
    released = _largest(log_probabilities, chosen.scores or classes, withheld)
    return released if chosen.digits is None else _rounded(released, chosen.digits)


def one_hot(num_classes: int) -> torch.Tensor:
    """Return what ``m1`` releases [K, K] of vectors that are wholly sure of one class, row i of class i.

    An adversary needs to ask nothing for it: 0 on the diagonal, which is log 1, and ``-inf`` elsewhere.
    """
    return torch.full((num_classes, num_classes), -torch.inf).fill_diagonal_(0.0)


def _largest(log_probabilities: torch.Tensor, count: int, withheld: float) -> torch.Tensor:
    if count == log_probabilities.shape[1]:
        return log_probabilities
    largest = log_probabilities.sort(dim=1, descending=True, stable=True).indices[:, :count]
    released = torch.full_like(log_probabilities, withheld)
    return released.scatter(1, largest, log_probabilities.gather(1, largest))


def _rounded(log_probabilities: torch.Tensor, digits: int) -> torch.Tensor:
    """Return the logarithms of probabilities that are rounded to ``digits`` decimals, in float64."""
    return log_probabilities.double().exp().round(decimals=digits).log().to(log_probabilities.dtype)
