"""What the data sets hold as configured, and where that is not what is asked of them."""

from collections.abc import Iterator

from obverse import targets

Contradiction = tuple[str, str, str]  # which key, what is wrong, what to do

_DIGITS = 10


def contradictions(config: dict) -> Iterator[Contradiction]:
    """Yield each target that asks for more classes than its data hold, and each data set that would be useless."""
    yield from _classes(config)
    yield from _shared(config)
    yield from _pictures(config)
    yield from _paths(config)


def _classes(config: dict) -> Iterator[Contradiction]:
    rendered, faces = config["rendered"], config["datasets"]["facescrub"]["source"] == "rendered"
    for name in config["classifiers"]:
        target = targets.target(config, name)
        served = {"mnist": _DIGITS, "facescrub": rendered["facescrub"]["identities"] if faces else None}[target.role]
        if served is not None and target.classes > served:
            more = ", or more identities under rendered.facescrub" if target.role == "facescrub" else ""
            yield (
                f"classifiers.{name}.classes",
                f"{target.classes} classes, but {target.dataset} as configured holds {served}",
                f"Choose at most {served}{more}.",
            )
        if len(target.identities) not in (0, target.classes):
            yield (
                f"classifiers.{name}.identities",
                f"{len(target.identities)} are named, but there are {target.classes} classes",
                f"Set classes to {len(target.identities)}, or name {target.classes}.",
            )


def _shared(config: dict) -> Iterator[Contradiction]:
    rendered = config["rendered"]
    if rendered["celeba"]["shared"] > min(rendered["celeba"]["identities"] - 1, rendered["facescrub"]["identities"]):
        yield (
            "rendered.celeba.shared",
            f"{rendered['celeba']['shared']} shared people are more than FaceScrub's, or all of CelebA's",
            "Leave CelebA at least one person who is not in FaceScrub, or nothing is left to train on.",
        )


def _pictures(config: dict) -> Iterator[Contradiction]:
    boxes = {"datasets.celeba.box": config["datasets"]["celeba"]["box"], "poses.box": config["poses"]["box"]}
    for key, box in boxes.items():
        left, top, right, bottom = box
        if not (left < right <= 178 and top < bottom <= 218):
            yield (
                key,
                f"{box} is no box within a picture of 178 × 218 pixels",
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


def _paths(config: dict) -> Iterator[Contradiction]:
    paths = {f"datasets.{role}.folder": chosen["folder"] for role, chosen in config["datasets"].items()}
    paths |= {"embedder.model": config["embedder"]["model"], "poses.weights": config["poses"]["weights"]}
    for key, path in paths.items():
        if path.startswith("~"):
            yield key, f"{path!r} begins with ~, which only a shell understands", "Write the whole path."
