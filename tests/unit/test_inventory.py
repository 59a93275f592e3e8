"""`inventory`: what data sets hold, and what is asked of them in vain."""

import copy
from pathlib import Path

import pytest
import yaml

from obverse import inventory
from obverse.inventory import Contradiction

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())


def changed(**values: object) -> dict:
    """Return the shipped configuration with some keys set: a__b=1 sets b under a."""
    config = copy.deepcopy(SHIPPED)
    for path, value in values.items():
        *above, last = path.split("__")
        place = config
        for key in above:
            place = place[key]
        place[last] = value
    return config


def found(**values: object) -> list[Contradiction]:
    """Return the contradictions of the shipped configuration with some keys set."""
    return list(inventory.contradictions(changed(**values)))


def first(**values: object) -> Contradiction:
    """Return the first of them: it is what the user is told."""
    return found(**values)[0]


def test_more_classes_than_the_data_serve():
    where, problem, _ = first(classifiers__faces__classes=60)
    assert (where, problem) == ("classifiers.faces.classes", "60 classes, but facescrub as configured holds 53")


def test_nobody_is_told_to_render_more_people_for_want_of_digits():
    assert first(classifiers__digits__classes=11)[2] == "Choose at most 10."


def test_as_many_classes_must_be_named_as_there_are():
    where, problem, remedy = first(classifiers__digits_five__classes=4)
    assert (where, problem) == ("classifiers.digits_five.identities", "5 are named, but there are 4 classes")
    assert remedy == "Set classes to 5, or name 4."


@pytest.mark.parametrize("key", ["datasets.celeba.box", "poses.box"])
@pytest.mark.parametrize("box", [[100, 70, 50, 178], [35, 70, 179, 178], [35, 178, 143, 70]])
def test_a_box_that_is_none_within_an_aligned_picture(key: str, box: list[int]):
    where, problem, _ = first(**{key.replace(".", "__"): box})
    assert (where, problem) == (key, f"{box} is no box within a picture of 178 × 218 pixels")


@pytest.mark.parametrize("key", ["datasets.mnist.folder", "embedder.model", "poses.weights"])
def test_a_path_that_only_a_shell_understands(key: str):
    where, problem, remedy = first(**{key.replace(".", "__"): "~/given"})
    assert (where, problem) == (key, "'~/given' begins with ~, which only a shell understands")
    assert remedy == "Write the whole path."


def test_faults_that_leave_no_picture():
    assert first(rendered__facescrub__dead_urls=0.99)[1].endswith("leave no picture to train on")


def test_everybody_shared_leaves_nobody_to_train_on():
    where, problem, _ = first(rendered__celeba__shared=208)
    assert where == "rendered.celeba.shared" and problem.startswith("208 shared people")


def test_the_small_embedder_of_rendered_faces_is_not_let_at_real_ones():
    assert found(datasets__celeba__overlap="embeddings") == []
    real = {"datasets__celeba__overlap": "embeddings", "datasets__celeba__source": "official"}
    where, problem, _ = first(**real)
    assert where == "embedder.model" and problem.endswith("cannot tell real people apart")
    assert found(**real, embedder__model="arcface.onnx") == []
