# What all rules share; no rules here.
import json
import os
import shlex
import sys
from pathlib import Path

BASE = Path(workflow.basedir)
# The package beside this Snakefile, not one installed from another checkout: what the digests describe is what runs.
sys.path.insert(0, str(BASE / "workflow"))

from obverse import (
    ablations,
    asked,
    contradictions,
    folders,
    locks,
    pairings,
    parameters,
    policies,
    provisions,
    recipes,
    records,
    settings,
    targets,
)
from obverse.attacks import CEILING, FLOORS, JOINT, Attack, compared, of_figure, rows
from obverse.errors import UnusableInput
from obverse.provenance import code

STATE = Path(".snakemake")

# NumPy's products on one thread: their last digits depend on how many there are.
shell.prefix(
    f"export PYTHONPATH={shlex.quote(str(BASE / 'workflow'))} OPENBLAS_NUM_THREADS=1"
    f" {records.VARIABLE}={records.FOLDER} {locks.STATE}={STATE}; "
)

try:
    settings.check(config)
except UnusableInput as error:
    print(f"config: {error}", file=sys.stderr)
    sys.exit(1)  # an exception would bury two lines in Snakemake's account of where it was raised

if workflow.is_main_process:
    locks.guard(workflow, STATE)
else:  # a job on a cluster, and with it its stages; what is locked stays open: the lock lives as long as this process
    ALIVE = locks.serve(STATE, os.environ.pop(locks.RUN, ""))


# The names of targets that are trained alone, of all that are trained, and of those one can only ask.
ALONE = f"({'|'.join(config['classifiers'])}){targets.SUBSET}"
TRAINED = f"{ALONE}({targets.JOINTLY})?"
ASKED = "|".join(config["asked"]) or "(?!)"


wildcard_constraints:
    dataset=f"(facescrub|celeba)(_minmax)?|mnist|cifar10_[0-9]+|({ASKED}){asked.DATASET}",
    classifier=f"{TRAINED}|{ASKED}",
    auxiliary=f"({'|'.join(config['auxiliaries'])}){targets.SUBSET}|{ASKED}",
    inversion=f"{recipes.PATTERN}|{JOINT}_full",
    seed="[0-9]+",
    view=policies.VIEW,


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


def target(name: str) -> targets.Target:
    """Return what a target's name means."""
    return targets.target(config, name)


def dataset_of(classifier: str) -> str:
    """Return the data set a target is trained on."""
    return target(classifier).dataset


def unseen(dataset: str) -> list[str]:
    """Return what a data set's source lists without an image: FaceScrub's lists name more than can be fetched."""
    return ["results/datasets/facescrub/rejected.csv"] if targets.role(dataset) == "facescrub" else []


def reserved(dataset: str) -> str:
    """Return where it stands which images of a data set are its evaluation classifier's alone."""
    return f"results/datasets/{targets.role(dataset)}/reserved.parquet"


def reserved_of(classifier: str) -> str:
    """Return the same of the data set a target is trained on."""
    return reserved(dataset_of(classifier))


def evaluator_of(classifier: str) -> str:
    """Return the evaluation classifier of a target's data set."""
    return f"results/evaluators/{target(classifier).role}/weights.safetensors"


def auxiliary_datasets(auxiliary: str) -> list[str]:
    """Return the data sets an auxiliary set takes images from, each once."""
    return list(dict.fromkeys(part["dataset"] for part in targets.auxiliary(config, auxiliary)["parts"]))


def judged_datasets(auxiliary: str) -> list[str]:
    """Return those of them that have an evaluation classifier."""
    return [name for name in auxiliary_datasets(auxiliary) if targets.role(name) in targets.judged(config)]


def of_target(key: str):
    """Return a params function: one fact of the target named by the wildcard."""
    return lambda wildcards: getattr(target(wildcards.classifier), key)


def of_inverter(key: str):
    """Return a params function: one training number of the inverters of the target named by the wildcard."""
    return lambda wildcards: targets.inverter_training(config, wildcards.classifier)[key]


def of_auxiliary(key: str):
    """Return a params function: one fact of the auxiliary set named by the wildcard."""
    return lambda wildcards: targets.auxiliary(config, wildcards.auxiliary)[key]


JUDGED = "|".join(targets.judged(config))  # data sets that have an evaluation classifier


def judging(key: str):
    """Return a params function: one number of the evaluation classifier of the data set named by the wildcard."""
    return lambda wildcards: targets.evaluator(config, wildcards.dataset)[key]


def of_recipe(key: str):
    """Return a params function: one thing that the training of the inverter named by the wildcards is told."""
    return lambda wildcards: getattr(recipes.recipe(config, wildcards.classifier, wildcards.inversion), key)


def splits_if_own(wildcards) -> list[str]:
    """Return the splits of a target when predicting its own data set, which is where labels come from."""
    own = wildcards.dataset == dataset_of(wildcards.classifier)
    return [target(wildcards.classifier).splits] if own else []


def parts(wildcards, key: str, otherwise: str | None = None) -> list[str]:
    """Return one key of each part of an auxiliary set; a part without it gives ``otherwise``, or nothing."""
    found = (part.get(key, otherwise) for part in targets.auxiliary(config, wildcards.auxiliary)["parts"])
    return [",".join(value) if isinstance(value, list) else value for value in found if value is not None]


def auxiliary_inputs(file: str):
    """Return an input function: ``file`` of each data set an auxiliary set takes images from."""
    return lambda wildcards: [
        f"results/datasets/{dataset}/{file}" for dataset in auxiliary_datasets(wildcards.auxiliary)
    ]


def auxiliary_predictions(wildcards) -> list[str]:
    """Return what the target says of the adversary's images; refuse a pair in which he would hold members."""
    for where, problem, remedy in pairings.members(config, "this run", wildcards.classifier, wildcards.auxiliary):
        raise UnusableInput(where, problem, remedy)
    return [
        predictions_of(wildcards.classifier, wildcards.seed, dataset)
        for dataset in auxiliary_datasets(wildcards.auxiliary)
    ]


def predictions_of(classifier: str, seed: str, dataset: str) -> str:
    """Return what a target says of a data set's images; one that can only be asked has no training seed."""
    training = "" if classifier in config["asked"] else f"seed{seed}/"
    return f"results/predictions/{classifier}/{training}{dataset}.parquet"


def inverter(wildcards) -> str:
    """Return the weights of an inverter; one that was trained together with its target lies beside that."""
    if wildcards.inversion.startswith(JOINT):
        return f"results/classifiers/{wildcards.classifier}/seed{wildcards.seed}/inverter.safetensors"
    where = f"results/inverters/{wildcards.classifier}/{wildcards.auxiliary}/{wildcards.inversion}"
    return f"{where}/seed{wildcards.seed}/weights.safetensors"


def stand_in(role: str, path: str) -> list[str]:
    """Return ``path`` when a stand-in plays the role, nothing when the files are official."""
    return [] if config["datasets"][role]["source"] == "official" else [path]


def victims_of(figure: str) -> str:
    """Return the data set whose people a figure shows."""
    chosen = config["figures"][figure]
    return dataset_of(chosen["rows"][0]["classifier"] if "rows" in chosen else chosen["classifier"])


def attack_files(shown: list[Attack], seeds: list[int], product: str, suffix: str) -> list[str]:
    """Return a product of each attack with each training seed, attack by attack."""
    return [attack.path(product, dataset_of(attack.classifier), seed, suffix) for attack in shown for seed in seeds]


def floor_files(classifier: str, auxiliary: str, floors=FLOORS) -> list[str]:
    """Return the scores of the floors, in their order."""
    where = f"results/scores/{classifier}/{auxiliary}"
    return [f"{where}/{floor}/{dataset_of(classifier)}.nothing.parquet" for floor in floors]
