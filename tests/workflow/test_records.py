"""What a run of the workflow leaves of itself: every job, by Snakemake's account and by its own, and how it ended."""

import json
import re
import subprocess
from pathlib import Path

from checkouts import Checkout
from obverse import stamps

TARGET = "results/classifiers/digits/splits.parquet"
DAMAGED = "results/sources/mnist/t10k-labels-idx1-ubyte.gz"


def lines(*paths: Path) -> list[dict]:
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def of_workflow(where: Path) -> list[dict]:
    return lines(where / "results/records/workflow.jsonl")


def of_jobs(where: Path) -> list[dict]:
    return lines(*sorted((where / "results/records/jobs").glob("*/*.jsonl")))


def commit(checkout: Checkout) -> str:
    """Make the copy a repository; return its commit."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "All"]):
        subprocess.run(["git", *words], cwd=checkout.path, check=True)
    return checkout.run("git", "rev-parse", "HEAD").stdout.strip()


def test_every_job_is_recorded_twice_with_the_sums_of_its_outputs_and_a_failed_one_with_its_status(checkout: Checkout):
    made_from = commit(checkout)
    done = checkout.snakemake(TARGET)
    assert done.returncode == 0, done.stdout + done.stderr
    run, *events, over = of_workflow(checkout.path)
    assert run["git"] == {"commit": made_from, "dirty": False, "changed": []} and over["exit"] == "finished"
    jobs = [event for event in events if event["event"] == "job_started"]
    assert {job["rule"] for job in jobs} == {"write_mnist", "prepare_mnist", "reserve_samples", "split_samples"}
    assert [job["wildcards"] for job in jobs if job["rule"] == "split_samples"] == [{"classifier": "digits"}]
    own = {frozenset(ended["outputs"]): ended for ended in of_jobs(checkout.path) if ended["event"] == "ended"}
    assert len(own) == len(jobs) == sum(event["event"] == "job_finished" for event in events)
    for job in jobs:
        ended = own[frozenset(job["outputs"])]
        assert ended["stage"] == job["rule"] and ended["exit_status"] == 0
        assert ended["outputs"] == {path: stamps.digest(checkout.path / path) for path in job["outputs"]}
        assert ended["inputs"] == {path: stamps.digest(checkout.path / path) for path in job["inputs"]}
        started = [line for line in of_jobs(checkout.path) if line["id"] == ended["id"] and line["event"] == "started"]
        assert len(started) == 1 and started[0]["command"] == ended["command"]

    (checkout.path / DAMAGED).write_bytes(b"no gzip")
    assert checkout.snakemake(TARGET).returncode != 0
    again = of_workflow(checkout.path)[len(events) + 2 :]
    assert [event["event"] for event in again] == ["run_started", "job_started", "job_failed", "run_ended"]
    assert again[-1]["exit"] == "failed" and again[0]["run"] != run["run"]
    failed = [ended for ended in of_jobs(checkout.path) if ended.get("exit_status")]
    assert [(ended["stage"], ended["exit_status"], ended["outputs"]) for ended in failed] == [("prepare_mnist", 1, {})]
    assert failed[0]["error"].startswith(DAMAGED)
    assert checkout.snakemake("--dry-run", TARGET).returncode == 0
    assert of_workflow(checkout.path)[-1] == again[-1]


def without_times(shown: str, where: str) -> str:
    dates = (r"\[\w{3} \w{3} +\d+ [\d:]+ \d{4}\]", r"Date: .*", r"[\dT-]+\.\d+\.snakemake", r"Elapsed time: .*")
    for pattern in (*dates, r"Workflow ID: .*"):
        shown = re.sub(pattern, "", shown)
    return shown.replace(where, "")


def test_the_records_lie_where_the_workflow_works_and_what_it_shows_is_as_without_them(checkout: Checkout):
    recorded = checkout.snakemake("--directory", "first", "results/config.yaml")
    checkout.edit("profiles/default/profile.yaml", "logger: [obverse]", "# logger: [obverse]")
    plain = checkout.snakemake("--directory", "other", "results/config.yaml")
    assert recorded.returncode == plain.returncode == 0, recorded.stderr + plain.stderr
    assert without_times(recorded.stderr, "first") == without_times(plain.stderr, "other")
    assert recorded.stdout == plain.stdout
    assert [event["event"] for event in of_workflow(checkout.path / "first")] == [
        *("run_started", "job_started", "job_finished", "run_ended")
    ]
    assert [line["event"] for line in of_jobs(checkout.path / "first")] == ["started", "ended"]
    assert not (checkout.path / "results").exists()
    assert not (checkout.path / "other/results/records/workflow.jsonl").exists()
