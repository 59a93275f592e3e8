import json

import pytest

from obverse.archive import events


def test_of_snakemakes_account_the_jobs_that_made_what_is_kept_stay_and_how_their_runs_began():
    told = [
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
    text = "".join(f"{json.dumps(event)}\n" for event in told) + '{"event": "run_sta'
    chosen = [json.loads(line) for line in events.of_kept(text.encode(), ["kept"]).splitlines()]
    assert chosen == [*told[:3], *told[6:9]]


JOB = {"event": "job_started", "run": "1", "jobid": 1, "outputs": ["kept"]}


@pytest.mark.parametrize(
    "change",
    [{"outputs": [["kept"]]}, {"outputs": 3}, {"outputs": {"kept": 1}}, {"run": ["1"]}, {"jobid": {}}, {"event": []}],
)
def test_a_line_of_another_shape_is_left_out(change):
    assert events.of_kept(f"{json.dumps(JOB | change)}\n{json.dumps(JOB)}\n".encode(), ["kept"]) == line(JOB)


@pytest.mark.parametrize("depth", [300, 900, 990, 5000])
def test_brackets_of_any_depth_hinder_nothing(depth):
    deep = json.dumps(JOB | {"reason": "deep"}).replace('"deep"', "[" * depth + "]" * depth)
    chosen = events.of_kept(f"{deep}\n{json.dumps(JOB)}\n".encode(), ["kept"])
    assert chosen.splitlines()[-1] == line(JOB).strip()


@pytest.mark.parametrize("path", ["ä", "\udcff"])
def test_the_lines_are_those_that_were_written_whatever_a_path_is_called(path):
    """So that restoring them beside the same ones adds nothing; half a letter is a byte of no text."""
    job = JOB | {"command": [path], "outputs": [path]}
    assert events.of_kept(line(job), [path]) == line(job)


def line(event: dict) -> bytes:
    return json.dumps(event, sort_keys=True, default=str).encode() + b"\n"
