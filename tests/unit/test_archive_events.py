import json

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
