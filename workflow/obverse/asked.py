"""Targets one can only ask, by name: those under ``asked`` in the configuration.

Each has two data sets, the user's folders: ``<name>-images``, labelled, whose people are the victims, and
``<name>-auxiliary``, what an adversary might hold. Every rule that attacks a target trained here attacks these too.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from obverse import policies
from obverse.readings import COLOURS

IMAGES, AUXILIARY = "images", "auxiliary"
SERVICE = "rekognition"  # that results of section 5.7 are called by
DATASET = rf"-({IMAGES}|{AUXILIARY})"  # what follows a target's name in that of a data set, for wildcards

# What an entry may leave out; the schema, which is the manual, says the same (tests/unit/test_asked.py).
DEFAULTS = {
    "model": "",
    "architecture": "",
    "output": "",
    "endpoint": {},
    "colour": "rgb",
    "mean": [0],
    "deviation": [255],
    "resize": "bilinear",
    "scale": "probabilities",
    "names": [],
    "releases": "full",
    "trained_on": True,
    "max_questions": 100_000,
    "price_usd": 0,
    "max_cost_usd": 0,
    "confirm_spend": False,
}
_A_CHANNEL = ("mean", "deviation")  # one number for all, or a list of one a channel
ENDPOINT_DEFAULTS = {
    "body": "",
    "scores": "",
    "authorization": "",
    "connections": 8,
    "timeout_seconds": 30,
    "attempts": 4,
}


@dataclass(frozen=True)
class Asked:
    """One target that is asked: how many ``classes`` it tells apart, and the data set of its victims."""

    name: str
    classes: int
    identities: tuple[str, ...] = ()  # as of a target trained here; which of them a folder has is not known before
    joint: float | None = None

    @property
    def dataset(self) -> str:
        """Return the data set of its victims."""
        return f"{self.name}-{IMAGES}"

    @property
    def role(self) -> str:
        """Return the same: its data sets are nobody else's."""
        return self.dataset

    @property
    def divided_as(self) -> str:
        """Return the name under which its victims are listed."""
        return self.name

    @property
    def splits(self) -> str:
        """Return where it stands who its victims are."""
        return f"results/classifiers/{self.name}/splits.parquet"


def entry(config: dict, name: str) -> dict:
    """Return what the configuration says of a target, what it leaves out filled in; a mean, a deviation as a list."""
    filled = DEFAULTS | config["asked"][name]
    filled |= {key: value if isinstance(value := filled[key], list) else [value] for key in _A_CHANNEL}
    return filled | {"endpoint": ENDPOINT_DEFAULTS | filled["endpoint"] if filled["endpoint"] else {}}


def target(config: dict, name: str) -> Asked:
    """Return the target called ``name``; raise `KeyError` where there is none."""
    return Asked(name, config["asked"][name]["classes"])


def auxiliary(config: dict, name: str) -> dict:
    """Return the auxiliary set of the target called ``name``, as `targets.auxiliary` does."""
    held = {"dataset": f"{name}-{AUXILIARY}"}
    return {"owner": "adversary", "validation_fraction": config["audit"]["validation_fraction"], "parts": [held]}


def of_dataset(dataset: str) -> tuple[str, str]:
    """Return whose a data set is, and which of the target's two folders it comes from."""
    name, _, which = dataset.rpartition("-")
    return name, which


def clashes(config: dict) -> Iterator[tuple[str, str, str]]:
    """Yield each name that something else has: which key, what is wrong, what to do."""
    for group in ("classifiers", "asked"):
        if SERVICE in config[group]:
            yield f"{group}.{SERVICE}", "results of section 5.7 are called by this name", "Give it another."
    for group in ("classifiers", "auxiliaries", "datasets"):
        for name in config["asked"].keys() & config[group].keys():
            problem = f"{name!r} is a name under {group} too"
            yield f"asked.{name}", problem, "Give it another: results are called by it."


def contradictions(config: dict) -> Iterator[tuple[str, str, str]]:
    """Yield where what is said of a target cannot be: which key, what is wrong, what to do."""
    listed = config["audit"]["policies"]
    for place, view in enumerate(listed):
        for before in listed[:place]:
            if policies.contains(view, before):
                problem = f"{view!r} stands after {before!r}, which can be made of it"
                yield "audit.policies", problem, "Name them once each, the most permissive first."
    for name in config["asked"]:
        where, chosen = f"asked.{name}", entry(config, name)
        if bool(chosen["model"]) == bool(chosen["endpoint"]):
            found = "both" if chosen["model"] else "neither"
            yield where, f"expected a model or an endpoint, found {found}", "Set model: a file, or endpoint: {url: …}."
        if len(chosen["names"]) not in (0, chosen["classes"]):
            problem = f"{len(chosen['names'])} names, but there are {chosen['classes']} classes"
            yield f"{where}.names", problem, "Name every class, in the order of scores, or none."
        yield from _places(config, where, chosen)
        yield from _reading(where, chosen)
        yield from _release(where, chosen)


def _reading(where: str, chosen: dict) -> Iterator[tuple[str, str, str]]:
    channels = COLOURS[chosen["colour"]]
    for key in _A_CHANNEL:
        if len(chosen[key]) not in (1, channels):
            problem = f"{len(chosen[key])} numbers, but {chosen['colour']} has {channels} channels"
            yield f"{where}.{key}", problem, "Give one for all channels, or one for each."
    if chosen["endpoint"] and (chosen["colour"], chosen["mean"], chosen["deviation"]) not in (
        ("grey", [0], [255]),
        ("rgb", [0], [255]),
    ):
        problem = "an endpoint is sent a picture, grey or rgb, and scales it by itself"
        yield where, problem, "Leave out mean and deviation, and set colour: grey or rgb."
    suffix = PurePath(chosen["model"]).suffix
    for key, kind in (("architecture", ".safetensors"), ("output", ".onnx")):
        if chosen[key] and suffix != kind:
            problem = f"{chosen[key]!r} says something of {kind} files, but the target is {suffix or 'no file'}"
            yield f"{where}.{key}", problem, "Leave it out."


def _places(config: dict, where: str, chosen: dict) -> Iterator[tuple[str, str, str]]:
    """The user's own files lie outside results/, which rules write and purge deletes."""
    for key in ("images", "auxiliary", "model"):
        path = os.path.relpath(chosen[key] or ".")  # of an absolute one too, from the working directory
        if chosen[key].startswith("~"):
            problem = f"{chosen[key]!r} begins with ~, which only a shell understands"
            yield f"{where}.{key}", problem, "Write the whole path."
        elif PurePath(path).parts[:1] == ("results",):
            made = key == "model" or path in {f"results/pictures/{name}" for name in config["auxiliaries"]}
            if not made or path != chosen[key]:
                problem = f"{chosen[key]!r} lies under results/, which rules write and purge deletes"
                yield f"{where}.{key}", problem, "Keep what is yours elsewhere."


def _release(where: str, chosen: dict) -> Iterator[tuple[str, str, str]]:
    released = policies.policy(chosen["releases"])
    if chosen["scale"] == "logits" and chosen["releases"] != "full":
        problem = f"logits become probabilities when all are known, but it releases {chosen['releases']!r}"
        yield f"{where}.scale", problem, "Logits need releases: full."
    if (released.scores or 0) >= chosen["classes"]:
        whole = "full" if released.digits is None else f"round{released.digits}"
        problem = f"{chosen['releases']!r} asks for {released.scores} of {chosen['classes']} scores"
        yield f"{where}.releases", problem, f"All of them are called {whole}."
