"""What may be released of a prediction vector, by name: `full`, `m10`, `round3`, `m10_round3` or `label`.

`full` is the whole vector; `m10` its ten largest scores; `round3` all of them to three decimals; `m10_round3` the ten
largest to three decimals; `label` the class of the largest, without any score. An attack's view of a prediction vector
has such a name, or `m10zeros`: the ten largest, for an adversary who takes those that are withheld for zeros.
"""

import re
from dataclasses import dataclass

_COUNT, _DIGITS = r"[1-9][0-9]*", r"[1-9]"  # one spelling a number, so that a view has one name
POLICY = rf"full|label|m{_COUNT}(_round{_DIGITS})?|round{_DIGITS}"
VIEW = rf"{POLICY}|m{_COUNT}zeros"


@dataclass(frozen=True)
class Policy:
    """``scores`` of the largest, each to ``digits`` decimals (None: all of them), or the ``label`` alone.

    ``zeros`` is how a view reads what is withheld.
    """

    scores: int | None
    digits: int | None
    label: bool
    zeros: bool


def policy(name: str) -> Policy:
    """Return what the policy or view ``name`` shows; raise `ValueError` for a name that is neither."""
    if re.fullmatch(VIEW, name) is None:
        expected = "full, label, m<number>, round<digits>, m<number>_round<digits> or m<number>zeros"
        raise ValueError(f"expected a view {expected}, found {name!r}")
    scores, digits = (re.search(rf"{word}([0-9]+)", name) for word in ("m", "round"))
    return Policy(
        scores=int(scores[1]) if scores else None,
        digits=int(digits[1]) if digits else None,
        label=name == "label",
        zeros=name.endswith("zeros"),
    )


_SUM_TOLERANCE = 1e-3  # float32 softmax over a few hundred classes sums to 1 within about 1e-5


def slack(chosen: Policy, num_classes: int) -> float:
    """Return how far from 1 the sum of that many released probabilities may be: rounding moves each by half a digit."""
    return _SUM_TOLERANCE + (0 if chosen.digits is None else num_classes * 0.5 * 10.0**-chosen.digits)


def contains(released: str, view: str) -> bool:
    """Return whether ``view`` can be made of what the policy ``released`` shows, without asking for more.

    A view of unrounded scores is no view of rounded ones, whose digits are gone: it has its own name.
    """
    outer, inner = policy(released), policy(view)
    if inner.label:
        return True
    fewer = outer.scores is None or (inner.scores is not None and inner.scores <= outer.scores)
    coarser = outer.digits is None or (inner.digits is not None and inner.digits <= outer.digits)
    return not outer.label and fewer and coarser


def described(name: str) -> str:
    """Return the same in words: "10 largest scores, 3 decimals"."""
    chosen = policy(name)
    if chosen.label:
        return "the label alone"
    scores = "all scores" if chosen.scores is None else f"{chosen.scores} largest score{'s' * (chosen.scores > 1)}"
    return scores if chosen.digits is None else f"{scores}, {chosen.digits} decimal{'s' * (chosen.digits > 1)}"
