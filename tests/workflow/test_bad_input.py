"""What the workflow says and leaves when it is given something it cannot use."""

import re
from pathlib import Path

import pytest

from checkouts import BASE, TINY, Checkout, contents, copy_checkout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("    epochs: 30", "    epoch: 30", "unknown key 'epoch'", id="a key misspelt"),
        pytest.param("member_fraction: 0.8", "member_fraction: 8", "member_fraction: 8 is greater", id="out of range"),
        pytest.param("offset: 50.0", "offset: much", "'much' is not of type 'number'", id="the wrong type"),
        pytest.param("precision: float32", "precision: half", "'half' is not one of", id="not a choice"),
    ],
)
def test_a_wrong_configuration_is_refused_in_two_lines_before_work(checkout: Checkout, old: str, new: str, said: str):
    text = (checkout.path / "config.yaml").read_text()
    assert old in text
    (checkout.path / "config.yaml").write_text(text.replace(old, new, 1))
    done = checkout.snakemake()
    assert done.returncode != 0
    first, second = done.stderr.splitlines()[-2:]
    assert first.startswith("config: ") and said in first
    assert second and "Traceback" not in done.stderr
    assert not (checkout.path / "results").exists()


def test_a_path_with_a_space_runs_this_checkouts_code_and_no_other(tmp_path: Path):
    """The digests describe the package beside the Snakefile: another one on PYTHONPATH must not run in its place."""
    spaced = copy_checkout(tmp_path / "new comer")
    spaced.edit("workflow/obverse/write_mnist.py", "    digits = load_digits()", "    raise SystemExit('this one')")
    done = spaced.snakemake("results/datasets/mnist/images.npy", PYTHONPATH=str(BASE / "workflow"))
    assert done.returncode != 0
    assert "this one" in done.stderr
    assert "not a valid identifier" not in done.stderr


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ("{fig9: {m: [1, 7]}}", "figures.fig9.m: m = 7, but 'faces' gives prediction vectors of 6 scores"),
        ("{fig11: {k: [2, 7]}}", "figures.fig11.k: k = 7, but 'faces' knows 6 classes"),
        ("{fig8: {classifier: faces_k7_draw1}}", "figures.fig8.classifier: 'faces_k7_draw1' has k = 7"),
    ],
)
def test_more_than_the_target_knows_is_refused_before_work(checkout: Checkout, figures: str, said: str):
    (checkout.path / "more.yaml").write_text(f"figures: {figures}")
    done = checkout.run("snakemake", "--cores", "1", "--configfile", "tests/config.tiny.yaml", "more.yaml")
    assert done.returncode != 0 and said in done.stderr
    assert not (checkout.path / "results").exists()


def test_a_pose_that_no_face_has_is_named_by_the_job_that_needs_it(clone: Checkout):
    (clone.path / "steep.yaml").write_text("poses: {pitch: 89.0}")
    files = ["tests/config.tiny.yaml", "steep.yaml"]
    done = clone.run("snakemake", "--cores", "1", "--configfile", *files, "--", "results/auxiliaries/up.parquet")
    assert done.returncode != 0
    assert "results/auxiliaries/up.parquet: expected images of celeba with pose up, found none" in done.stderr
    assert not (clone.path / "results/auxiliaries/up.parquet").exists()


@pytest.mark.parametrize(
    ("damaged", "target", "said"),
    [
        pytest.param(
            "results/predictions/faces/seed1/facescrub.parquet",
            "results/fig9.png",
            "expected a parquet file, found something unreadable",
            id="a truncated parquet",
        ),
        pytest.param(
            "results/datasets/facescrub/images.npy",
            "results/fig9.png",
            "expected an array of images, found a damaged file",
            id="a truncated array",
        ),
        pytest.param(
            "results/sources/celeba/img_align_celeba.zip",
            "results/datasets/celeba/images.npy",
            "img_align_celeba.zip",
            id="a truncated archive",
        ),
    ],
)
def test_a_damaged_file_is_named_and_nothing_half_written_stays(
    clone: Checkout, finished: Checkout, damaged: str, target: str, said: str
):
    """What is left beside the damaged file is whole: the bytes of an undisturbed run."""
    path = clone.path / damaged
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    done = clone.snakemake(target)
    assert done.returncode != 0
    assert said in done.stderr
    assert damaged.rsplit("/", 1)[1] in done.stderr
    left = contents(clone.path / "results").items() - contents(finished.path / "results").items()
    assert {name for name, _ in left} == {damaged.removeprefix("results/")}


@pytest.fixture
def planned(checkout: Checkout):
    """Plan a product with changes to the tiny configuration; return the exit status and what was said."""

    def plan(changes: str, *products: str) -> tuple[int, str]:
        (checkout.path / "changes.yaml").write_text(changes)
        command = ("snakemake", "--cores", "1", "--dry-run", "--configfile", TINY, "changes.yaml", "--", *products)
        done = checkout.run(*command)
        return done.returncode, done.stdout + done.stderr

    return plan


OWN = "{size: 16, classes: 6, images: own/images, auxiliary: own/others, model: own/model.onnx}"


def test_a_missing_model_file_is_named_by_the_plans_that_need_it_and_by_no_other(planned, checkout: Checkout):
    status, said = planned(f"asked: {{mine: {OWN}}}", "results/audit/mine/card.html")
    assert status != 0
    assert "asked.mine.model: expected a model file, found none at own/model.onnx\nPut it there, or name" in said
    others = ("results/audit/example/card.html", "results/fig9.png", "results/datasets/mine-images/samples.parquet")
    assert planned(f"asked: {{mine: {OWN}}}", *others)[0] == 0
    (checkout.path / "own").mkdir()
    (checkout.path / "own/model.onnx").touch()
    assert planned(f"asked: {{mine: {OWN}}}", "results/audit/mine/card.html")[0] == 0


def test_a_stand_in_that_would_find_no_face_is_refused_by_the_plans_that_ask_it_and_by_no_other(planned):
    photographs = "datasets: {celeba: {source: official, folder: data/celeba, overlap: names, accept_terms: true}}"
    status, said = planned(photographs, "results/rekognition/facescrub.parquet")
    assert status != 0
    assert "rekognition.source: the stand-in (embedded) sees rendered faces alone, but datasets.celeba.source" in said
    assert planned(photographs, "results/fig9.png")[0] == 0
    told = f"{photographs}\nrekognition: {{source: official}}"
    assert planned(told, "results/rekognition/facescrub.parquet")[0] == 0


def test_a_missing_official_file_is_named_by_the_job_that_needs_it(checkout: Checkout):
    (checkout.path / "official.yaml").write_text(
        "datasets: {mnist: {source: official, folder: data/mnist, download: false}}"
    )
    done = checkout.run(
        "snakemake", "--cores", "1", "--configfile", "tests/config.tiny.yaml", "official.yaml",
        "--", "results/datasets/mnist/images.npy",
    )  # fmt: skip
    assert done.returncode != 0
    assert re.search(r"data/mnist/\S+-ubyte\.gz: expected mnist's official", done.stderr)
    assert "point datasets.mnist.folder at its folder" in done.stderr
