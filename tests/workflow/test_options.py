"""Every key of config.yaml does something, and only where it should."""

import copy
from pathlib import Path

import pytest
import yaml

import planning
from obverse.commands.preflight import merged

EXPECTED = Path(__file__).with_name("options.yaml")  # read it: is each key felt where it should be, and nowhere else?
TARGETS = [
    "all",
    "results/datasets/cifar10_32/samples.parquet",
    "results/classes/faces/seed1/generic.count.csv",
    "results/angles/datasets/facescrub/images.parquet",
    "results/ablations.png",
    "results/audit/example/card.html",
    "results/rekognition/celeba.parquet",
    "results/archive.zip",
]

# They steer how the network is used, or mark consent; what comes of a run does not depend on them.
OPERATIONAL = {
    "datasets.facescrub.contact",
    "datasets.facescrub.connections",
    "datasets.facescrub.connect_seconds",
    "datasets.facescrub.read_seconds",
    "datasets.facescrub.timeout_seconds",
    "poses.timeout_seconds",
    "datasets.celeba.download",
    "datasets.mnist.download",
    "datasets.cifar10.download",
    "datasets.facescrub.decoders",
    "rekognition.connections",
    "rekognition.requests_per_second",
    "rekognition.timeout_seconds",
    "rekognition.attempts",
    "rekognition.price_usd",
    "rekognition.max_questions",
    "rekognition.max_cost_usd",
    "rekognition.confirm_spend",
}

# Values for keys where adding one, or flipping, would not make sense.
CHANGED = {
    "datasets.facescrub.source": "official",
    "datasets.celeba.source": "official",
    "datasets.mnist.source": "official",
    "datasets.cifar10.source": "official",
    "datasets.celeba.overlap": "none",
    "embedder.sha256": "0" * 64,
    "embedder.colour": "bgr",
    "embedder.threshold": 0.5,
    "poses.network": "fan",
    "poses.weights": "elsewhere",
    "poses.mode": "calibrate",
    "poses.overlap": "exclusive",
    "classifiers.faces.dataset": "mnist",
    "classifiers.digits.dataset": "facescrub",
    "figures.fig8.methods": ["aligned"],
    "figures.fig9.methods": ["aligned"],
    "figures.fig10.methods": ["aligned"],
    "figures.fig9.methods_at_full": [],
    "figures.fig10.methods_at_full": ["centred"],
    "figures.policies.methods": ["centred"],
    "figures.policies.views": ["full", "label"],
    "classifiers.faces_minmax.dataset": "facescrub",
    "auxiliaries.generic_minmax.parts": [{"dataset": "celeba"}],
    "ablations.offset_m": [2],
    "ablations.k": [3],
    "ablations.batches": [{"batch_size": 32, "learning_rate": 0.001}],
    "mi_face.costs": ["cross_entropy"],
    "asked.example.model": "results/classifiers/digits/seed1/weights.safetensors",
    "asked.example.architecture": "resnet18",
    "asked.example.colour": "rgb",
    "asked.example.scale": "probabilities",
    "asked.example.images": "results/pictures/same_faces",
    "asked.example.auxiliary": "results/pictures/distinct_faces",
    "rekognition.source": "official",
    "rekognition.region": "eu-west-1",
    "audit.policies": ["full", "label"],
    "audit.method": "aligned",
    "compute.precision": "bfloat16",
}


# The same for every key of that name, by the value it has.
CHANGED_BY_NAME = {
    "like": {"faces": "digits", "digits": "faces"},
    "owner": {"adversary": "target_owner", "target_owner": "adversary"},
    "classifier": {"faces": "digits", "digits": "faces"},
    "auxiliary": {"generic": "same_digits", "same_digits": "generic"},
    "prior_auxiliary": {"members": "members_half"},
}


def leaves(tree: dict, above: str = "") -> list[tuple[str, object]]:
    """Return each key that holds a value, with the path to it."""
    found = []
    for key, value in tree.items():
        where = f"{above}{key}"
        found += leaves(value, f"{where}.") if isinstance(value, dict) else [(where, value)]
    return found


def other(where: str, value: object) -> object:
    """Return another value for a key."""
    if where in CHANGED:
        return CHANGED[where]
    name = where.rpartition(".")[2]
    if name in CHANGED_BY_NAME:
        return CHANGED_BY_NAME[name][value]
    if name == "parts":
        return [{"dataset": "mnist" if value == [{"dataset": "celeba"}] else "celeba"}]
    if name == "rows":
        return value[:-1]
    if name in ("digits", "pixels"):
        return value[::-1]
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value * 1.25 if isinstance(value, float) else value + 1
    if isinstance(value, list):
        return [*value[:-1], str(int(value[-1]) - 1) if isinstance(value[-1], str) else value[-1] - 1]
    return {"bilinear": "area", "": "elsewhere"}[value]


def with_value(config: dict, where: str, value: object) -> dict:
    """Return ``config`` with one key changed."""
    changed = copy.deepcopy(config)
    *above, last = where.split(".")
    place = changed
    for key in above:
        place = place[key]
    place[last] = value
    return changed


def base_of(config: dict, where: str) -> dict:
    """Return the configuration in which a key means something: some only do for official data, or one method."""
    role = where.split(".")[1] if where.startswith("datasets.") else ""
    if where.endswith((".folder", ".download", ".accept_terms")):
        return with_value(config, f"datasets.{role}.source", "official")
    if where.startswith("embedder."):
        return with_value(config, "datasets.celeba.overlap", "embeddings")
    if where == "show_faces":
        return with_value(
            with_value(config, "datasets.celeba.source", "official"), "datasets.facescrub.source", "official"
        )
    if where in ("poses.weights", "poses.sha256"):
        return with_value(config, "poses.network", "fan")
    return config


@pytest.fixture(scope="module")
def tiny() -> dict:
    """Every key there is, with the numbers that make the smallest graph."""
    return merged([planning.BASE / "config.yaml", planning.BASE / "tests/config.tiny.yaml"])


def test_every_key_changes_what_these_rules_are_given(tiny: dict, tmp_path: Path):
    """A key that changes no rule's params and no rule's jobs is dead, unless it is known to be operational.

    What follows from these rules reruns too, by Snakemake's own reckoning: test_staleness.py shows it.
    """
    pairs = {}
    for where, value in leaves(tiny):
        base = base_of(tiny, where)
        pairs[where] = [spelt(config) for config in (base, with_value(base, where, other(where, value)))]
    needed = list(dict.fromkeys(config for pair in pairs.values() for config in pair))
    plans = dict(zip(needed, planning.unchecked(needed, tmp_path, TARGETS), strict=True))

    def concerned(before: dict, after: dict) -> list[str]:
        rules = (before.keys() | after.keys()) - {"record_config"}  # it holds every key
        return sorted(rule for rule in rules if before.get(rule) != after.get(rule))

    found = {where: concerned(*(plans[config] for config in pair)) for where, pair in pairs.items()}
    assert {where for where, rules in found.items() if not rules} == OPERATIONAL
    assert found == yaml.safe_load(EXPECTED.read_text())


def spelt(config: dict) -> str:
    return yaml.safe_dump(config, sort_keys=True)
