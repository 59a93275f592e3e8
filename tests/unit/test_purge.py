"""The command `purge`: what it deletes, and what it never touches."""

import sys
from pathlib import Path, PurePath

import pytest
import yaml

from obverse import locks, origins
from obverse.commands import purge

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
BOTH = "reconstructions/faces/generic/aligned_full/seed1"
DIGITS = "reconstructions/digits/same_digits/aligned_full/seed1"
FACESCRUB, CELEBA, MNIST, CIFAR10 = "facescrub", "celeba", "mnist", "cifar10"

# Each product, and the data sets it is made from as config.yaml ships.
PRODUCTS = {
    "sources/facescrub/pictures.zip": {FACESCRUB},
    "sources/celeba/fetched/img_align_celeba.zip": {CELEBA},
    "sources/celeba/img_align_celeba.zip": {CELEBA},
    "sources/mnist/train-images-idx3-ubyte.gz": {MNIST},
    "datasets/celeba/images.npy": {CELEBA},
    "datasets/cifar10_32/images.npy": {CIFAR10},
    "classifiers/faces/splits.parquet": {FACESCRUB},
    "classifiers/faces/seed1/weights.safetensors": {FACESCRUB},
    "classifiers/digits/seed1/weights.safetensors.state": {MNIST},
    "predictions/faces/seed1/facescrub.parquet": {FACESCRUB},
    "predictions/faces/seed1/celeba.parquet": {FACESCRUB, CELEBA},
    "predictions/digits/seed1/mnist.parquet": {MNIST},
    "datasets/facescrub/reserved.parquet": {FACESCRUB},
    "evaluators/facescrub/weights.safetensors": {FACESCRUB},
    "evaluators/mnist/history.csv": {MNIST},
    "classes/faces/seed1/mi_face_confidence.npy": {FACESCRUB},
    "classes/faces/seed1/generic.aligned_m1.npy": {FACESCRUB, CELEBA},
    "classes/faces/seed1/members.aligned_full.parquet": {FACESCRUB},
    "classes/faces/seed1/generic.count.csv": {FACESCRUB, CELEBA},
    "classes/digits_k3_draw1/seed1/same_digits_k3_draw1.aligned_m1.npy": {MNIST},
    "datasets/celeba/pose_reader.safetensors": {CELEBA},
    "auxiliaries/generic.parquet": {CELEBA},
    "auxiliaries/same_digits.parquet": {MNIST},
    "inverters/faces/generic/aligned_m10/seed1/weights.safetensors": {FACESCRUB, CELEBA},
    f"{BOTH}/facescrub.m10.npy": {FACESCRUB, CELEBA},
    f"{DIGITS}/mnist.full.npy": {MNIST},
    "scores/faces/generic/mean/facescrub.nothing.parquet": {FACESCRUB, CELEBA},
    # Targets of few classes or trained jointly, and what the adversary holds of theirs.
    "classifiers/faces_k5_draw1/splits.parquet": {FACESCRUB},
    "classifiers/digits_joint0.5/seed1/inverter.safetensors": {MNIST},
    "predictions/faces_half_joint1/seed1/celeba.parquet": {FACESCRUB, CELEBA},
    "predictions/digits_most/seed1/cifar10_32.parquet": {MNIST, CIFAR10},
    "auxiliaries/same_digits_k3_draw1.parquet": {MNIST},
    "auxiliaries/members_and_generic.parquet": {FACESCRUB, CELEBA},
    "auxiliaries/distinct_faces.parquet": {CIFAR10},
    "inverters/digits_k3_draw1/same_digits_k3_draw1/aligned_full/seed1/history.csv": {MNIST},
    "inverters/digits_most/distinct_digits/aligned_full/seed1/weights.safetensors": {MNIST, CIFAR10},
    "reconstructions/faces_half_joint1/members_half/joint_full/seed1/facescrub.full.npy": {FACESCRUB},
    "scores/faces/generic/nearest_full/seed1/facescrub.full.parquet": {FACESCRUB, CELEBA},
    "traces/digits/same_digits/aligned_full/seed1/victims.parquet": {MNIST},
    # Read by a network that learnt from CelebA's faces.
    "angles/faces/left/aligned_full/seed1/facescrub.full.parquet": {FACESCRUB, CELEBA},
    "angles/faces/members/aligned_full/seed1/facescrub.full.parquet": {FACESCRUB, CELEBA},
    "angles/classes/faces/seed1/mi_face_confidence.parquet": {FACESCRUB, CELEBA},
    "angles/datasets/facescrub/images.parquet": {FACESCRUB, CELEBA},
    "datasets/celeba_minmax/images.npy": {CELEBA},
    "classifiers/faces_minmax/splits.parquet": {FACESCRUB},
    "predictions/faces_minmax/seed1/celeba_minmax.parquet": {FACESCRUB, CELEBA},
    "inverters/faces/generic/aligned_full_batch256_rate0.004/seed1/history.csv": {FACESCRUB, CELEBA},
    "scores/faces/generic/aligned_full/seed1/facescrub.m10zeros.parquet": {FACESCRUB, CELEBA},
    "traces/faces/generic/aligned_full/seed1/victims.parquet": {FACESCRUB, CELEBA},
    "ablations.png": {FACESCRUB, CELEBA, MNIST},
    "fig1.png": {FACESCRUB, CELEBA},
    "fig5.png": {FACESCRUB, CELEBA, CIFAR10},
    "fig6.csv": {MNIST, CIFAR10},
    "fig7.png": {FACESCRUB, CELEBA},
    "fig9.png": {FACESCRUB, CELEBA},
    "fig10.csv": {MNIST},
    "fig13.png": {FACESCRUB, CELEBA},
    "fig16.png": {MNIST},
    "table2.csv": {FACESCRUB, CELEBA, MNIST, CIFAR10},
    "table3.html": {FACESCRUB, CELEBA, MNIST},
    # The example of a target one can only ask: its folders are written from members, and from generic faces.
    "pictures/members/Ann Lee/facescrub-000001.png": {FACESCRUB},
    "pictures/generic/7/celeba-000001.png": {CELEBA},
    "asked/example/0123.jsonl": {FACESCRUB, CELEBA},
    "audit/example/card.html": {FACESCRUB, CELEBA},
    "datasets/example-images/questions.npy": {FACESCRUB, CELEBA},
    "evaluators/example-images/weights.safetensors": {FACESCRUB, CELEBA},
    "classifiers/example/splits.parquet": {FACESCRUB, CELEBA},
    "predictions/example/example-auxiliary.parquet": {FACESCRUB, CELEBA},
    "auxiliaries/example.parquet": {FACESCRUB, CELEBA},
    "inverters/example/example/centred_full/seed1/history.csv": {FACESCRUB, CELEBA},
    "scores/example/example/mean_image/example-images.nothing.parquet": {FACESCRUB, CELEBA},
    "rekognition/individuals.parquet": {FACESCRUB, CELEBA},
    "inverters/rekognition/80/seed1/weights.safetensors": {FACESCRUB, CELEBA},
    "reconstructions/rekognition/80/seed1/known.round1.npy": {FACESCRUB, CELEBA},
    "scores/rekognition/mean_image/unknown.parquet": {FACESCRUB, CELEBA},
    "fig2.png": {FACESCRUB, CELEBA},
    "fig17.csv": {FACESCRUB, CELEBA},
    "table4.png": {FACESCRUB, CELEBA},
    "config.yaml": set(),
    "logs/crop_celeba/celeba.log": set(),
    "benchmarks/crop_celeba/celeba.tsv": set(),
    "overlap.png": {FACESCRUB, CELEBA},
    "fetch_identities.csv": {FACESCRUB},
    "poses.png": {CELEBA},
    # What config does not tell apart counts as made from all.
    ".fig9.png.4321.part": set(origins.ROLES),
    "archive/pictures.npy": set(origins.ROLES),
    "facts/data.csv": set(origins.ROLES),
    "claims.csv": set(origins.ROLES),
    "claims.html": set(origins.ROLES),
    "classifiers/faces_k5/splits.parquet": set(origins.ROLES),
    "auxiliaries/earlier_k3_draw1.parquet": set(origins.ROLES),
    "classifiers/earlier/seed1/weights.safetensors": set(origins.ROLES),
    "inverters/digits/earlier/aligned_m10/seed1/history.csv": set(origins.ROLES),
}


@pytest.mark.parametrize("role", origins.ROLES)
def test_a_product_counts_as_made_from_what_config_says(role: str):
    found = {place for place in PRODUCTS if origins.is_made_from(PurePath(place), role, [SHIPPED])}
    assert found == {place for place, roles in PRODUCTS.items() if role in roles}


def test_what_a_target_of_the_users_own_is_asked_about_is_made_from_no_role_and_goes_by_its_name():
    own = {"model": "m.onnx", "size": 32, "classes": 2, "images": "own/images", "auxiliary": "own/others"}
    config = SHIPPED | {"asked": {"mine": own}}
    products = (place.replace("example", "mine") for place in PRODUCTS if "example" in place)
    for place in map(PurePath, products):
        assert [role for role in (*origins.ROLES, "mine") if origins.is_made_from(place, role, [config])] == ["mine"], (
            place
        )
    assert not origins.is_made_from(PurePath("datasets/celeba/images.npy"), "mine", [config])


def test_answers_of_a_target_that_no_configuration_names_stay_and_those_of_rekognition_go_with_the_faces():
    """They may have been paid for; its pictures cannot be another's, who is asked for by name."""
    for place in map(PurePath, ("asked/unnamed/0123.jsonl", "audit/unnamed/card.html")):
        assert not any(origins.is_made_from(place, role, [SHIPPED]) for role in (*origins.ROLES, "example"))
    for place in map(PurePath, ("datasets/unnamed-images/images.npy", "predictions/unnamed/unnamed-images.parquet")):
        assert not origins.is_made_from(place, "example", [SHIPPED])
    answers = PurePath("asked/rekognition/embedded/0123.jsonl")
    assert [role for role in origins.ROLES if origins.is_made_from(answers, role, [SHIPPED])] == [FACESCRUB, CELEBA]


def test_a_name_about_which_configurations_differ_counts_as_made_from_either():
    earlier = SHIPPED | {"classifiers": {"digits": SHIPPED["classifiers"]["digits"] | {"dataset": FACESCRUB}}}
    place = PurePath("classifiers/digits/seed1/weights.safetensors")
    assert not origins.is_made_from(place, FACESCRUB, [SHIPPED])
    for role in (FACESCRUB, MNIST):
        assert origins.is_made_from(place, role, [SHIPPED, earlier])
    assert not origins.is_made_from(place, CELEBA, [SHIPPED, earlier])


def test_a_figure_whose_target_is_unknown_counts_as_made_from_all():
    """A record of an earlier run may name what it no longer describes."""
    row = {"label": "one", "classifier": "earlier", "auxiliary": "generic"}
    earlier = SHIPPED | {"figures": {"fig6": {"victims": 5, "rows": [row]}}}
    assert all(origins.is_made_from(PurePath("fig6.png"), role, [earlier]) for role in origins.ROLES)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A working directory with one file of 1,000 bytes for each product."""
    for place in PRODUCTS:
        path = tmp_path / "run" / "results" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(1000))
    (tmp_path / "run" / "results" / "config.yaml").write_text(yaml.safe_dump(SHIPPED))
    return tmp_path / "run"


@pytest.fixture
def run(directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Run the command in this process; return its exit status and what it printed."""

    def command(*arguments: object) -> tuple[object, str]:
        words = ["purge", *map(str, arguments), "--directory", str(directory)]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            purge.main()
        return ended.value.code, capsys.readouterr().out

    return command


def files(directory: Path) -> set[str]:
    results = directory / "results"
    return {str(path.relative_to(results)) for path in results.rglob("*") if not path.is_dir()}


def test_without_yes_it_lists_with_sizes_and_deletes_nothing(run, directory: Path):
    status, said = run("celeba")
    assert status == 1 and files(directory) == set(PRODUCTS)
    assert said.startswith(f"In {directory}/results:\n")
    assert f"         0.0 MB  {directory}/results/datasets/celeba (2 files)\n" in said
    count = sum(CELEBA in roles for roles in PRODUCTS.values())
    assert said.endswith(f" in {count} files\nNothing is deleted yet: add --yes.\n")


def test_with_yes_it_deletes_what_was_made_from_the_data_set_and_keeps_the_rest(run, directory: Path):
    status, said = run("facescrub", "--yes")
    assert status == 0
    assert files(directory) == {place for place, roles in PRODUCTS.items() if FACESCRUB not in roles}
    assert not (directory / "results" / "sources" / "facescrub").exists()
    assert run("facescrub")[0] == 0


def test_a_file_with_two_names_counts_once(run, directory: Path):
    archive = directory / "results" / "sources" / "celeba" / "img_align_celeba.zip"
    archive.write_bytes(bytes(5_000_000))
    (archive.parent / "fetched" / archive.name).unlink()
    (archive.parent / "fetched" / archive.name).hardlink_to(archive)
    said = run("celeba")[1]
    assert " 5.0 MB  " in said and " 5.1 MB in " in said  # of the others a few kilobytes


def test_what_links_lead_to_stays(run, directory: Path, tmp_path: Path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "picture.jpg").write_bytes(b"mine")
    results = directory / "results"
    (results / "sources" / "celeba" / "linked.jpg").symlink_to(mine / "picture.jpg")
    (results / "datasets" / "celeba" / "more").symlink_to(mine)
    status, said = run("celeba", "--yes")
    assert status == 0 and (mine / "picture.jpg").read_bytes() == b"mine"
    assert not (results / "sources" / "celeba").exists() and not (results / "datasets" / "celeba").exists()
    assert f"more -> {mine} (stays)" in said


def test_a_link_in_place_of_a_whole_kind_is_left_and_said(run, directory: Path, tmp_path: Path):
    results = directory / "results"
    (results / "sources").rename(tmp_path / "scratch")
    (results / "sources").symlink_to(tmp_path / "scratch")
    status, said = run("celeba", "--yes")
    assert status == 1 and "results/sources (your folder, or a link: not looked into)" in said
    assert (tmp_path / "scratch" / "celeba" / "img_align_celeba.zip").exists()


def test_results_on_another_disk_are_deleted_there(run, directory: Path, tmp_path: Path):
    (directory / "results").rename(tmp_path / "scratch")
    (directory / "results").symlink_to(tmp_path / "scratch")
    assert run("celeba", "--yes")[0] == 0
    assert not (tmp_path / "scratch" / "sources" / "celeba").exists()


def test_the_users_own_folder_stays_wherever_it_is(run, directory: Path, tmp_path: Path):
    for place in ("results/datasets/celeba/mine", "data"):
        (directory / place).mkdir(parents=True)
        (directory / place / "img_align_celeba.zip").write_bytes(b"mine")
        (tmp_path / "mine.yaml").write_text(f"datasets: {{celeba: {{folder: {place}}}}}")
        status, said = run("celeba", tmp_path / "mine.yaml", "--yes")
        assert (directory / place / "img_align_celeba.zip").read_bytes() == b"mine"
        assert status == (1 if "results" in place else 0) == said.count("your folder")
        if "results" in place:
            (directory / place / "img_align_celeba.zip").unlink()


def test_nothing_is_deleted_under_a_run_at_work(run, directory: Path):
    alive, _ = locks.take_over(directory / ".snakemake")
    with alive:
        status, _ = run("celeba", "--yes")
    assert "expected no run at work, found one" in str(status) and files(directory) == set(PRODUCTS)
    assert run("celeba", "--yes")[0] == 0


def test_a_folder_without_results_is_no_success(run, directory: Path):
    """Started in the wrong place, it must not say that nothing is left."""
    (directory / "results").rename(directory / "elsewhere")
    status, _ = run("celeba", "--yes")
    assert "expected the results of a run, found none" in str(status)
