import pytest

from obverse.archive import restricted
from obverse.archive.manifest import Link


def link(output: str, *inputs: str) -> Link:
    return Link(rule="made", outputs=(output,), inputs=inputs, record="", shellcmd="", params=())


SOURCES = "results/sources/facescrub"
IMAGES = "results/datasets/facescrub/images.npy"
DIGITS = "results/datasets/mnist/images.npy"
LINKS = [
    link(f"{SOURCES}/faces.parquet", f"{SOURCES}/facescrub_actors.txt"),
    link(f"{SOURCES}/pictures/0000.zip", f"{SOURCES}/facescrub_actors.txt"),
    link(IMAGES, f"{SOURCES}/pictures/0000.zip"),
    link(DIGITS, "results/sources/mnist/t10k.gz"),
    link("results/datasets/facescrub/embeddings.parquet", IMAGES),
    link("results/scores/faces/m1.parquet", IMAGES),
    link("results/reconstructions/faces/m1.npy", "results/scores/faces/m1.parquet"),
    link("results/classes/faces/generic.npy", "results/scores/faces/m1.parquet"),
    link("results/classifiers/faces/splits.parquet", IMAGES),
    link("results/classifiers/faces/seed1/weights.safetensors", IMAGES),
    link("results/predictions/faces/seed1/facescrub.parquet", "results/classifiers/faces/seed1/weights.safetensors"),
    link("results/inverters/faces/generic/m1/seed1/weights.safetensors", IMAGES),
    link("results/inverters/faces/generic/m1/seed1/history.csv", IMAGES),
    link("results/classifiers/faces_joint1/seed1/inverter.safetensors", IMAGES),
    link("results/rekognition/facescrub.parquet", IMAGES),
    link("results/rekognition/individuals.parquet", "results/rekognition/facescrub.parquet"),
    link("results/datasets/facescrub/landmarks.parquet", IMAGES),
    link("results/fig8.png", "results/scores/faces/m1.parquet"),
    link("results/fig9.png", "results/reconstructions/faces/m1.npy"),
    link("results/fig9.csv", "results/reconstructions/faces/m1.npy"),
    link("results/fig10.png", DIGITS),
    link("results/audit/mine/card.html", "results/datasets/mine-images/images.npy"),
    link("results/claims.html", "results/scores/faces/m1.parquet"),
]


def test_pictures_of_restricted_data_are_withheld_and_what_shows_them_or_lets_them_be_rebuilt():
    left = restricted.withheld(["facescrub"], LINKS)
    assert left == {
        f"{SOURCES}/faces.parquet": restricted.NAMES,
        f"{SOURCES}/facescrub_actors.txt": restricted.SOURCE,
        f"{SOURCES}/pictures/0000.zip": restricted.SOURCE,
        IMAGES: restricted.FACES,
        "results/datasets/facescrub/embeddings.parquet": restricted.TEMPLATES,
        "results/datasets/facescrub/landmarks.parquet": restricted.TEMPLATES,
        "results/rekognition/facescrub.parquet": restricted.TEMPLATES,
        "results/classifiers/faces/seed1/weights.safetensors": restricted.REBUILT,
        "results/classifiers/faces_joint1/seed1/inverter.safetensors": restricted.REBUILT,
        "results/inverters/faces/generic/m1/seed1/weights.safetensors": restricted.REBUILT,
        "results/predictions/faces/seed1/facescrub.parquet": restricted.REBUILT,
        "results/reconstructions/faces/m1.npy": restricted.FACES,
        "results/classes/faces/generic.npy": restricted.FACES,
        "results/fig9.png": restricted.FACES,
    }


UNLISTED = [
    *("results/fig99.png", "results/new/pictures.bin", "results/faces/fig8.png", "results/faces.csv"),
    *("results/datasets/facescrub/thumbnails.parquet", "results/datasets/facescrub/more/samples.parquet"),
    *("results/new/thumbnails.csv", "results/new/thumbnails.json", "results/new/settings.yaml"),
    *("results/scores/thumbnails.csv", "results/new/results/config.yaml", "elsewhere/0/results/config.yaml"),
]


@pytest.mark.parametrize("path", UNLISTED)
def test_a_kind_that_is_not_listed_is_withheld_whatever_its_suffix(path: str):
    assert path in restricted.withheld(["facescrub"], [*LINKS, link(path, IMAGES)])


def test_pictures_of_a_users_own_target_are_withheld_and_how_he_calls_them():
    """Of his folders and files, which are named after people, samples.parquet has the names."""
    named = [f"results/datasets/mine-{held}/samples.parquet" for held in ("images", "auxiliary")]
    left = restricted.withheld(["mine"], [*LINKS, *(link(path, "pictures") for path in named)])
    assert set(left) == {"results/datasets/mine-images/images.npy", "results/audit/mine/card.html", *named}
    assert {left[path] for path in named} == {restricted.NAMES}


@pytest.mark.parametrize("path", ["results/datasets/celeba/pairs.csv", "results/overlap.png"])
def test_who_is_behind_celebas_numbers_is_withheld_and_how_many_were_found_is_not(path: str):
    source = "results/sources/celeba/list_identity_celeba.txt"
    counted = ["results/overlap.csv", "results/datasets/celeba/overlap.json", "results/datasets/celeba/samples.parquet"]
    left = restricted.withheld(["celeba"], [link(path, source), *(link(each, source) for each in counted)])
    assert left == {source: restricted.SOURCE, path: restricted.NAMES}


LISTS = ["datasets/facescrub/rejected.csv", "datasets/facescrub/samples.parquet", "duplicates.csv"]


@pytest.mark.parametrize("name", LISTS)
def test_what_says_where_a_named_persons_pictures_are_is_withheld(name: str):
    assert restricted.withheld(["facescrub"], [*LINKS, link(f"results/{name}", IMAGES)])[f"results/{name}"] == (
        restricted.NAMES
    )


def test_where_nothing_is_restricted_nothing_is_withheld():
    assert restricted.withheld([], LINKS) == {}
