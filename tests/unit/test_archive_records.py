import json
from pathlib import Path

import pytest

from obverse.archive import records
from packing import Study


@pytest.fixture
def kitchen(tmp_path: Path) -> Study:
    made = Study(tmp_path)
    made.write("results/raw.csv", "1")
    made.write("results/soup.csv", "2")
    return made


def newest(study: Study) -> dict[str, records.Made]:
    return records.newest(study.path / "results/records/jobs", lambda path: path.removeprefix("./"))


def test_of_several_runs_the_last_that_made_a_file_counts_whatever_its_command(kitchen: Study):
    kitchen.record("cook", ["--salt", "1"], ["results/raw.csv"], ["results/soup.csv"], time=1_700_000_300)
    kitchen.write("results/soup.csv", "3")
    last = kitchen.record("cook", ["--salt", "2"], ["results/raw.csv"], ["results/soup.csv"], time=1_700_000_900)
    kitchen.write("results/soup.csv", "4")
    kitchen.record("cook", ["--salt", "1"], ["results/raw.csv"], ["results/soup.csv"], time=1_700_000_600)
    found = newest(kitchen)["results/soup.csv"]
    assert found.record == last
    assert found.inputs == {"results/raw.csv": kitchen.sha256("results/raw.csv")}


def test_a_run_that_failed_or_was_killed_made_nothing(kitchen: Study):
    path = kitchen.record("cook", ["--salt", "1"], [], ["results/soup.csv"], time=1_700_000_300)
    started, ended = path.read_text().splitlines()
    failed = json.dumps(json.loads(ended) | {"exit_status": 1})
    path.write_text(f"{started}\n{failed}\n{started}\n{ended[:80]}")
    assert newest(kitchen) == {}


def test_paths_are_brought_to_the_names_that_files_have_in_an_archive(kitchen: Study):
    kitchen.record("cook", [], ["./results/raw.csv"], ["./results/soup.csv"], time=1_700_000_300)
    (made,) = newest(kitchen).values()
    assert set(newest(kitchen)) == set(made.outputs) == {"results/soup.csv"} and set(made.inputs) == {"results/raw.csv"}


def test_of_snakemakes_account_the_jobs_that_made_what_is_kept_stay_and_how_their_runs_began():
    events = [
        {"event": "run_started", "run": "1"},
        {"event": "job_started", "run": "1", "jobid": 1, "outputs": ["kept", "too"]},
        {"event": "job_failed", "run": "1", "jobid": 1},
        {"event": "job_started", "run": "1", "jobid": 2, "outputs": ["not kept"]},
        {"event": "job_finished", "run": "1", "jobid": 2},
        {"event": "run_ended", "run": "1"},
        {"event": "run_started", "run": "2"},
        {"event": "job_started", "run": "2", "jobid": 2, "outputs": ["kept"]},
        {"event": "job_finished", "run": "2", "jobid": 2},
        {"event": "run_started", "run": "3"},
        {"event": "job_started", "run": "3", "jobid": 2, "outputs": ["archive"]},
    ]
    text = "".join(f"{json.dumps(event)}\n" for event in events) + '{"event": "run_sta'
    chosen = [json.loads(line) for line in records.of_kept(text.encode(), ["kept"]).splitlines()]
    assert chosen == [*events[:3], *events[6:9]]
