"""Only what is stale reruns: for each kind of edit, exactly these rules."""

import shutil
from pathlib import Path

import pytest

from checkouts import Checkout, copy_checkout

CLAIMING = {"check_claims"}  # from scores, classes, angles and facts
TABLES = {"tabulate_auxiliaries", "tabulate_joint"}
COMPARING = {"draw_mse_curve", "draw_reconstructions", "draw_grid", "draw_overview", "draw_policies"} | TABLES
SHOWING_CLASSES = {"score_classes", "draw_classes", "draw_overview"} | CLAIMING
FIGURES = {"draw_fetch", "draw_overlap", "draw_duplicates", "draw_poses", "draw_classes"} | COMPARING
FIGURES |= {"tabulate_allocation", "draw_faces", "tabulate_faces"}
# What is rebuilt from what a service says of faces.
REBUILDING_FACES = {"reconstruct_faces", "draw_faces", "tabulate_faces"} | CLAIMING
INVERTING_FACES = {"train_face_inverter"} | REBUILDING_FACES
ASKING_ABOUT_FACES = {"ask_rekognition", "divide_faces", "score_face_floors"} | INVERTING_FACES
RECONSTRUCTING = {"reconstruct", "measure_poses"} | COMPARING | CLAIMING
JUDGED = {"score_floors", "retrieve_nearest"} | SHOWING_CLASSES | RECONSTRUCTING
INVERTING = {"train_inverter", "infer_classes", "time_inversion"} | SHOWING_CLASSES | RECONSTRUCTING
ASKING = {"retrieve_nearest", "count_classes", "count_data"} | INVERTING
PREDICTING = {"predict"} | ASKING
# Joint training makes a target too, which is asked about its owner's images.
INVERTING_JOINTLY = {"train_joint", "predict", "retrieve_nearest"} | INVERTING
CLASSIFYING = {"train_classifier", "invert_classes"} | INVERTING_JOINTLY | PREDICTING
SPLITTING = {"split_samples", "make_auxiliary", "tabulate_allocation", "score_floors"} | CLASSIFYING
CROPPING_FACESCRUB = {"crop_facescrub", "reserve_samples", "train_evaluator"} | FIGURES | SPLITTING
POSED = {"make_auxiliary", "train_inverter", "reconstruct", "measure_poses", "draw_grid", "count_data"} | CLAIMING
SORTING_POSES = {"sort_poses", "draw_poses"} | POSED
READING_POSES = {"train_pose_reader", "score_pose_reader"}
POSING = {"find_landmarks", "estimate_pose"} | READING_POSES | SORTING_POSES

PACKAGE = "workflow/obverse"

CODE = [
    pytest.param("inverters.py", "import torch\n", "import torch\n# a comment\n", set(), id="a comment"),
    pytest.param("inverters.py", '"""The inverter G', '"""An inverter G', set(), id="a docstring"),
    pytest.param("progress.py", "_SPARSE_SECONDS = 5.0", "_SPARSE_SECONDS = 6.0", set(), id="plumbing"),
    pytest.param(
        "inverters.py",
        "stride=2, padding=1)\n",
        "stride=2, padding=1, bias=False)\n",
        INVERTING_JOINTLY | INVERTING_FACES,
        id="inverters",
    ),
    pytest.param(
        "metrics.py",
        "_SSIM_WINDOW = 7",
        "_SSIM_WINDOW = 9",
        JUDGED | {"score_face_floors"} | REBUILDING_FACES,
        id="metrics",
    ),
    pytest.param("draw_mse_curve.py", "markersize=5", "markersize=6", {"draw_mse_curve"}, id="a figure's stage"),
    pytest.param("style.py", "_DPI = 150", "_DPI = 160", FIGURES, id="all figures' style"),
    pytest.param("views.py", "descending=True", "descending=False", ASKING, id="views"),
]


def after_edit(copy: Checkout, file: str, old: str, new: str) -> set[str]:
    """Return what would run after replacing the first ``old`` of a file, and put the file back."""
    path = copy.path / file
    text = path.read_text()
    assert old in text, f"{file} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1))
    try:
        return copy.would_run()
    finally:
        path.write_text(text)


def test_a_second_run_has_nothing_to_do_and_says_so(shared: Checkout):
    done = shared.snakemake()
    assert done.returncode == 0
    assert "Nothing to be done" in done.stderr + done.stdout


@pytest.mark.parametrize(("module", "old", "new", "rules"), CODE)
def test_an_edit_of_code_reruns_what_runs_it(shared: Checkout, module: str, old: str, new: str, rules: set[str]):
    assert after_edit(shared, f"{PACKAGE}/{module}", old, new) == rules


def test_another_torch_reruns_what_imports_torch_and_what_follows(shared: Checkout):
    rules = {"train_evaluator"} | JUDGED | CLASSIFYING | POSING | ASKING_ABOUT_FACES
    assert after_edit(shared, "envs/obverse.lock.txt", "torch==2.15.0", "torch==2.15.1") == rules


def test_another_matplotlib_redraws_and_retrains_nothing(shared: Checkout):
    assert after_edit(shared, "envs/obverse.lock.txt", "\nmatplotlib==", "\nmatplotlib==9.") == FIGURES


def test_another_library_that_no_stage_imports_reruns_nothing(shared: Checkout):
    assert after_edit(shared, "envs/obverse.lock.txt", "\nruff==", "\nruff==9.") == set()


def test_a_changed_line_of_a_list_reruns_what_reads_it(shared: Checkout):
    listed = "results/sources/facescrub/facescrub_actors.txt"
    rules = (
        {"fetch_facescrub", "remove_overlap"} | READING_POSES | CROPPING_FACESCRUB | SORTING_POSES | ASKING_ABOUT_FACES
    )
    line = (shared.path / listed).read_text().splitlines()[-1]
    assert after_edit(shared, listed, line, line.replace("\thttp://", "\thttp://x")) == rules


TINY = [
    pytest.param("data_seed: 1", "data_seed: 2", None, id="data_seed: everything"),
    pytest.param("victims: 5 # of each split", "victims: 4 # of each split", set(), id="a key tiny overrides"),
    pytest.param("offset: 50.0", "offset: 10.0", INVERTING_JOINTLY, id="offset"),
    pytest.param(
        "precision: float32",
        "precision: bfloat16",
        {"train_evaluator"} | JUDGED | CLASSIFYING | POSING | INVERTING_FACES,
        id="precision",
    ),
    pytest.param(
        "member_fraction: 0.8",
        "member_fraction: 0.7",
        SPLITTING - {"train_joint", "tabulate_joint"},
        id="member_fraction",
    ),
    pytest.param(
        "overlap: names",
        "overlap: none",
        {"remove_overlap", "draw_overlap", "tabulate_allocation", "score_floors"}
        | READING_POSES
        | SORTING_POSES
        | PREDICTING
        | ASKING_ABOUT_FACES,
        id="overlap",
    ),
    pytest.param("focal: 2.4", "focal: 5.0", {"estimate_pose"} | READING_POSES | SORTING_POSES, id="a camera"),
    pytest.param("yaw: 12.0", "yaw: 10.0", SORTING_POSES, id="a limit of poses"),
    pytest.param("connections: 64", "connections: 8", set(), id="operational"),
]


@pytest.mark.parametrize(("old", "new", "rules"), TINY)
def test_a_changed_number_reruns_what_uses_it(shared: Checkout, old: str, new: str, rules: set[str] | None):
    """The record of the configuration is rewritten whenever a key in force changes."""
    ran = after_edit(shared, "config.yaml", old, new)
    if rules is None:
        assert ran == shared.would_run("--forceall")
    elif rules or "connections" in old:
        assert ran == rules | {"record_config"}
    else:
        assert ran == set()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("near_duplicates: 0.03", "near_duplicates: 0.01", "render_facescrub"),
        ("dead_urls: 0.03", "dead_urls: 0.01", "render_facescrub"),
    ],
)
def test_a_number_that_becomes_what_another_is_counts_as_changed(shared: Checkout, old: str, new: str, rule: str):
    """Snakemake compares the set of a rule's values, and each old and new one here is another param's too."""
    assert rule in after_edit(shared, "config.yaml", old, new)


def test_a_fresh_clone_with_results_brought_along_reruns_nothing_and_then_what_is_edited(
    finished: Checkout, tmp_path: Path
):
    """Results and what Snakemake noted of them (.snakemake/metadata) are enough; dates do not count."""
    clone = copy_checkout(tmp_path / "elsewhere" / "clone")
    shutil.copytree(finished.path / "results", clone.path / "results")
    shutil.copytree(finished.path / ".snakemake/metadata", clone.path / ".snakemake/metadata")
    for file in sorted(
        clone.path.rglob("*"), reverse=True
    ):  # as an archive may leave them: what was made first, newest
        file.touch()
    assert clone.would_run() == set()
    edited = INVERTING_JOINTLY | INVERTING_FACES
    assert after_edit(clone, f"{PACKAGE}/inverters.py", "padding=1)\n", "padding=1, bias=False)\n") == edited
    assert after_edit(clone, f"{PACKAGE}/style.py", "_DPI = 150", "_DPI = 160") == FIGURES
