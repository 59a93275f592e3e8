"""`verify --rerun`: an archive's code makes its results once more, and a table compares."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import handmade
from handmade import Parts
from obverse import files
from obverse.archive import contents, rerunning
from obverse.archive.comparing import Comparison
from signals import heed

PACKAGE = Path(__file__).parents[2] / "workflow"

SNAKEFILE = b"""
configfile: "config.yaml"

rule numbers:
    output: "results/numbers.csv"
    params: m=config["m"]
    shell: "echo name,value >{output}; echo m,{params.m} >>{output}"

rule draw:
    input: "results/numbers.csv"
    output: "results/fig9.csv"
    shell: "cp {input} {output}"

rule record:
    output: "results/config.yaml"
    params: m=config["m"]
    shell: "echo 'm: {params.m}' >{output}"
"""
MADE = {"results/numbers.csv": b"name,value\nm,20\n", "results/fig9.csv": b"name,value\nm,20\n"}
JOBS = [("numbers", "results/numbers.csv", []), ("draw", "results/fig9.csv", ["results/numbers.csv"])]


def small() -> Parts:
    """An archive of a workflow of three rules, made with another number than config.yaml's; nothing is recorded."""
    members = {"code/Snakefile": SNAKEFILE, "code/config.yaml": b"m: 10\n", "results/config.yaml": b"m: 20\n"} | MADE
    files = {
        name: {"sha256": handmade.sha256(content), "size": len(content), "status": "kept", "why": ""}
        for name, content in members.items()
    }
    links = [
        {"rule": rule, "outputs": [output], "inputs": inputs, "record": "", "shellcmd": "", "params": []}
        for rule, output, inputs in [*JOBS, ("record", "results/config.yaml", [])]
    ]
    made = handmade.whole().manifest["made"]
    targets = ["results/fig9.csv", "results/config.yaml"]
    return Parts(members, {"format": 1, "made": made, "targets": targets, "files": files, "links": links})


def verify(parts: Parts, tmp_path: Path, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "obverse.commands.verify", str(parts.write(tmp_path / "archive.zip")), *options]
    environment = os.environ | {"PYTHONPATH": str(PACKAGE), "TMPDIR": str(tmp_path)}
    return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)


def test_the_archived_code_and_configuration_make_the_same_bytes_in_a_folder_that_is_gone_afterwards(tmp_path):
    done = verify(small(), tmp_path, "--rerun")
    assert "results/fig9.csv     same bytes" in done.stdout, done.stderr
    assert "3 files: 3 same bytes" in done.stdout
    assert done.returncode == 1  # for nothing was recorded of the jobs
    assert not list(tmp_path.glob("obverse-*"))


def test_a_named_target_is_made_in_a_named_folder_and_compared_with_all_it_comes_from(tmp_path):
    parts = small()
    parts.tell("results/numbers.csv", b"name,value\nm,20.1\n")
    parts.tell("results/fig9.csv", b"name,value\nm,25\n")
    done = verify(parts, tmp_path, "--rerun", "results/fig9.csv", "--directory", "again")
    assert done.returncode == 1
    assert "results/fig9.csv     differs             1 of 1 numbers differ, most 25 and 20" in done.stdout, done.stderr
    assert "results/numbers.csv  agrees              1 of 1 numbers differ, most 20.1 and 20" in done.stdout
    assert "2 files: 1 agrees, 1 differs" in done.stdout
    assert (tmp_path / "again/results/fig9.csv").read_bytes() == MADE["results/fig9.csv"]
    assert not (tmp_path / "again/results/config.yaml").exists()


def test_the_one_who_packed_agrees_to_no_costs_and_the_one_who_makes_it_again_may(tmp_path):
    """In a file of one's own; without it the code is run as one that may not spend."""
    parts = small()
    asks = SNAKEFILE.replace(
        b'm=config["m"]\n    shell: "echo name', b'm=config["rekognition"]["confirm_spend"]\n    shell: "echo name'
    )
    parts.tell("code/Snakefile", asks)
    parts.tell("code/config.yaml", b"m: 10\nrekognition: {confirm_spend: false}\n")
    parts.tell("results/config.yaml", b"m: 20\nrekognition: {confirm_spend: true}\n")
    done = verify(parts, tmp_path, "--rerun", "results/fig9.csv", "--directory", "again")
    assert "yours to agree to: rekognition.confirm_spend." in done.stdout, done.stderr
    assert (tmp_path / "again/results/fig9.csv").read_text() == "name,value\nm,False\n"
    (tmp_path / "own.yaml").write_text("rekognition: {confirm_spend: true}\n")
    done = verify(parts, tmp_path, "--rerun", "--directory", "mine", "--configfile", "own.yaml")
    assert (tmp_path / "mine/results/fig9.csv").read_text() == "name,value\nm,True\n", done.stderr
    assert (tmp_path / "mine/results/config.yaml").read_text() == "m: 20\n"


def test_a_withheld_file_is_held_against_its_hash(tmp_path):
    parts = small()
    parts.withhold("results/numbers.csv")
    done = verify(parts, tmp_path, "--rerun", "results/fig9.csv")
    assert "2 files: 2 same bytes" in done.stdout, done.stderr
    parts.manifest["files"]["results/numbers.csv"]["sha256"] = "0" * 64
    assert "results/numbers.csv  cannot be compared" in verify(parts, tmp_path, "--rerun").stdout


def test_what_the_table_says_of_a_file_cannot_steer_a_terminal():
    """Names of columns and tensors are the archive's."""
    found = {"results/\x1b[2J.csv": Comparison("differs", "others: \x1b]0;all is well\a")}
    lines = rerunning.table(found, [])
    assert lines[1] == "results/\\x1b[2J.csv  differs             others: \\x1b]0;all is well\\x07"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_ends_its_run_and_its_jobs_and_leaves_no_folder(tmp_path, number):
    parts = small()
    parts.tell(
        "code/Snakefile",
        SNAKEFILE.replace(b'"echo name', b'"echo $$ >%s/job; exec sleep 600; echo name' % bytes(tmp_path)),
    )
    command = [sys.executable, "-m", "obverse.commands.verify", str(parts.write(tmp_path / "archive.zip")), "--rerun"]
    environment = os.environ | {"PYTHONPATH": str(PACKAGE), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, preexec_fn=heed) as running:
        while not (tmp_path / "job").exists() or not (job := (tmp_path / "job").read_text().strip()):
            assert running.poll() is None, running.stderr.read()
            time.sleep(0.05)
        running.send_signal(number)
        running.communicate()
    assert running.returncode == 128 + number
    assert not list(tmp_path.glob("obverse-*"))
    end = time.monotonic() + 30  # it is dead; who has taken it over has still to take notice
    while Path(f"/proc/{job}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{job}").exists()


def test_a_run_that_fails_is_said_and_ends_in_exit_status_1(tmp_path):
    parts = small()
    parts.tell("code/Snakefile", SNAKEFILE.replace(b"cp {input}", b"false {input}"))
    done = verify(parts, tmp_path, "--rerun")
    assert done.returncode == 1 and "not made again: Snakemake ended with exit status 1" in done.stdout
    assert "Traceback" not in done.stderr


def test_files_too_large_to_be_looked_into_are_held_against_their_hashes(tmp_path, monkeypatch):
    """Those that are the same are said to be, and no others are read."""
    monkeypatch.setattr("obverse.archive.rerunning._MOST", 15)
    parts = small()
    parts.tell("results/numbers.csv", b"name,value\nm,20.1\n")
    for name, content in MADE.items():
        files.write_bytes(tmp_path / name, content)
    with contents.opening(parts.write(tmp_path / "archive.zip")) as archive:
        compared = {name: rerunning._compared(archive, name, tmp_path / name) for name in MADE}
    assert compared["results/fig9.csv"].verdict == "same bytes"
    assert compared["results/numbers.csv"].verdict == "differs"
    assert "more than the 0.0 GB that are looked into" in compared["results/numbers.csv"].words


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--rerun", "results/fig10.csv"], "expected targets that it has, found results/fig10.csv"),
        (["--rerun", "--directory", "."], "expected a new or empty folder, found another"),
        (["--directory", "again"], "--directory is for --rerun"),
        (["--configfile", "own.yaml"], "--configfile is for --rerun"),
        (["--rerun", "--configfile", "own.yaml"], "own.yaml: expected a configuration, found no file"),
    ],
)
def test_what_cannot_be_made_again_is_refused(tmp_path, options, error):
    done = verify(small(), tmp_path, *options)
    assert done.returncode != 0 and error in done.stderr
    assert "Traceback" not in done.stderr and [path.name for path in tmp_path.iterdir()] == ["archive.zip"]


def test_a_changed_archive_is_not_run(tmp_path):
    parts = small()
    parts.members["code/Snakefile"] += b"x"
    done = verify(parts, tmp_path, "--rerun", "--directory", "again")
    assert done.returncode == 1 and "Nothing was made again." in done.stderr
    assert not (tmp_path / "again").exists()
