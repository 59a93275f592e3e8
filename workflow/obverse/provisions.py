"""What a run needs of its user, and of the network, before it starts: official files, models, permissions."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from obverse import asked, estimates
from obverse.inventory import Contradiction
from obverse.official import OfficialFile

Known = dict[tuple[str, str], OfficialFile]  # official.read

SECONDS_AN_ADDRESS = 4.0  # a guess: the network has not been tried, and half the hosts are dead

# Files each official data set needs.
OFFICIAL = {
    "facescrub": ["facescrub_actors.txt", "facescrub_actresses.txt"],
    "celeba": ["img_align_celeba.zip", "identity_CelebA.txt"],
    "mnist": [
        f"{part}-ubyte.gz"
        for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    ],
    "cifar10": ["cifar-10-binary.tar.gz"],
}


def missing(config: dict, directory: Path, known: Known) -> list[str]:
    """Return, a line each, the files and permissions that ``config`` needs of the user and that are not there."""
    lines = [
        f"{path}{'' if (role, path.name) in known else ' (cannot be fetched: docs/data.md says whom to ask)'}"
        for role, path in _absent(config, directory)
        if not _is_fetched(config, role, path.name, known)
    ]
    for role in estimates.pictures(config):
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


def model(config: dict, directory: Path, name: str) -> Iterator[Contradiction]:
    """Yield what is wrong where the model file of the target ``name`` is not there; one that a rule makes never is.

    A target that is an endpoint has none.
    """
    path = asked.entry(config, name)["model"]
    if path and not path.startswith("results/") and not (directory / path).is_file():
        found = "a folder" if (directory / path).is_dir() else "none"
        remedy = "Put it there, or name where it is: paths are relative to where you start."
        yield f"asked.{name}.model", f"expected a model file, found {found} at {path}", remedy


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
    faces = config["datasets"]["facescrub"]
    came = directory / "results" / "sources" / "facescrub" / "faces.parquet"
    if faces["source"] == "official" and "facescrub" in estimates.pictures(config) and not came.exists():
        lines.append(_pictures(faces["connections"]))
    return lines


def _pictures(connections: int) -> str:
    """Return what FaceScrub's pictures are, taking all for alive: nobody knows how many are."""
    addresses, size = estimates.PUBLISHED["facescrub"], estimates.PICTURE_BYTES["facescrub"]
    hours = addresses * SECONDS_AN_ADDRESS / connections / 3600
    return (
        f"FaceScrub's pictures: at most {addresses * size / 1e9:.0f} GB from {addresses:,} addresses on the web, about "
        f"{hours:.1f} hours at {connections} connections if each takes {SECONDS_AN_ADDRESS:g} s"
    )


def room(needed: float, directory: Path) -> list[str]:
    """Return a line when results of ``needed`` bytes find no room at ``directory``, which may not exist yet."""
    results = directory / "results"
    needed -= sum(path.lstat().st_size for path in results.rglob("*"))  # what is there is paid for
    there = next(path for path in (directory.absolute(), *directory.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if needed <= free:
        return []
    return [f"room: {needed / 1e9:.1f} GB more wanted under {results}, {free / 1e9:.1f} GB free"]


def _absent(config: dict, directory: Path) -> list[tuple[str, Path]]:
    """Return role and place of each official file that is needed and not in the user's folder."""
    absent = []
    for role in estimates.pictures(config):
        chosen, names = config["datasets"][role], OFFICIAL[role]
        by_name = role == "celeba" and chosen["overlap"] == "names"
        places = [directory / chosen["folder"] / name for name in names + by_name * ["list_identity_celeba.txt"]]
        if chosen["source"] == "official":
            absent += [(role, path) for path in places if not (chosen["folder"] and path.is_file())]
    return absent


def _is_fetched(config: dict, role: str, name: str, known: Known) -> bool:
    return config["datasets"][role].get("download", False) and (role, name) in known
