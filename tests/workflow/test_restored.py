"""From a finished run to its archive, and from the archive to a fresh clone in which there is nothing to do."""

import sys
from pathlib import Path

import pytest

from checkouts import Checkout, contents, copy_checkout
from obverse.archive.contents import opening
from obverse.archive.manifest import KEPT

PACKAGE = "workflow/obverse"
ARCHIVE = "results/archive.zip"

EDITS = [
    ("config.yaml", "yaw: 12.0", "yaw: 10.0"),
    ("config.yaml", "offset: 50.0", "offset: 10.0"),
    (f"{PACKAGE}/inverters.py", "stride=2, padding=1)\n", "stride=2, padding=1, bias=False)\n"),
]


@pytest.fixture(scope="module")
def packed(shared: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the finished tiny run, alone in a folder."""
    done = shared.snakemake(ARCHIVE)
    assert done.returncode == 0, done.stdout + done.stderr
    return (shared.path / ARCHIVE).rename(tmp_path_factory.mktemp("packed") / "archive.zip")


@pytest.fixture(scope="module")
def restored(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A fresh copy of the checkout, with the archive unpacked into it."""
    fresh = copy_checkout(tmp_path_factory.mktemp("fresh") / "clone")
    done = command(fresh, "restore", packed)
    assert done.returncode == 0, done.stderr
    return fresh


def command(checkout: Checkout, name: str, archive: Path, *options: str):
    return checkout.run(sys.executable, "-m", f"obverse.commands.{name}", str(archive), *options)


def after_edit(copy: Checkout, file: str, old: str, new: str) -> set[str]:
    """Return what would run after replacing the first ``old`` of a file, and put the file back."""
    text = (copy.path / file).read_text()
    assert old in text
    (copy.path / file).write_text(text.replace(old, new, 1))
    try:
        return copy.would_run()
    finally:
        (copy.path / file).write_text(text)


def test_the_archive_of_a_finished_run_is_intact_and_every_chain_in_it_whole(packed: Path, checkout: Checkout):
    done = command(checkout, "verify", packed)
    assert done.returncode == 0, done.stdout + done.stderr
    chains = [line for line in done.stdout.splitlines() if "its chain is" in line]
    assert len(chains) > 20 and all("its chain is whole" in line for line in chains)


def test_in_a_fresh_clone_there_is_nothing_to_do_by_either_configuration(restored: Checkout):
    """By the file that the run was given, and by the one that is restored."""
    assert restored.would_run() == set()
    done = restored.run("snakemake", "-n", "--configfile", "restored.config.yaml")
    assert "Nothing to be done" in done.stdout + done.stderr


def test_all_results_that_the_archive_keeps_are_restored_with_the_bytes_and_times_of_the_run(
    packed: Path, restored: Checkout, finished: Checkout
):
    there, made = contents(restored.path / "results"), contents(finished.path / "results")
    with opening(packed) as archive:
        files = archive.manifest.files.items()
        kept = {name.removeprefix("results/") for name, file in files if file.status == KEPT and name[:8] == "results/"}
    assert there == {name: made[name] for name in kept}
    assert len(there) > 100
    for name in there:
        now, then = (copy.path / "results" / name for copy in (restored, finished))
        assert now.stat().st_mtime_ns == then.stat().st_mtime_ns


@pytest.mark.parametrize(("file", "old", "new"), EDITS)
def test_after_an_edit_what_would_rerun_is_what_would_in_the_clone_of_the_run(
    restored: Checkout, clone: Checkout, file: str, old: str, new: str
):
    rules = after_edit(restored, file, old, new)
    assert rules == after_edit(clone, file, old, new)
    assert rules and "render_celeba" not in rules


def test_one_line_of_one_figure_reruns_that_figure_alone(restored: Checkout):
    edited = f"{PACKAGE}/draw_mse_curve.py", "markersize=5", "markersize=6"
    assert after_edit(restored, *edited) == {"draw_mse_curve"}


def test_into_other_code_nothing_is_restored_unless_forced_and_then_it_is_said_what_reruns(
    packed: Path, checkout: Checkout
):
    checkout.edit(f"{PACKAGE}/draw_mse_curve.py", "markersize=5", "markersize=6")
    done = command(checkout, "restore", packed)
    assert done.returncode == 1 and f"{PACKAGE}/draw_mse_curve.py" in done.stderr
    assert not (checkout.path / "results").exists()
    done = command(checkout, "restore", packed, "--force")
    assert done.returncode == 0, done.stderr
    said = done.stdout.split("this would rerun:")[1]
    assert "draw_mse_curve" in said and "draw_grid" not in said and "train_inverter" not in said
    assert checkout.would_run() == {"draw_mse_curve"}


def test_a_figure_made_again_by_the_archive_alone_has_the_same_bytes(packed: Path, checkout: Checkout):
    done = command(checkout, "verify", packed, "--rerun", "results/fetch.png")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results/fetch.png  same bytes" in done.stdout
    assert "differs" not in done.stdout.split("Made again:")[1]
