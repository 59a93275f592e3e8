"""Target classifiers by name: those of the configuration, those derived from them, and those one can only ask.

A name under ``classifiers`` may be followed by ``_k5_draw2``: five of its classes, the second draw of them, and a
hidden layer narrower in proportion; then by ``_fixed``: that layer kept as wide as with all classes; or by
``_joint0.5``: trained together with an inverter, whose error weighs 0.5. One name is one folder of results, and every
rule reads what it means here. A name under ``asked`` has nothing derived from it (`asked`).
"""

import re
from dataclasses import dataclass, replace

from obverse import asked

# A number has one spelling (no 05, no 0.50), so that a target has one name.
_COUNT, _WEIGHT = r"[1-9][0-9]*", r"(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?"
_DERIVED = re.compile(
    rf"(?:_k(?P<k>{_COUNT})_draw(?P<draw>{_COUNT})(?P<fixed>_fixed)?)?(?:_joint(?P<weight>{_WEIGHT}))?"
)
SUBSET = rf"(_k{_COUNT}_draw{_COUNT}(_fixed)?)?"  # the same, for wildcards
JOINTLY = rf"_joint{_WEIGHT}"


@dataclass(frozen=True)
class Target:
    """One target classifier: which images of which classes it learns, its network, and how it is trained.

    ``base`` is the name under ``classifiers``. ``identities`` are the classes where they are given, else ``classes``
    are drawn, draw number ``draw``. ``joint`` is the weight of an inverter trained with it, None where there is none.
    """

    name: str
    base: str
    dataset: str
    classes: int
    identities: tuple[str, ...]
    draw: int
    joint: float | None
    member_fraction: float
    width: int
    hidden: int
    epochs: int
    minimum_steps: int
    batch_size: int
    learning_rate: float

    @property
    def role(self) -> str:
        """Return what its data set is as the configuration has it."""
        return role(self.dataset)

    @property
    def divided_as(self) -> str:
        """Return the name under which its members are told from held-out images: joint training changes nothing."""
        return self.name.partition("_joint")[0]

    @property
    def splits(self) -> str:
        """Return where it stands who is a member."""
        return f"results/classifiers/{self.divided_as}/splits.parquet"


def role(dataset: str) -> str:
    """Return what a data set is as the configuration has it: ``celeba`` of ``celeba_minmax``."""
    return dataset.partition("_")[0]


def entry(config: dict, name: str) -> dict:
    """Return one entry of ``classifiers``, what it leaves to the entry it is ``like`` filled in."""
    own = config["classifiers"][name]
    below = config["classifiers"][own["like"]] if "like" in own else {}
    return {key: value for key, value in (below | own).items() if key != "like"}


def target(config: dict, name: str) -> Target | asked.Asked:
    """Return the target called ``name``; raise `KeyError` when neither configured nor derived from a configured one."""
    if name in config["asked"]:
        return asked.target(config, name)
    base, derived = _parse(config, name)
    chosen = entry(config, base)
    identities = tuple(chosen.pop("identities", ()))
    found = Target(name=name, base=base, identities=identities, draw=0, joint=None, **chosen)
    if derived["k"]:
        found = replace(found, classes=int(derived["k"]), draw=int(derived["draw"]))
        if not derived["fixed"]:
            found = replace(found, hidden=max(1, round(found.hidden * found.classes / chosen["classes"])))
    if derived["weight"]:
        found = replace(found, joint=float(derived["weight"]))
    return found


def dataset(config: dict, name: str) -> str:
    """Return the data set of the target called ``name``; raise `KeyError` as `target` does."""
    return entry(config, _parse(config, name)[0])["dataset"]


def is_known(config: dict, name: str) -> bool:
    """Return whether ``name`` is that of a target trained here."""
    try:
        _parse(config, name)
    except KeyError:
        return False
    return True


def is_trained(config: dict, name: str) -> bool:
    """Return whether `inverter_training` finds how inverters of a known target are trained."""
    base, _ = _parse(config, name)
    return bool({base, config["classifiers"][base].get("like")} & set(config["inverters"]))


def inverter_training(config: dict, name: str) -> dict:
    """Return how inverters of a target are trained: the entry of its base, or of what that is like."""
    if name in config["asked"]:
        return config["audit"]["inverter"]
    base, _ = _parse(config, name)
    known = config["inverters"]
    return known[base] if base in known else known[config["classifiers"][base]["like"]]


def evaluator(config: dict, dataset: str) -> dict:
    """Return how the evaluation classifier of a data set is trained; raise `KeyError` for one that has none."""
    if dataset in config["evaluators"]:
        return config["evaluators"][dataset]
    if dataset in judged(config):
        return config["audit"]["evaluator"]
    raise KeyError(dataset)


def judged(config: dict) -> list[str]:
    """Return the data sets that have an evaluation classifier: the victims' of every target."""
    return [*config["evaluators"], *(asked.target(config, name).dataset for name in config["asked"])]


def drawn(name: str, k: int, draw: int, fixed: bool = False) -> str:
    """Return the name of the target that knows ``k`` of the classes of ``name``."""
    return f"{name}_k{k}_draw{draw}{'_fixed' * fixed}"


def joint(name: str, weight: float) -> str:
    """Return the name of the target trained together with an inverter whose error weighs ``weight``."""
    return f"{name}_joint{spelt(weight)}"


def spelt(number: float) -> str:
    """Return the one spelling of a number in names: without an exponent, and without zeros at its end."""
    return f"{number:.12f}".rstrip("0").rstrip(".")


def subset(name: str) -> str:
    """Return what a derived name says of its classes (``_k5_draw2``), or nothing."""
    found = re.search(r"_k\d+_draw\d+(_fixed)?", name)
    return found[0] if found else ""


def auxiliary(config: dict, name: str) -> dict:
    """Return an auxiliary set: owner, validation_fraction and parts.

    A derived name, as ``same_digits_k5_draw2``, takes its parts of a classifier's images from the classifier of the
    same classes; a target one can only ask has one of its own name. Raises `KeyError` for a name that is none of these.
    """
    if name in config["asked"]:
        return asked.auxiliary(config, name)
    classes = "" if name in config["auxiliaries"] else subset(name)
    chosen = config["auxiliaries"][name.removesuffix(classes)]
    parts = [
        part | ({"classifier": part["classifier"] + classes} if "classifier" in part else {})
        for part in chosen["parts"]
    ]
    return chosen | {"parts": parts}


def auxiliary_for(config: dict, name: str, classifier: str) -> str:
    """Return the name of the auxiliary set ``name`` against ``classifier``: derived where it follows its classes."""
    follows = any("classifier" in part for part in auxiliary(config, name)["parts"])
    return name + subset(classifier) * follows


def _parse(config: dict, name: str) -> tuple[str, dict[str, str | None]]:
    for base in sorted(config["classifiers"], key=len, reverse=True):
        derived = _DERIVED.fullmatch(name.removeprefix(base)) if name.startswith(base) else None
        if derived is not None:
            return base, derived.groupdict()
    raise KeyError(name)
