# Section 5.7: its figures, where its products lie, and whether the service is asked for them; no rules here.
from obverse.rekognition.individuals import DATASETS
from obverse.rekognition.rows import FLOORS as FACE_FLOORS, ROWS as FACE_ROWS, WHOLE

FACE_FIGURES = {
    "fig2": {
        "title": "Figure 2: unknown people, from 80 features",
        "rows": [WHOLE],
        "parts": ["unknown"],
    },
    "fig17": {
        "title": "Figure 17: faces rebuilt from what a service says of them",
        "rows": list(FACE_ROWS),
        "parts": ["unknown", "known"],
    },
}
FACE_RESULTS = [f"results/{name}.png" for name in [*FACE_FIGURES, "table4"]]


def of_boards(where: str):
    """Return an input function: a file of the data set whose people are on each board; ``{}`` stands for its name."""
    return lambda wildcards: [where.format(DATASETS[part]) for part in FACE_FIGURES[wildcards.faces]["parts"]]


def on_boards(product: str, suffix: str):
    """Return an input function: a product of each row of each board, from the first training."""
    return lambda wildcards: [
        face_file(product, row, part, config["seeds"][0], suffix)
        for part in FACE_FIGURES[wildcards.faces]["parts"]
        for row in FACE_FIGURES[wildcards.faces]["rows"]
    ]


def of_celeba(file: str) -> str:
    """Return a file of the data set that the adversary has."""
    return f"results/datasets/celeba/{file}"


def of_part(where: str):
    """Return an input function: a file of the data set whose people are the victims; ``{}`` stands for its name."""
    return lambda wildcards: where.format(DATASETS[wildcards.part])


def face_file(product: str, row: str, part: str, seed: int, suffix: str) -> str:
    """Return a product of one row of table 4 with one training seed, or the scores of a floor."""
    where = f"results/{product}/rekognition"
    if row in FACE_FLOORS:
        return f"{where}/{row}/{part}.{suffix}"
    features, view = FACE_ROWS[row]
    return f"{where}/{features}/seed{seed}/{part}.{view}.{suffix}"


FACES_SCORED = [  # row or floor, whose pictures, and their scores with each training seed
    (row, part, path)
    for part in ("unknown", "known")
    for row in [*FACE_ROWS, *FACE_FLOORS]
    for path in dict.fromkeys(face_file("scores", row, part, seed, "parquet") for seed in config["seeds"])
]
# The service is asked for `all` and for claims where that is allowed, the stand-in where it can see the faces.
OFFICIAL = config["rekognition"]["source"] == "official"
REKOGNITION_ASKED = config["rekognition"]["confirm_spend"] if OFFICIAL else not any(contradictions.unseen(config))
FACES_CLAIMED = FACES_SCORED if REKOGNITION_ASKED else []
