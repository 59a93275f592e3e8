"""What a configuration will need, estimated before any work: files, pictures, disk, arithmetic, queries."""

import math
import os
import time
from pathlib import Path

from obverse.attacks import compared
from obverse.official import OfficialFile

Known = dict[tuple[str, str], OfficialFile]  # official.read

# Files each official data set needs; published sizes and counts where nothing is on disk yet.
OFFICIAL = {
    "facescrub": ["facescrub_actors.txt", "facescrub_actresses.txt"],
    "celeba": ["img_align_celeba.zip", "identity_CelebA.txt"],
    "mnist": [
        f"{part}-ubyte.gz"
        for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    ],
    "cifar10": ["cifar-10-binary.tar.gz"],
}
_PUBLISHED = {"facescrub": 106_863, "celeba": 202_599, "mnist": 70_000, "cifar10": 60_000}
_BUNDLED = {"mnist": 1_797}
_PICTURE_BYTES = {"facescrub": 100_000, "celeba": 7_200, "mnist": 160, "cifar10": 3_073}  # originals, in the mean

# What training the paper's inverter reaches of a plain matrix product on a CPU (docs/benchmarks/train_inverter.md);
# not measured on a GPU yet.
SHARE_OF_MATRIX_RATE = 0.6


def missing(config: dict, directory: Path, known: Known) -> list[str]:
    """Return, a line each, the files and permissions that ``config`` needs of the user and that are not there."""
    lines = [
        f"{path}{'' if (role, path.name) in known else ' (cannot be fetched: docs/data.md says whom to ask)'}"
        for role, path in _absent(config, directory)
        if not _is_fetched(config, role, path.name, known)
    ]
    for role in pictures(config):
        chosen = config["datasets"][role]
        if chosen["source"] != "official":
            continue
        model = config["embedder"]["model"] if chosen.get("overlap") == "embeddings" else ""
        lines += [f"{directory / model}"] * (model != "" and not (directory / model).is_file())
        if chosen.get("accept_terms") is False:
            lines.append(f"datasets.{role}.accept_terms: true, once you have read the terms")
    weights = config["poses"]["weights"]
    if config["poses"]["network"] == "fan" and "://" not in weights and not (directory / weights).is_file():
        lines.append(f"{directory / weights}")
    return lines


def fetched(config: dict, directory: Path, known: Known) -> list[str]:
    """Return, a line each, the official files that a run will fetch: how large, and the addresses in their order."""
    lines = []
    for role, path in _absent(config, directory):
        have = directory / "results" / "sources" / role / path.name
        if _is_fetched(config, role, path.name, known) and not have.exists():
            file = known[role, path.name]
            addresses = [*file.urls, *([f"Google Drive {file.drive}"] if file.drive else [])]
            lines.append(f"{role}'s {path.name}: {file.length:,} bytes from {', or '.join(addresses)}")
    weights, kept = config["poses"]["weights"], directory / "results" / "models" / "fan.pth.tar"
    if config["poses"]["network"] == "fan" and "://" in weights and not kept.exists():
        lines.append(f"FAN's weights: about 96 MB from {weights}")
    return lines


def _absent(config: dict, directory: Path) -> list[tuple[str, Path]]:
    """Return role and place of each official file that is needed and not in the user's folder."""
    absent = []
    for role in pictures(config):
        chosen, names = config["datasets"][role], OFFICIAL[role]
        by_name = role == "celeba" and chosen["overlap"] == "names"
        places = [directory / chosen["folder"] / name for name in names + by_name * ["list_identity_celeba.txt"]]
        if chosen["source"] == "official":
            absent += [(role, path) for path in places if not (chosen["folder"] and path.is_file())]
    return absent


def _is_fetched(config: dict, role: str, name: str, known: Known) -> bool:
    return config["datasets"][role].get("download", False) and (role, name) in known


def pictures(config: dict) -> dict[str, int]:
    """Return how many pictures each role that a figure needs will have; published counts for official data."""
    rendered = {role: size["identities"] * size["pictures"] for role, size in config["rendered"].items()}
    stand_ins = rendered | _BUNDLED | {"cifar10": config["photographs"]["patches"]}
    official = {role for role, chosen in config["datasets"].items() if chosen["source"] == "official"}
    targets = {config["classifiers"][chosen["classifier"]]["dataset"] for chosen in config["figures"].values()}
    needed = targets.union(*(_auxiliary(config, figure) for figure in config["figures"]))
    return {role: _PUBLISHED[role] if role in official else stand_ins[role] for role in OFFICIAL if role in needed}


def disk(config: dict) -> float:
    """Return bytes under results/: originals, arrays, prediction caches, reconstructions."""
    count = pictures(config)
    total = sum(count[role] * _PICTURE_BYTES[role] for role in count)
    total += sum(count[role] * config["datasets"][role].get("size", 32) ** 2 for role in count)
    for figure, chosen in config["figures"].items():
        target = config["classifiers"][chosen["classifier"]]
        asked = count[target["dataset"]] + sum(count[role] for role in _auxiliary(config, figure))
        total += asked * target["classes"] * 4 * len(config["seeds"])
        pixels = config["datasets"][target["dataset"]]["size"] ** 2
        total += len(compared(config, figure)) * count[target["dataset"]] * pixels * len(config["seeds"])
    return float(total)


def queries(config: dict) -> int:
    """Return how many images the targets of all figures are asked about."""
    count = pictures(config)
    pairs = {
        (chosen["classifier"], role)
        for figure, chosen in config["figures"].items()
        for role in [*_auxiliary(config, figure), config["classifiers"][chosen["classifier"]]["dataset"]]
    }
    return len(config["seeds"]) * sum(count[role] for _, role in pairs)


def operations(config: dict) -> float:
    """Return floating-point operations of all trainings: three passes (forward, two backward) of two a product."""
    count = pictures(config)
    products = 0.0
    for name, target in config["classifiers"].items():
        size = config["datasets"][target["dataset"]]["size"]
        members = count[target["dataset"]] * target["member_fraction"]
        products += members * target["epochs"] * _classifier_products(size, target)
        wanted = [(figure, chosen) for figure, chosen in config["figures"].items() if chosen["classifier"] == name]
        trained = {
            (attack.inversion, chosen["auxiliary"]) for figure, chosen in wanted for attack in compared(config, figure)
        }
        for _, auxiliary in trained:
            roles = {part["dataset"] for part in config["auxiliaries"][auxiliary]["parts"]}
            shown = sum(count[role] for role in roles) * config["inverters"][name]["epochs"]
            products += shown * _inverter_products(size, target["classes"], config["inverters"][name]["width"])
    return 6 * products * len(config["seeds"])


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


def _auxiliary(config: dict, figure: str) -> set[str]:
    return {part["dataset"] for part in config["auxiliaries"][config["figures"][figure]["auxiliary"]]["parts"]}


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
