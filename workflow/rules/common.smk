# What all rules share; no rules here.
import json
import os
import shlex
import shutil
import sys
from pathlib import Path

BASE = Path(workflow.basedir)
# The package beside this Snakefile, not one installed from another checkout: what the digests describe is what runs.
sys.path.insert(0, str(BASE / "workflow"))
# And NumPy's products on one thread: their last digits depend on how many there are.
shell.prefix(f"export PYTHONPATH={shlex.quote(str(BASE / 'workflow'))} OPENBLAS_NUM_THREADS=1; ")

from obverse import locks, settings
from obverse.attacks import FEATURES, FLOORS, Attack, compared
from obverse.errors import UnusableInput
from obverse.provenance import code

try:
    settings.check(config)
except UnusableInput as error:
    print(f"config: {error}", file=sys.stderr)
    sys.exit(1)  # an exception would bury two lines in Snakemake's account of where it was raised

ALIVE, removed = locks.clear_stale(Path(".snakemake"))  # kept open: the lock lives as long as this process
if removed:
    print("A run was killed here; its lock is removed, and what it left half-done is done again.", file=sys.stderr)


# Jobs that train share one GPU one after the other (profiles/default limits it); without one they share the cores.
GPU = int(shutil.which("nvidia-smi") is not None)


wildcard_constraints:
    dataset="facescrub|celeba|mnist|cifar10_[0-9]+",
    classifier="|".join(config["classifiers"]),
    auxiliary="|".join(config["auxiliaries"]),
    inversion=f"({'|'.join(FEATURES)})_(full|m[0-9]+)",
    floor="|".join(FLOORS),
    seed="[0-9]+",
    view="full|m[0-9]+",


def resource(name: str) -> str:
    """Return the path of a committed file, relative: an absolute one would make a renamed checkout look changed."""
    return os.path.relpath(BASE / "resources" / name)


def official(*roles: str) -> str:
    """Return a pattern of those roles whose files the user provides; one that matches nothing where there are none."""
    return "|".join(role for role in roles if config["datasets"][role]["source"] == "official") or "(?!)"


def given_file(wildcards) -> list[str]:
    """Return the user's file, so that a changed one is noticed; a missing one is for the job to explain."""
    folder = config["datasets"][wildcards.role]["folder"]
    path = Path(folder) / wildcards.file
    return [str(path)] if folder and path.is_file() else []


def dataset_of(classifier: str) -> str:
    """Return the data set a target is trained on."""
    return config["classifiers"][classifier]["dataset"]


def unseen(dataset: str) -> list[str]:
    """Return what a data set's source lists without an image: FaceScrub's lists name more than can be fetched."""
    return ["results/datasets/facescrub/rejected.csv"] if dataset == "facescrub" else []


def auxiliary_datasets(auxiliary: str) -> list[str]:
    """Return the data sets an auxiliary set takes images from, each once."""
    return list(dict.fromkeys(part["dataset"] for part in config["auxiliaries"][auxiliary]["parts"]))


def training(group: str, key: str):
    """Return a params function: one training number of the target named by the wildcard."""
    return lambda wildcards: config[group][wildcards.classifier][key]


def offset(key: str, none):
    """Return a params function: a number of the paper's constant, or ``none`` for features that have no such constant."""
    return lambda wildcards: config["features"][key] if wildcards.inversion.startswith("aligned") else none


def splits_if_own(wildcards) -> list[str]:
    """Return the splits of a target when predicting its own data set, which is where labels come from."""
    own = wildcards.dataset == dataset_of(wildcards.classifier)
    return [f"results/classifiers/{wildcards.classifier}/splits.parquet"] if own else []


def parts(wildcards, key: str, otherwise: str | None = None) -> list[str]:
    """Return one key of each part of an auxiliary set; a part without it gives ``otherwise``, or nothing."""
    found = (part.get(key, otherwise) for part in config["auxiliaries"][wildcards.auxiliary]["parts"])
    return [value for value in found if value is not None]


def auxiliary_inputs(file: str):
    """Return an input function: ``file`` of each data set an auxiliary set takes images from."""
    return lambda wildcards: [
        f"results/datasets/{dataset}/{file}" for dataset in auxiliary_datasets(wildcards.auxiliary)
    ]


def auxiliary_predictions(wildcards) -> list[str]:
    """Return what the target says of the adversary's images; refuse a pair in which he would hold members."""
    for where, problem, remedy in settings.members(config, "this run", wildcards.classifier, wildcards.auxiliary):
        raise UnusableInput(where, problem, remedy)
    return [
        f"results/predictions/{wildcards.classifier}/seed{wildcards.seed}/{dataset}.parquet"
        for dataset in auxiliary_datasets(wildcards.auxiliary)
    ]


def stand_in(role: str, path: str) -> list[str]:
    """Return ``path`` when a stand-in plays the role, nothing when the files are official."""
    return [] if config["datasets"][role]["source"] == "official" else [path]


def shown(*roles: str) -> list[str]:
    """Return those roles whose pictures a report may hold: nobody's, or anybody's if config says so."""
    return [role for role in roles if config["show_faces"] or config["datasets"][role]["source"] != "official"]


def stand_ins(*roles: str) -> list[str]:
    """Return a note of which of the roles stand-ins play, where any does."""
    played = {
        "rendered": "rendered faces, nobody's picture",
        "bundled": "scikit-learn's 8 × 8 digits",
    }
    sources = {role: config["datasets"][role]["source"] for role in roles}
    said = [f"{role}: {played[source]}" for role, source in sources.items() if source in played]
    return ["Stand-ins: " + "; ".join(said)] if said else []


def victims_of(figure: str) -> str:
    """Return the data set whose people a figure shows."""
    return dataset_of(config["figures"][figure]["classifier"])


def attacks(figure: str, seeds: list[int]) -> list[tuple[Attack, int]]:
    """Return each attack of a figure with each training seed."""
    return [(attack, seed) for attack in compared(config, figure) for seed in seeds]


def attack_files(figure: str, seeds: list[int], product: str, suffix: str) -> list[str]:
    """Return a product of each attack of a figure, in the order of `attacks`."""
    chosen = config["figures"][figure]
    return [attack.path(product, chosen, victims_of(figure), seed, suffix) for attack, seed in attacks(figure, seeds)]


def floor_files(figure: str) -> list[str]:
    """Return the scores of the floors, in the order of `FLOORS`."""
    chosen = config["figures"][figure]
    where = f"results/scores/{chosen['classifier']}/{chosen['auxiliary']}"
    return [f"{where}/{floor}/{victims_of(figure)}.nothing.parquet" for floor in FLOORS]


def origin(figure: str) -> str:
    """Return what a figure must say of its pictures: which roles stand-ins play, and whose the auxiliary set is."""
    chosen = config["figures"][figure]
    roles = dict.fromkeys([victims_of(figure), *auxiliary_datasets(chosen["auxiliary"])])
    notes = stand_ins(*roles)
    if {"facescrub", "celeba"} <= set(roles) and config["datasets"]["celeba"]["overlap"] == "none":
        notes.append("people of FaceScrub were not looked for in CelebA")
    for part in config["auxiliaries"][chosen["auxiliary"]]["parts"]:
        if part.get("classifier") == chosen["classifier"]:
            side = part["split"].replace("_", "-")
            notes.append(f"the inverter was trained on the {side} pictures")
    if config["auxiliaries"][chosen["auxiliary"]]["owner"] == "target_owner":
        notes.append("the auxiliary set is the target owner's and may hold members")
    return " — ".join(notes)
