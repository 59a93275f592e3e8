"""The command `preflight`: what it prints, and its exit status."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from obverse import estimates
from obverse.commands import preflight
from obverse.errors import UnusableInput

BASE = Path(__file__).parents[2]
PAPER_FILE = BASE / "workflow" / "scales" / "paper.yaml"
SHIPPED = yaml.safe_load((BASE / "config.yaml").read_text())
PAPER = preflight.merged([BASE / "config.yaml", PAPER_FILE])
ASK = " (cannot be fetched: docs/data.md says whom to ask)"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Run the command in this process, on a machine of 1 TFLOP/s; return its exit status and what it printed."""
    monkeypatch.setattr(estimates, "matrix_rate", lambda precision: 1e12)

    def command(*arguments: object) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["preflight", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            preflight.main()
        return ended.value.code, capsys.readouterr().out

    return command


def test_nothing_missing_is_exit_status_0(run, tmp_path: Path):
    status, said = run("--directory", tmp_path)
    assert status == 0
    counts = ", ".join(f"{role} {count:,}" for role, count in estimates.pictures(SHIPPED).items())
    assert "To fetch" not in said and said.startswith(f"Missing: nothing\nPictures: {counts}\n")
    assert f"Queries:  {estimates.queries(SHIPPED):,} images" in said


def test_missing_files_are_listed_and_exit_status_is_1(run, tmp_path: Path):
    status, said = run(PAPER_FILE, "--directory", tmp_path)
    assert status == 1
    assert said.startswith(f"Missing:\n  {tmp_path / 'data/facescrub/facescrub_actors.txt'}{ASK}\n")
    assert "\nTo fetch:\n  celeba's img_align_celeba.zip: 1,443,490,838 bytes from https" in said
    assert "Training: " in said and "Disk: " in said


def test_targets_that_are_asked_are_quoted_and_what_they_lack_is_missing(run, tmp_path: Path):
    status, said = run("--directory", tmp_path)
    assert status == 0 and "\n  asked.example: at most " in said and "rekognition" not in said
    (tmp_path / "mine.yaml").write_text(
        "asked: {mine: {model: m.onnx, size: 16, classes: 6, images: own, auxiliary: own}}\n"
        "rekognition: {source: official}\n"
    )
    (tmp_path / "own").mkdir()
    (tmp_path / "own/1.png").touch()
    status, said = run(tmp_path / "mine.yaml", "--directory", tmp_path)
    assert status == 1
    assert "Missing:\n  asked.mine.model: expected a model file, found none at m.onnx\nPictures: " in said
    assert "\n  asked.mine: at most 2 pictures, 0 answered already; at most 4 questions to ask, $0.00" in said
    assert "\n  rekognition: at most 11,540 pictures" in said


def test_the_papers_scale_has_the_budget_for_its_example(run, tmp_path: Path):
    said = run(PAPER_FILE, "--directory", tmp_path)[1]
    assert "\n  asked.example: at most " in said and "asked.example.max_questions" not in said


def test_the_hours_are_operations_over_the_share_of_the_rate_that_training_reaches(run, tmp_path: Path):
    hours = estimates.operations(PAPER) / (1e12 * estimates.SHARE_OF_MATRIX_RATE) / 3600
    assert hours > 10
    assert f"about {hours:,.0f} hours here" in run(PAPER_FILE, "--directory", tmp_path)[1]


def test_a_configuration_that_cannot_work_is_two_lines(run, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("classifiers:\n  faces:\n    epoch: 3\n")
    status, said = run(tmp_path / "mine.yaml")
    assert said == "" and str(status).splitlines()[0] == ("preflight: error: classifiers.faces: unknown key 'epoch'")
    assert len(str(status).splitlines()) == 2


@pytest.mark.parametrize("text", [None, "seeds: [1\n"])
def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path, text: str | None):
    if text is not None:
        (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(UnusableInput, match=f"^{tmp_path / 'mine.yaml'}: (cannot be read|is not YAML)"):
        preflight.merged([tmp_path / "mine.yaml"])


def test_files_are_merged_as_snakemake_merges_them(tmp_path: Path):
    """Mappings key by key; a list or a number replaces what was there."""
    (tmp_path / "a.yaml").write_text("x: {p: 1, q: [1, 2]}\ny: 3\n")
    (tmp_path / "b.yaml").write_text("x: {q: [5]}\ny: {z: 1}\n")
    merged = preflight.merged([tmp_path / name for name in ("a.yaml", "b.yaml")])
    assert merged == {"x": {"p": 1, "q": [5]}, "y": {"z": 1}}


def test_the_module_is_a_command():
    asked = subprocess.run(
        [sys.executable, "-m", "obverse.commands.preflight", "--help"],
        cwd=BASE / "workflow",
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0 and "Say what a run needs before it starts" in asked.stdout
