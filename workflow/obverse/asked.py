"""Targets one can only ask, by name: those under ``asked`` in the configuration.

Each has two data sets, the user's folders: ``<name>-images``, labelled, whose people are the victims, and
``<name>-auxiliary``, what an adversary might hold. Every rule that attacks a target trained here attacks these too.
"""

from dataclasses import dataclass

IMAGES, AUXILIARY = "images", "auxiliary"
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
    """Return what the configuration says of a target, what it leaves out filled in."""
    own = config["asked"][name]
    filled = DEFAULTS | own
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
