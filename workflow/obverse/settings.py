"""Checks of the configuration that are made before any work starts.

The schema says what one key may hold; what keys must be to each other is said here.
"""

import difflib
import math
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import yaml

from obverse.errors import UnusableInput

_SCHEMA = Path(__file__).parents[1] / "config.schema.yaml"


def _is_finite_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


# JSON counts 1.0 as an integer; here a seed of 1.0 would become part of a path. YAML has .nan and .inf, JSON does not.
_VALIDATOR = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": lambda _, value: type(value) is int, "number": lambda _, value: _is_finite_number(value)}
    ),
)


def check(config: dict) -> None:
    """Raise `UnusableInput` in two lines for the first thing in ``config`` that cannot work."""
    schema = yaml.safe_load(_SCHEMA.read_text())
    error = jsonschema.exceptions.best_match(_VALIDATOR(schema).iter_errors(config))
    if error is not None:
        where = ".".join(str(key) for key in error.absolute_path) or "top level"
        raise UnusableInput(where, *_explain(error))
    for where, problem, remedy in _contradictions(config):
        raise UnusableInput(where, problem, remedy)


def _explain(error: jsonschema.ValidationError) -> tuple[str, str]:
    """Return what is wrong with one value, and what the schema says the value means."""
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        unknown = next(key for key in error.instance if key not in known)
        near = difflib.get_close_matches(str(unknown), known, n=1)
        guess = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(known)}."
        return (
            f"unknown key {unknown!r}",
            f"{guess[0].upper()}{guess[1:]} Keys are described in workflow/config.schema.yaml.",
        )
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"key {missing!r} is missing", "Keys are described in workflow/config.schema.yaml."
    if error.validator == "type" and _spells_number(error.instance):
        return f"{error.instance!r} is a word", "YAML reads 1e-3 as one: write 0.001, or 1.0e-3."
    meaning = error.schema.get("description") if isinstance(error.schema, dict) else None
    return f"{error.message} (found {error.instance!r})", meaning or "See workflow/config.schema.yaml."


def _spells_number(value: object) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def _contradictions(config: dict) -> Iterator[tuple[str, str, str]]:
    yield from _classes(config)
    yield from _pictures(config)
    yield from _auxiliaries(config)
    for figure, chosen in config["figures"].items():
        where = f"figures.{figure}"
        for kind, group in (("classifier", "classifiers"), ("classifier", "inverters"), ("auxiliary", "auxiliaries")):
            if chosen[kind] not in config[group]:
                known = ", ".join(config[group])
                yield f"{where}.{kind}", f"{chosen[kind]!r} is no name under {group}", f"Known: {known}."
                return
        classes = config["classifiers"][chosen["classifier"]]["classes"]
        if max(chosen["m"]) > classes:
            yield (
                f"{where}.m",
                f"m = {max(chosen['m'])}, but {chosen['classifier']!r} gives prediction vectors of {classes} scores",
                f"Choose every m between 1 and {classes}.",
            )
        twice = set(chosen["methods"]) & set(chosen.get("methods_at_full", []))
        if twice:
            yield f"{where}.methods_at_full", f"{min(twice)!r} is among methods already", "Name each method once."
        if chosen.get("victims", 0) > classes:
            yield f"{where}.victims", f"{chosen['victims']} people, but there are {classes}", "Show fewer."
        yield from members(config, where, chosen["classifier"], chosen["auxiliary"])
        yield from _same_size(config, where, chosen["classifier"], chosen["auxiliary"])


def _classes(config: dict) -> Iterator[tuple[str, str, str]]:
    rendered, faces = config["rendered"], config["datasets"]["facescrub"]["source"] == "rendered"
    for name, classifier in config["classifiers"].items():
        served = {"mnist": 10, "facescrub": rendered["facescrub"]["identities"] if faces else None}[
            classifier["dataset"]
        ]
        if served is not None and classifier["classes"] > served:
            more = ", or more identities under rendered.facescrub" if classifier["dataset"] == "facescrub" else ""
            yield (
                f"classifiers.{name}.classes",
                f"{classifier['classes']} classes, but {classifier['dataset']} as configured holds {served}",
                f"Choose at most {served}{more}.",
            )
    if rendered["celeba"]["shared"] > min(rendered["celeba"]["identities"] - 1, rendered["facescrub"]["identities"]):
        yield (
            "rendered.celeba.shared",
            f"{rendered['celeba']['shared']} shared people are more than FaceScrub's, or all of CelebA's",
            "Leave CelebA at least one person who is not in FaceScrub, or nothing is left to train on.",
        )


def _pictures(config: dict) -> Iterator[tuple[str, str, str]]:
    left, top, right, bottom = config["datasets"]["celeba"]["box"]
    if not (left < right <= 178 and top < bottom <= 218):
        yield (
            "datasets.celeba.box",
            f"{[left, top, right, bottom]} is no box within a picture of 178 × 218 pixels",
            "Give left, top, right, bottom with left < right ≤ 178 and top < bottom ≤ 218.",
        )
    celeba = config["datasets"]["celeba"]
    if (celeba["source"], celeba["overlap"], config["embedder"]["model"]) == ("official", "embeddings", ""):
        yield (
            "embedder.model",
            "the project's own model was trained on rendered faces and cannot tell real people apart",
            "Name an ONNX or safetensors file of a face embedder and its sha256, or compare names.",
        )
    faults = config["rendered"]["facescrub"]
    if faults["dead_urls"] + faults["wrong_hashes"] >= 1:
        yield (
            "rendered.facescrub",
            "dead_urls and wrong_hashes leave no picture to train on",
            "Lower them: 0.03 and 0.01.",
        )


def _auxiliaries(config: dict) -> Iterator[tuple[str, str, str]]:
    for name, auxiliary in config["auxiliaries"].items():
        where = f"auxiliaries.{name}"
        seen: list[dict] = []
        for part in auxiliary["parts"]:
            if "classifier" in part and part["classifier"] not in config["classifiers"]:
                known = ", ".join(config["classifiers"])
                yield where, f"{part['classifier']!r} is no name under classifiers", f"Known: {known}."
                return
            target = config["classifiers"][part["classifier"]]["dataset"] if "classifier" in part else part["dataset"]
            if target != part["dataset"]:
                problem = (
                    f"{part['dataset']} has no {part['split']} images of {part['classifier']!r}, which knows {target}"
                )
                yield where, problem, f"Take them from {target}."
            if any(_overlap(part, other) for other in seen):
                problem = f"{part['dataset']} is taken twice: an image could train and choose the epoch"
                yield where, problem, "Take each image once."
            seen.append(part)


def _overlap(part: dict, other: dict) -> bool:
    """Whether two parts can hold one image: they cannot when they are two splits of one target."""
    disjoint = part.get("classifier") == other.get("classifier") and part.get("split") != other.get("split")
    return part["dataset"] == other["dataset"] and not (disjoint and "classifier" in part)


def members(config: dict, figure: str, classifier: str, auxiliary: str) -> Iterator[tuple[str, str, str]]:
    """An adversary must not hold what the target was trained on; a figure may only say so of the target's owner."""
    chosen = config["auxiliaries"][auxiliary]
    for part in chosen["parts"]:
        same = part["dataset"] == config["classifiers"][classifier]["dataset"]
        held_out = part.get("classifier") == classifier and part.get("split") == "held_out"
        if same and not held_out and chosen["owner"] == "adversary":
            yield (
                f"auxiliaries.{auxiliary}",
                f"{figure} attacks {classifier!r}, and this set may hold images it was trained on",
                f"Take only `classifier: {classifier}, split: held_out` of it, or set owner: target_owner.",
            )


def _same_size(config: dict, figure: str, classifier: str, auxiliary: str) -> Iterator[tuple[str, str, str]]:
    """Images of the target and of the adversary must be of one size: one network sees both."""
    target = config["classifiers"][classifier]["dataset"]
    for part in config["auxiliaries"][auxiliary]["parts"]:
        sizes = [config["datasets"][dataset]["size"] for dataset in (target, part["dataset"])]
        if sizes[0] != sizes[1]:
            yield (
                f"datasets.{part['dataset']}.size",
                f"{sizes[1]} pixels, but {figure} needs it to be {target}'s {sizes[0]}",
                "Give both data sets one size.",
            )
