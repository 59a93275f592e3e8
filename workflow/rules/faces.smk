# What overlap.smk and poses.smk ask of the configuration; no rules here.
EMBEDDER = config["embedder"]
FACES = {  # where the faces of a data set are, before they are cut and made grey
    "facescrub": {
        "samples": "results/datasets/facescrub/samples.parquet",
        "archive": ancient("results/sources/facescrub/pictures"),
        "faces": ["results/sources/facescrub/faces.parquet"],
    },
    "celeba": {
        "samples": "results/datasets/celeba/crops.parquet",
        "archive": "results/sources/celeba/img_align_celeba.zip",
        "faces": [],
    },
}


def embedder() -> str:
    """Return the path of the model that tells people apart by their faces."""
    return EMBEDDER["model"] or resource("embedder.safetensors")


def by_faces(value, otherwise):
    """Return ``value`` where people are told apart by their faces, so that its keys rerun nothing elsewhere."""
    return value if config["datasets"]["celeba"]["overlap"] == "embeddings" else otherwise


def celeba_names() -> list[str]:
    """Return the list of CelebA's names where people are told apart by name; it is not part of the public release."""
    by_name = config["datasets"]["celeba"]["overlap"] == "names"
    return ["results/sources/celeba/list_identity_celeba.txt"] if by_name else []


def given_weights(wildcards) -> list[str]:
    """Return the user's file of FAN's weights, so that a changed one is noticed; nothing where it is an address."""
    return [path for path in [config["poses"]["weights"]] if Path(path).is_file()]


def landmark_weights() -> str:
    """Return the weights that find landmarks: the project's own, or FAN's."""
    small = config["poses"]["network"] == "small"
    return resource("landmarks.safetensors") if small else "results/models/fan.pth.tar"


def pose_origin() -> str:
    """Return what the figure of poses must say: whose faces they are, and which network found their landmarks."""
    small = config["poses"]["network"] == "small"
    notes = stand_ins("celeba") + (["landmarks: the project's small network, not FAN"] if small else [])
    return " — ".join(notes)


def fixed_limit(key: str) -> float:
    """Return a limit of poses in degrees; 0 where limits are calibrated, so that its key reruns nothing."""
    return config["poses"][key] if config["poses"]["mode"] == "fixed" else 0.0


def pose_reference() -> str:
    """Return the angles a pose reader is judged by: the truth, where a renderer knows it, or those of the landmarks."""
    known = stand_in("celeba", "results/sources/celeba/truth.parquet")
    return known[0] if known else "results/datasets/celeba/angles.parquet"


def measured_pictures(wildcards) -> str:
    """Return the pictures whose poses are measured: reconstructions, a data set's, or one for each class."""
    other = wildcards.measured.startswith(("datasets/", "classes/"))
    return f"results/{'' if other else 'reconstructions/'}{wildcards.measured}.npy"


def measured_names(wildcards) -> list[str]:
    """Return the table that names them, picture by picture; nothing where each is of a class."""
    kind, *rest = wildcards.measured.split("/")
    if kind == "classes":
        return []
    return [f"results/datasets/{rest[0]}/samples.parquet" if kind == "datasets" else target(kind).splits]
