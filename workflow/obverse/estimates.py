"""What a configuration will cost, estimated before any work: pictures, disk, arithmetic, queries."""

import itertools
import math
import os
import time

from obverse import poses, targets
from obverse.attacks import JOINT, NEAREST, Attack, of_figure, weighed

# How many pictures, of how many people or digits, each official data set has as published, and how large they are.
PUBLISHED = {"facescrub": 106_863, "celeba": 202_599, "mnist": 70_000, "cifar10": 60_000}
_PEOPLE = {"facescrub": 530, "mnist": 10}
_BUNDLED = {"mnist": 1_797}
PICTURE_BYTES = {"facescrub": 100_000, "celeba": 7_200, "mnist": 160, "cifar10": 3_073}  # originals, in the mean

# What training the paper's inverter reaches of a plain matrix product on a CPU (docs/benchmarks/train_inverter.md);
# not measured on a GPU yet.
SHARE_OF_MATRIX_RATE = 0.6


def pictures(config: dict) -> dict[str, int]:
    """Return how many pictures each role that a figure needs will have."""
    needed = {targets.role(dataset) for _, dataset in _asked(config)}
    return {role: count for role, count in counts(config).items() if role in needed}


def counts(config: dict) -> dict[str, int]:
    """Return how many pictures each role has; published counts for official data."""
    rendered = {role: size["identities"] * size["pictures"] for role, size in config["rendered"].items()}
    stand_ins = rendered | _BUNDLED | {"cifar10": config["photographs"]["patches"]}
    official = {role for role, chosen in config["datasets"].items() if chosen["source"] == "official"}
    return {role: PUBLISHED[role] if role in official else stand_ins[role] for role in PUBLISHED}


def disk(config: dict) -> float:
    """Return bytes under results/: originals, arrays, prediction caches, reconstructions."""
    count, asked, seeds = pictures(config), _asked(config), len(config["seeds"])
    total = sum(count[role] * PICTURE_BYTES[role] for role in count)
    total += sum(
        count[targets.role(dataset)] * _side(config, dataset) ** 2 for dataset in {dataset for _, dataset in asked}
    )
    scores = {name: targets.target(config, name).classes for name, _ in asked}
    total += sum(count[targets.role(dataset)] * scores[name] * 4 * seeds for name, dataset in asked)
    for name, *_ in {(attack.classifier, attack.auxiliary, attack.inversion, attack.view) for attack in _all(config)}:
        target = targets.target(config, name)
        total += _known(config, target) * _side(config, target.dataset) ** 2 * seeds
    return float(total)


def queries(config: dict) -> int:
    """Return how many images the targets of all figures are asked about, each once for each training seed."""
    count = pictures(config)
    return len(config["seeds"]) * sum(count[targets.role(dataset)] for _, dataset in _asked(config))


def held(config: dict, auxiliary: str) -> float:
    """Return how many images an auxiliary set holds; of a pose, the share that the paper found."""
    total = 0.0
    for part in targets.auxiliary(config, auxiliary)["parts"]:
        images: float = counts(config)[targets.role(part["dataset"])]
        if "classifier" in part:
            owner = targets.target(config, part["classifier"])
            members = owner.member_fraction
            images = _known(config, owner) * (members if part["split"] == "member" else 1 - members)
        elif "identities" in part and targets.role(part["dataset"]) in _PEOPLE:
            images = _of_people(config, part["dataset"], len(part["identities"])) * _left(config, part["dataset"])
        else:
            images *= _left(config, part["dataset"])
        total += images * (poses.PAPER[part["pose"]] / poses.PAPER_IMAGES if "pose" in part else 1)
    return total


def operations(config: dict) -> float:
    """Return floating-point operations of all trainings: three passes (forward, two backward) of two a product.

    Each target is trained once, and each inverter once for each target and auxiliary set, however many figures show
    it; an evaluation classifier once, whatever the seeds. Validation is counted as if it were training.
    """
    attacks = _all(config)
    products = sum(_target_products(config, name) for name in {attack.classifier for attack in attacks})
    for name, auxiliary, inversion in {(attack.classifier, attack.auxiliary, attack.inversion) for attack in attacks}:
        if inversion.partition("_")[0] not in (JOINT, NEAREST):
            training = targets.inverter_training(config, name)
            products += _shown(held(config, auxiliary), training) * _one_inversion(config, name)
    judges = sum(_judge_products(config, role) for role in {targets.role(dataset) for _, dataset in _asked(config)})
    return 6 * (products * len(config["seeds"]) + judges)


def matrix_rate(precision: str) -> float:
    """Return floating-point operations a second of a matrix product at training's ``precision``, over half a second."""
    import torch  # seconds to import, and a missing file is reported without it

    from obverse import devices

    device = devices.prepare(precision, os.cpu_count() or 1)
    matrix = torch.randn(2048, 2048, device=device.torch, dtype=getattr(torch, device.precision))
    (matrix @ matrix).sum().item()
    start, done = time.monotonic(), 0
    while time.monotonic() - start < 0.5:
        (matrix @ matrix).sum().item()
        done += 1
    return done * 2 * 2048**3 / (time.monotonic() - start)


def _all(config: dict) -> list[Attack]:
    shown = [attack for figure in config["figures"] for attack in of_figure(config, figure)]
    owned = [figure for figure, chosen in config["figures"].items() if "rows" in chosen]
    return shown + [attack for figure in owned for attack in weighed(config, figure)]


def _asked(config: dict) -> set[tuple[str, str]]:
    """Return each target with each data set it is asked about: its own, whose images are victims, and the adversary's.

    A target trained jointly is not asked about what its own inverter learns from.
    """
    asked = set()
    for attack in _all(config):
        held = [] if attack.inversion.startswith(JOINT) else targets.auxiliary(config, attack.auxiliary)["parts"]
        own = targets.target(config, attack.classifier).dataset
        asked |= {(attack.classifier, dataset) for dataset in [own, *(part["dataset"] for part in held)]}
    return asked


def _side(config: dict, dataset: str) -> int:
    """Return the side of a data set's images, in pixels: in its name, where a role has several."""
    role, _, named = dataset.partition("_")
    return int(named) if named.isdecimal() else config["datasets"][role]["size"]


def _of_people(config: dict, dataset: str, people: int) -> float:
    """Return how many images of a target's data set are of so many people, or digits."""
    return counts(config)[targets.role(dataset)] * min(1.0, people / _people(config, dataset))


def _people(config: dict, dataset: str) -> int:
    role = targets.role(dataset)
    rendered = config["datasets"][role]["source"] == "rendered"
    return config["rendered"][role]["identities"] if rendered else _PEOPLE[role]


def _known(config: dict, target: targets.Target) -> float:
    """Return how many images there are, for it and its victims, of the people a target knows."""
    return _of_people(config, target.dataset, target.classes) * _left(config, target.dataset)


def _left(config: dict, dataset: str) -> float:
    """Return the share of a data set's images that its evaluation classifier, where it has one, leaves to others."""
    return 1 - config["evaluators"].get(targets.role(dataset), {"reserved_fraction": 0})["reserved_fraction"]


def _shown(images: float, training: dict) -> float:
    """Return how many images a training shows its network, one passed over ten times as ten."""
    steps = math.ceil(images / training["batch_size"])
    return images * max(training["epochs"], math.ceil(training["minimum_steps"] / steps))


def _target_products(config: dict, name: str) -> float:
    """Return multiply-adds of all forward passes of a target's training, its inverter's with it if they are joint."""
    target = targets.target(config, name)
    once = _classifier_products(_side(config, target.dataset), vars(target))
    members = _known(config, target) * target.member_fraction
    if target.joint is None:
        return _shown(members, vars(target)) * once
    return _shown(members, targets.inverter_training(config, name)) * (once + _one_inversion(config, name))


def _judge_products(config: dict, role: str) -> float:
    """Return multiply-adds of all forward passes of an evaluation classifier's training; 0 where there is none."""
    if role not in config["evaluators"]:
        return 0.0
    chosen, people = config["evaluators"][role], _people(config, role)
    images = pictures(config)[role] * chosen["reserved_fraction"]
    return images * chosen["epochs"] * _evaluator_products(_side(config, role), people, chosen["width"])


def _one_inversion(config: dict, name: str) -> float:
    """Return multiply-adds of one forward pass of an inverter against a target."""
    target = targets.target(config, name)
    width = targets.inverter_training(config, name)["width"]
    return _inverter_products(_side(config, target.dataset), target.classes, width)


def _classifier_products(size: int, target: dict) -> float:
    """Return multiply-adds of one forward pass of `classifiers.Classifier`."""
    blocks = int(math.log2(size / 4))
    channels = [1] + [target["width"] * 2**block for block in range(blocks)]
    convolutions = sum(9 * channels[i] * channels[i + 1] * (size / 2**i) ** 2 for i in range(blocks))
    return convolutions + target["hidden"] * (16 * channels[-1] + target["classes"])


def _inverter_products(size: int, classes: int, width: int) -> float:
    """Return multiply-adds of one forward pass of `inverters.Inverter`."""
    blocks = int(math.log2(size / 4))
    channels = [width * 2**block for block in reversed(range(blocks))] + [1]
    doublings = sum(16 * channels[i] * channels[i + 1] * (4 * 2**i) ** 2 for i in range(blocks))
    return doublings + 16 * classes * channels[0]


def _evaluator_products(size: int, classes: int, width: int) -> float:
    """Return multiply-adds of one forward pass of `evaluators.Evaluator`."""
    channels = [width * 2**block for block in range(int(math.log2(size / 4)))]
    products = (25 * width + 18 * width**2) * (size / 2) ** 2
    for block, (inner, outer) in enumerate(itertools.pairwise(channels)):
        products += (10 * inner * outer + 9 * outer**2) * (size / 2 ** (block + 2)) ** 2
    return products + channels[-1] * classes
