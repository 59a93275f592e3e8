"""Which attacks are compared where the paper is silent or contradicts itself; docs/decisions.md has the decisions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from obverse import pairings, recipes, targets
from obverse.attacks import Attack, attack
from obverse.inventory import Contradiction

CHECKPOINT = "checkpoint"  # the ablation of which epoch is kept: its further variants stand in a trace, not in scores


@dataclass(frozen=True)
class Variant:
    """One way of doing it: ``decided`` is the project's; others of its ablation, m and k are held against it."""

    ablation: str
    name: str
    decided: bool
    attack: Attack


def variants(config: dict) -> list[Variant]:
    """Return every variant that scores are asked for, ablation by ablation, what was decided first."""
    return [
        *_prior(config),
        *_offset(config),
        *_rows(config, "digits"),
        *_rows(config, "pixels"),
        Variant(CHECKPOINT, "lowest on the auxiliary set", True, _attack(config, "aligned")),
        *_batches(config),
        *_hidden(config),
    ]


def pairs(config: dict) -> dict[tuple[str, str], str]:
    """Return each target and auxiliary set that ablations bring together, as they are named, and the key that does."""
    chosen = config["ablations"]
    rows = [(key, row) for key in ("digits", "pixels") for row in chosen[key]]
    brought = {(row["classifier"], row["auxiliary"]): f"ablations.{key}" for key, row in rows}
    return brought | {(chosen["classifier"], chosen["auxiliary"]): "ablations"}


def contradictions(config: dict) -> Iterator[Contradiction]:
    """Yield each contradiction in ``ablations`` of a configuration in which all names are known."""
    chosen = config["ablations"]
    if chosen["classifier"] not in config["classifiers"]:
        problem = f"{chosen['classifier']!r} is derived from another, and fewer classes are to be drawn of it"
        yield "ablations.classifier", problem, "Name one that stands under classifiers."
        return
    yield from _twice(config)
    for key in ("digits", "pixels"):
        if len({targets.target(config, row["classifier"]).classes for row in chosen[key]}) > 1:
            problem = "the targets know different numbers of classes"
            yield f"ablations.{key}", problem, "Compare targets of equally many."
    for (classifier, auxiliary), where in pairs(config).items():
        yield from pairings.contradictions(config, where, classifier, auxiliary)
    classes = targets.target(config, chosen["classifier"]).classes
    for key in ("m", "offset_m"):
        if max(chosen[key]) > classes:
            problem = f"m = {max(chosen[key])}, but {chosen['classifier']!r} gives vectors of {classes} scores"
            yield f"ablations.{key}", problem, f"Choose every m between 1 and {classes}."
    if max(chosen["k"]) >= classes:
        problem = f"k = {max(chosen['k'])}, but of its {classes} classes {chosen['classifier']!r} must leave some out"
        yield "ablations.k", problem, f"Choose every k between 2 and {classes - 1}: with all, both widths are one."


def _twice(config: dict) -> Iterator[Contradiction]:
    """Yield each name that two variants of one ablation have."""
    named = [(one.ablation, one.name, one.attack.m, one.attack.classifier) for one in variants(config)]
    for ablation, name, *_ in dict.fromkeys(one for one in named if named.count(one) > 1):
        key = {"batch": "batches", "hidden": "k", "prior": "m", "offset": "offset_m"}.get(ablation, ablation)
        yield f"ablations.{key}", f"two variants are called {name!r}", "Name each once; the decided one is among them."


def _attack(config: dict, method: str, m: int | None = None, classifier: str = "") -> Attack:
    chosen = config["ablations"]
    return attack(config, classifier or chosen["classifier"], chosen["auxiliary"], method, m)


def _prior(config: dict) -> Iterator[Variant]:
    for m in config["ablations"]["m"]:
        decided, raw = _attack(config, "prior", m), _attack(config, "raw")
        through = decided.view if decided.view == "full" else f"{decided.view}zeros"
        yield Variant("prior", "P1: 0 after the logarithm", True, decided)
        yield Variant("prior", "P2: through the logarithm", False, replace(decided, view=through))
        yield Variant("prior", "P3: raw probabilities", False, replace(raw, m=m, view=decided.view))
        yield Variant("prior", "no prior attack: aligned", False, _attack(config, "aligned", m))


def _offset(config: dict) -> Iterator[Variant]:
    c = config["features"]["offset"]
    learnt = f"c learnt from {c:g}"
    named = {learnt if config["features"]["learn_offset"] else f"c = {c:g}": "aligned"}
    for name, method in ((learnt, "learnable"), ("c learnt from 0", "learnable0"), ("centred", "centred")):
        named.setdefault(name, method)  # the configuration may have made one of them the decision
    for m in config["ablations"]["offset_m"]:
        for name, method in named.items():
            yield Variant("offset", name, method == "aligned", _attack(config, method, m))


def _rows(config: dict, key: str) -> Iterator[Variant]:
    for place, row in enumerate(config["ablations"][key]):
        shown = attack(config, row["classifier"], row["auxiliary"], "aligned")
        yield Variant(key, row["label"], place == 0, shown)


def _batches(config: dict) -> Iterator[Variant]:
    chosen = config["ablations"]
    usual, decided = targets.inverter_training(config, chosen["classifier"]), _attack(config, "aligned")
    yield Variant("batch", _steps(usual), True, decided)
    for steps in chosen["batches"]:
        inversion = recipes.in_batches(decided.inversion, steps["batch_size"], steps["learning_rate"])
        yield Variant("batch", _steps(steps), False, replace(decided, inversion=inversion))


def _steps(training: dict) -> str:
    return f"{training['batch_size']} at {training['learning_rate']:g}"


def _hidden(config: dict) -> Iterator[Variant]:
    chosen = config["ablations"]
    for k in chosen["k"]:
        for name, fixed in (("five per class", False), ("as with all classes", True)):
            classifier = targets.drawn(chosen["classifier"], k, 1, fixed)
            yield Variant("hidden", name, not fixed, _attack(config, "aligned", classifier=classifier))
