"""What a target's answer says: held against the policy its owner declared, and brought to log-probabilities.

An answer is the JSON of one question: a list of K numbers in the order of the classes; an object of a number a class;
or, of the largest scores alone, a list of pairs: [class, score], or {"label": class, "score": score}. Where a target
releases the label alone it is that, by name or number.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from obverse import policies
from obverse.errors import UnusableInput

SCALES = {"probabilities": 1.0, "percent": 0.01, "logits": None}  # of one score, and what it is multiplied by
_MOST_DIGITS = 10  # of a class's number
_FLIPPED = 2  # scores whose last digit may be another when a picture is asked about again
_SPARE_DIGIT = 1e-6  # how far a score that is rounded may be from a number of so many digits


@dataclass(frozen=True)
class Declaration:
    """What ``target``'s owner says of its answers: the policy by which it ``releases`` scores, of what ``scale``.

    ``classes`` is K; ``names`` are theirs, in the order of scores, or empty where they are known by number alone.
    """

    target: str
    releases: str
    scale: str
    classes: int
    names: tuple[str, ...]

    @np.errstate(over="ignore")  # an absurd score is refused, or as good as none; no warning need say so
    def log_probabilities(self, answer: object) -> np.ndarray:
        """Return what ``answer`` says, float32 [K], ``-inf`` for what is withheld or zero.

        Raises `UnusableInput` for an answer of another form, and one that says more than was declared, or less.
        """
        policy = policies.policy(self.releases)
        if policy.label:
            return self._one_hot(answer)
        if self.scale == "logits":
            scores = self._scores(answer, policy.scores)
            self._check_logits(scores)
            shifted = scores - scores.max()
            return (shifted - np.log(np.exp(shifted).sum())).astype(np.float32)
        return _log(self._probabilities(answer, policy))

    @np.errstate(over="ignore")
    def digit_apart(self, first: object, second: object) -> bool:
        """Return whether two answers about one picture may be the same scores, rounded to either side.

        So they may where one score or two differ, by one unit of the last digit that is released: sums in another
        order move a score by far less than that, but one that lies halfway between two numbers to either of them, and
        with it, where two make up nearly all, the other. An answer that is not as declared is apart from every other.
        """
        policy = policies.policy(self.releases)
        if policy.digits is None:
            return False
        try:
            moved = np.abs(self._probabilities(first, policy) - self._probabilities(second, policy))
        except UnusableInput:
            return False
        units = np.rint(moved * 10.0**policy.digits)
        return bool(units.max() <= 1 and np.count_nonzero(units) <= _FLIPPED)

    def _probabilities(self, answer: object, policy: policies.Policy) -> np.ndarray:
        """Return probabilities float64 [K], 0 for those that are withheld; raise as `log_probabilities` does."""
        probabilities = self._scores(answer, policy.scores) * SCALES[self.scale]
        if policy.digits is not None:
            self._check_digits(probabilities, policy.digits)
        self._check_sum(probabilities, policy)
        return probabilities

    def _one_hot(self, answer: object) -> np.ndarray:
        named = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
        if isinstance(named, bool) or not isinstance(named, str | int):
            raise self._contradiction("the label alone", f"{_brief(answer)}")
        found = np.full(self.classes, -np.inf, np.float32)
        found[self._number(named)] = 0.0
        return found

    def _scores(self, answer: object, most: int | None) -> np.ndarray:
        """Return the scores float64 [K], 0 for those that are withheld."""
        bare = isinstance(answer, list) and all(_is_number(one) for one in answer)
        if bare:
            pairs: Iterable = enumerate(answer)
        elif isinstance(answer, dict):
            pairs = answer.items()
        elif isinstance(answer, list):
            pairs = [self._pair(one) for one in answer]
        else:
            raise self._contradiction("scores", _brief(answer))
        given = list(pairs)
        if most is None and len(given) != self.classes:
            raise self._contradiction(f"scores of {self.classes} classes", f"{len(given)}")
        if most is not None and not 0 < len(given) <= most:
            raise self._contradiction(f"at most the {most} largest scores", f"{len(given)}")
        if bare and len(given) < self.classes:
            raise self._contradiction("the class of each of the largest scores", "scores alone")
        found = np.zeros(self.classes)
        seen = set()
        for named, score in given:
            if not _is_finite(score):
                raise self._contradiction("scores that are finite numbers", f"{_brief(score)} for {_brief(named)}")
            number = self._number(named)
            if number in seen:
                raise self._contradiction("one score a class", f"two for {_brief(named)}")
            seen.add(number)
            found[number] = score
        return found

    def _pair(self, one: object) -> tuple[object, object]:
        if isinstance(one, dict) and {"label", "score"} <= one.keys():
            return one["label"], one["score"]
        if isinstance(one, list) and len(one) == 2:
            return one[0], one[1]
        raise self._contradiction('pairs: [class, score] or {"label": class, "score": score}', _brief(one))

    def _number(self, named: object) -> int:
        """Return which class is meant by a name or, where no class is called by one, by a number."""
        if isinstance(named, str) and named in self.names:
            return self.names.index(named)
        by_number = not any(name.isdecimal() for name in self.names)  # else "7" is somebody's name
        if by_number and isinstance(named, str) and named.isdecimal() and len(named) < _MOST_DIGITS:
            named = int(named)
        if isinstance(named, int) and not isinstance(named, bool) and 0 <= named < self.classes:
            return named
        known = ", ".join(self.names[:3]) + ", …" if self.names else f"0 to {self.classes - 1}"
        raise self._contradiction(f"a class among {known}", _brief(named))

    def _check_digits(self, probabilities: np.ndarray, digits: int) -> None:
        off = np.abs(probabilities - probabilities.round(digits)).max()
        if off > min(_SPARE_DIGIT, 0.1 * 10.0**-digits):
            raise self._contradiction(f"probabilities of {digits} decimals", "more")

    def _check_logits(self, scores: np.ndarray) -> None:
        total = scores.sum()
        if scores.min() >= 0 and abs(total - 1) < policies.slack(policies.policy("full"), self.classes):
            raise self._contradiction(
                "logits", f"scores that sum to {total:.4g}, none below 0: are they probabilities?"
            )

    def _check_sum(self, probabilities: np.ndarray, policy: policies.Policy) -> None:
        slack = policies.slack(policy, self.classes)
        total = probabilities.sum()
        if probabilities.min() < 0 or total > 1 + slack or (policy.scores is None and total < 1 - slack):
            expected = "probabilities that sum to 1" if policy.scores is None else "probabilities of at most 1 in all"
            hint = "" if self.scale == "percent" else "; are they logits, or percent?"
            raise self._contradiction(expected, f"a sum of {total:.4g}, the least {probabilities.min():.4g}{hint}")

    def _contradiction(self, expected: str, found: str) -> UnusableInput:
        return UnusableInput(
            f"asked.{self.target}",
            f"expected {expected} in an answer, as releases: {self.releases} and scale: {self.scale} have it, "
            f"found {found}",
            "Declare what it really gives (releases, scale, classes, names); answers that came are kept.",
        )


def _log(probabilities: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(probabilities).astype(np.float32)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_finite(value: object) -> bool:
    try:
        return _is_number(value) and math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _brief(value: object) -> str:
    return repr(value)[:60]
