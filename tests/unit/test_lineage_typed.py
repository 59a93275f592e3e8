"""Targets as a person types them: from anywhere, as a folder, misspelt, or not made yet."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chronicles
import handmade
from obverse.commands import lineage
from obverse.errors import UnusableInput
from obverse.lineage import guesses, histories, typed

FIGURE = "results/fig.png"
BASE = Path(lineage.__file__).parents[3]
PACKAGE = {"PYTHONPATH": str(Path(lineage.__file__).parents[2])}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A working directory in which four jobs ran, beside a link to it."""
    (tmp_path / "link").symlink_to("made")
    return chronicles.write(tmp_path / "made", chronicles.chain())


def asked(*words: object, directory: Path) -> subprocess.CompletedProcess:
    """Run the command in ``directory``, in a process of its own: one that plans keeps things of Snakemake's."""
    command = [sys.executable, "-m", "obverse.commands.lineage", *map(str, words)]
    return subprocess.run(command, env=os.environ | PACKAGE, cwd=directory, capture_output=True, text=True)


def refusal(target: str, where: Path) -> UnusableInput:
    with pytest.raises(UnusableInput) as refused:
        histories.read(where).behind([typed.result(target, where)])
    return refused.value


@pytest.mark.parametrize("target", ["{0}/made/results/fig.png", "{0}/link/results/fig.png", "./results//fig.png"])
@pytest.mark.parametrize("directory", ["made", "link", "link/../made/."])
def test_an_absolute_or_dotted_path_is_the_result_that_lies_there(tmp_path, made, target, directory):
    assert typed.result(target.format(tmp_path), tmp_path / directory) == FIGURE


def test_a_path_is_taken_relative_to_the_folder_one_is_in(made, monkeypatch):
    monkeypatch.chdir(made)
    for target in (FIGURE, f"./{FIGURE}", f"{made}/{FIGURE}", f"../made/{FIGURE}"):
        assert typed.result(target, Path()) == FIGURE
    assert typed.result("results/", Path()) == "results"
    assert typed.result(f"{made}/", Path()) == "."
    assert typed.result("../../resources/list.csv", Path()) == "resources/list.csv"  # as a job has it


@pytest.mark.parametrize("target", ["../fig.png", "{0}/fig.png", "{0}/made2/results/fig.png", "/"])
def test_a_path_outside_is_refused_and_says_so(tmp_path, made, target):
    with pytest.raises(UnusableInput, match=rf"expected a path in {made}, found one outside\n.*--directory"):
        typed.result(target.format(tmp_path), made)


def test_of_two_folders_a_path_may_be_in_either_and_in_no_archive_is_an_absolute_one(tmp_path, made):
    archive = handmade.whole().write(tmp_path / "archive.zip")
    assert typed.result(str(made / FIGURE), archive, made) == FIGURE
    with pytest.raises(UnusableInput, match=f"expected a path in {archive}, found one outside"):
        typed.result(str(made / FIGURE), archive)


def test_every_question_takes_such_a_path(made):
    told = asked(made / FIGURE, directory=made)
    assert (told.returncode, told.stdout.splitlines()[0]) == (0, f"{FIGURE} in .:")
    told = asked("diff", made, ".", "--target", f"./{FIGURE}", made / FIGURE, directory=made)
    assert (told.returncode, told.stderr) == (0, "")
    told = asked("why", made.parent / "fig.png", directory=made)
    assert told.returncode == 2 and f"expected a path in {made}, found one outside" in told.stderr


@pytest.mark.parametrize(
    ("target", "problem", "remedy"),
    [
        ("results/", "a folder that no job here is known to have made", "such as results/data/images.npy."),
        (".", "a folder that no job here is known to have made", "such as results/data/images.npy."),
        ("results/nets", "a folder that no job here is known to have made", "such as results/nets/1.bin."),
        ("results/brought", "a folder that no job here is known to have made", "such as results/fig9.png."),
        ("results/brought/a.png", "one made elsewhere: its provenance is missing", "Bring .snakemake/metadata along"),
        ("resources/list.csv", "a file that no job made", "such as results/fig9.png."),
    ],
)
def test_what_is_there_and_no_job_made_is_called_what_it_is(made, target, problem, remedy):
    (made / "results/brought").mkdir()
    (made / "results/brought/a.png").write_bytes(b"png")
    error = refusal(target, made)
    assert error.problem.endswith(f", found {problem}") and remedy in error.remedy


def test_a_file_in_a_folder_that_a_job_made_is_not_made_elsewhere(tmp_path):
    where = chronicles.write(tmp_path, {"fetch": chronicles.Entry("fetch", {"results/pictures/1.zip": b"a"}, [])})
    chronicles.note_of(where, "results/pictures/1.zip").rename(chronicles.note_of(where, "results/pictures"))
    error = refusal("results/pictures/1.zip", where)
    assert (error.problem, error.remedy) == (
        "expected a result, found a file in one",
        "Name the whole: results/pictures.",
    )


def test_what_was_not_made_yet_is_said_to_be_and_who_tells_more(made):
    told = asked("results/fig7.png", directory=made)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.splitlines() == [
        "lineage: error: results/fig7.png: expected a result that was made, found that it was not made yet",
        "python -m obverse.commands.lineage why results/fig7.png says what would run.",
    ]
    error = refusal("fig", made)
    assert error.problem.endswith(f"not made yet in {made}")
    assert f"why fig --directory {made} says" in error.remedy and error.remedy.endswith(f"Did you mean {FIGURE}?")


def test_why_tells_what_would_run_for_what_was_never_made(made):
    told = asked("why", "results/fig9.png", directory=made)
    assert (told.returncode, told.stderr) == (1, "")
    first, *further = told.stdout.splitlines()
    jobs = re.fullmatch(r"results/fig9\.png: it was never made: (\d+) of \1 jobs would run\.", first)
    assert int(jobs[1]) > 9 and "  draw_reconstructions: results/fig9.png is not there" in further
    told = asked("why", "all", directory=made)
    assert told.returncode == 1 and re.match(r"all: \d+ of \d+ jobs would run\.\n", told.stdout)
    assert "  record_config: results/config.yaml is not there" in told.stdout.splitlines()


def test_in_a_checkout_where_nothing_was_made_yet_everything_would_run(tmp_path):
    """Elsewhere the folder is a slip of the pen, and refused."""
    told = asked("why", "results/config.yaml", directory=tmp_path)
    assert told.returncode == 2 and "found none\nName the folder where snakemake was started" in told.stderr
    assert not list(tmp_path.iterdir())
    (tmp_path / "Snakefile").symlink_to(BASE / "Snakefile")
    told = asked("why", "results/config.yaml", directory=tmp_path)
    assert told.returncode == 1 and told.stdout.startswith("results/config.yaml: it was never made: 1 of 1 jobs would")


def test_a_checkout_is_asked_by_its_own_code_alone(tmp_path, made):
    """That of another, which the environment has, would say of its own files that there is nothing to do."""
    (made / "Snakefile").touch()
    for told in (asked("why", FIGURE, directory=made), asked("why", FIGURE, "--directory", made, directory=tmp_path)):
        assert (
            told.returncode == 2 and f"{made}: expected the code of this checkout, found that of {BASE}" in told.stderr
        )


def test_why_takes_the_keys_that_snakemake_was_given_one_by_one(tmp_path):
    """Without them, each is named as what changed; they are read as Snakemake reads them, and after the files."""
    (tmp_path / "mine.yaml").write_text("data_seed: 2\nresamples: 700\n")
    given = ("--configfile", "mine.yaml", "--config", "resamples=600", "show_faces=True")
    command = ["snakemake", "--snakefile", BASE / "Snakefile", "--cores", "1", "results/config.yaml", *given]
    subprocess.run(command, env=os.environ | PACKAGE, cwd=tmp_path, check=True, capture_output=True)
    told = asked("why", "results/config.yaml", *given, directory=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    told = asked("why", "results/config.yaml", *given[:2], directory=tmp_path)
    assert told.returncode == 1
    changed = re.findall(r"(?m)^  (record_config: \S+)", told.stdout)
    assert changed == ["record_config: resamples", "record_config: show_faces"]


def test_a_key_without_a_value_is_refused_and_not_repeated(made):
    """What was typed may be a password."""
    told = asked("why", FIGURE, "--config", "hunter2", directory=made)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("lineage: error: --config: expected KEY=VALUE") and "hunter2" not in told.stderr


@pytest.mark.parametrize(
    ("target", "guess"),
    [("results/fig99.png", "results/fig9.png"), ("fig9", "results/fig9.png"), ("fig.csv", "results/fig.csv")],
)
def test_why_refuses_what_no_rule_makes_with_what_may_be_meant(made, target, guess):
    """Of what the rule all is for, and of what was made here."""
    told = asked("why", target, directory=made)
    assert (told.returncode, told.stdout) == (2, "")
    assert f"{target}: expected a target of the workflow, found none: no rule makes {target}\n" in told.stderr
    assert told.stderr.endswith(f"\nDid you mean {guess}?\n")


def test_a_guess_is_near_by_path_name_or_stem_and_none_is_made_of_something_else():
    known = ["results/fig9.png", "results/fig9.csv", "results/table1.png"]
    assert guesses.near("fig9", known) == "Did you mean results/fig9.png?"
    assert guesses.near("fig9.csv", known) == "Did you mean results/fig9.csv?"
    assert guesses.near("result/tabel1.png", known) == "Did you mean results/table1.png?"
    assert guesses.near("results/fig99.png", known) == "Did you mean results/fig9.png?"
    assert guesses.near("results/foo/bar", ["results/nets/2.bin"]) == ""  # which have only results/ in common
    assert guesses.near("something/else", known) == guesses.near("fig9", []) == ""
    assert guesses.same("fig9", known) == "Did you mean results/fig9.png?"
    assert guesses.same("results/fig99.png", known) == guesses.same("results/fig9.png", []) == ""
