"""How an inverter of a given name is trained: what is released to it, what it reads of that, and by what numbers.

`aligned_m10` is a method and the view that its inverter is trained on. `_batch256_rate0.004` may follow: steps of so
many images at such a rate, as many passes as inverters of its target otherwise make. One name is one folder of results.
"""

import re
from dataclasses import dataclass

from obverse import policies, targets


@dataclass(frozen=True)
class Reading:
    """What inverters of a method read (`features.py`): ``offset`` is the paper's c, None as the configuration says."""

    features: str
    offset: float | None = 0.0
    learn_offset: bool | None = False


# The prior attack has none of its own: variant P1 is the aligned attack's inverter for whole vectors, fed less.
METHODS = {
    "aligned": Reading("shifted", None, None),
    "centred": Reading("centred"),
    "learnable": Reading("shifted", None, True),  # c is trained from the configured one, as the text says
    "learnable0": Reading("shifted", 0.0, True),  # and from 0
    "raw": Reading("probabilities"),
}

_COUNT, _RATE = r"[1-9][0-9]*", r"0(?:\.[0-9]*[1-9])|1"  # one spelling a number, so that an inverter has one name
_NAME = re.compile(
    rf"(?P<method>{'|'.join(METHODS)})_(?P<view>{policies.POLICY})(?:_batch(?P<batch>{_COUNT})_rate(?P<rate>{_RATE}))?"
)
PATTERN = rf"({'|'.join(METHODS)})_({policies.POLICY})(_batch{_COUNT}_rate({_RATE}))?"  # the same, for wildcards


@dataclass(frozen=True)
class Recipe:
    """All that an inverter's training is told beside its files and its seed; `train_inverter` says what each is."""

    view: str
    features: str
    offset: float
    learn_offset: bool
    width: int
    epochs: int
    minimum_steps: int
    batch_size: int
    learning_rate: float


def recipe(config: dict, classifier: str, inversion: str) -> Recipe:
    """Return how inverters called ``inversion`` of a target are trained; raise `KeyError` for a name that is none."""
    named = _NAME.fullmatch(inversion)
    if named is None:
        raise KeyError(inversion)
    reading, numbers = METHODS[named["method"]], dict(targets.inverter_training(config, classifier))
    if named["batch"]:  # passes are what is compared: no further ones where they are few steps
        numbers |= {"batch_size": int(named["batch"]), "learning_rate": float(named["rate"]), "minimum_steps": 0}
    configured = config["features"]
    return Recipe(
        view=named["view"],
        features=reading.features,
        offset=configured["offset"] if reading.offset is None else reading.offset,
        learn_offset=configured["learn_offset"] if reading.learn_offset is None else reading.learn_offset,
        **numbers,
    )


def in_batches(inversion: str, batch_size: int, learning_rate: float) -> str:
    """Return the name of ``inversion`` trained in other steps."""
    return f"{inversion}_batch{batch_size}_rate{targets.spelt(learning_rate)}"
