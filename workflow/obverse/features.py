"""What an inverter reads of a released prediction vector.

Its input are log-probabilities [N, K] in which a withheld score is ``-inf`` (`views.release`), or, for `Values`, other
numbers; its output float32 features in which nothing is infinite.
"""

import torch
from torch import nn


class Shifted(nn.Module):
    """The paper's features [N, K]: log p + c where a score was released, 0 where it was withheld.

    Every released value of a row is raised by relu(-smallest of them), so that none is negative. ``offset`` is c: 50 in
    the published code, which fixes it although Eq. 9 optimises it; ``learn_offset`` does what the equation says. Where
    c is so small that a row's smallest value is negative, the row is raised to 0 whatever c is: nothing but rounding
    tells c where to go, and of a single released score nothing is left.
    """

    def __init__(self, num_classes: int, offset: float, learn_offset: bool) -> None:
        super().__init__()
        self.channels = num_classes
        constant = torch.tensor(offset, dtype=torch.float32)
        self.offset = nn.Parameter(constant) if learn_offset else offset

    def forward(self, released: torch.Tensor) -> torch.Tensor:
        """Return [N, K] from released log-probabilities [N, K]."""
        kept = released.isfinite()
        values = released + self.offset
        smallest = values.masked_fill(~kept, torch.inf).amin(dim=1, keepdim=True)
        return (values + torch.relu(-smallest)).masked_fill(~kept, 0.0)


class Centred(nn.Module):
    """Ours, not the paper's: log p minus the mean of the row's released ones, beside the mask of what was released.

    The first K features are centred (0 where withheld), the last K are 1 where a score was released that is not
    zero. A constant such as c hides the differences between scores, which are all that tells one image from another.
    """

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.channels = 2 * num_classes

    def forward(self, released: torch.Tensor) -> torch.Tensor:
        """Return [N, 2K] from released log-probabilities [N, K]."""
        kept = released.isfinite()
        values = released.masked_fill(~kept, 0.0)
        mask = kept.to(values.dtype)
        mean = values.sum(dim=1, keepdim=True) / mask.sum(dim=1, keepdim=True).clamp(min=1)  # all may round to zero
        return torch.cat([(values - mean) * mask, mask], dim=1)


class Probabilities(nn.Module):
    """The scores as they are released [N, K], 0 where withheld: what is read without Eq. 9."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.channels = num_classes

    def forward(self, released: torch.Tensor) -> torch.Tensor:
        """Return [N, K] in [0, 1] from released log-probabilities [N, K]."""
        return released.exp()


class Values(nn.Module):
    """Numbers that are no scores, such as what a service says of a face: as they are [N, K], or each by its range."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.channels = count
        self.register_buffer("smallest", torch.zeros(count))
        self.register_buffer("range", torch.ones(count))

    def fit(self, values: torch.Tensor) -> None:
        """Bring each of ``values`` [N, K], and others likewise, to 0-1 by its range; one that never differs to 0."""
        self.smallest.copy_(values.amin(dim=0))
        range_ = values.amax(dim=0) - self.smallest
        self.range.copy_(torch.where(range_ > 0, range_, torch.ones_like(range_)))

    def rounded(self, values: torch.Tensor, digits: int) -> torch.Tensor:
        """Return values [N, K] of which `forward` makes the same features, rounded to so many decimals."""
        return torch.round(self(values), decimals=digits) * self.range + self.smallest

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return [N, K] from values [N, K]."""
        return (values - self.smallest) / self.range


KINDS = ("shifted", "centred", "probabilities", "values")


def build(kind: str, num_classes: int, offset: float, learn_offset: bool) -> nn.Module:
    """Return the features named ``kind``, whose ``channels`` says how many; raise `ValueError` for an unknown one."""
    if kind == "shifted":
        return Shifted(num_classes, offset, learn_offset)
    if kind == "centred":
        return Centred(num_classes)
    if kind == "probabilities":
        return Probabilities(num_classes)
    if kind == "values":
        return Values(num_classes)
    raise ValueError(f"expected features among {', '.join(KINDS)}, found {kind!r}")
