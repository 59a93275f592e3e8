import json
from datetime import UTC, datetime

import pytest

from obverse.archive import runs
from obverse.archive.runs import Machine

ENDED = {
    "event": "ended",
    "exit_status": 0,
    "started": "2026-01-02T03:04:05.000+00:00",
    "ended": "2026-01-02T03:04:07.500+00:00",
    "outputs": {"results/a.csv": "1" * 64},
    "host": {"node": "kitchen", "processor": "Stove", "cores": 2, "system": "Linux 6", "machine": "x86_64"},
    "device": {"device": "H100", "precision": "bfloat16", "architecture": "x86_64"},
    "python": "3.11.7",
    "versions": {"numpy": "2.4.6"},
}


def record(*events: dict) -> bytes:
    return "".join(f"{json.dumps(event)}\n" for event in events).encode()


def test_a_run_has_its_times_machine_device_and_versions():
    found = runs.last(record({"event": "started"}, ENDED), ["results/a.csv"])
    assert found.started == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (found.ended - found.started).total_seconds() == 2.5
    assert found.machine == Machine("kitchen", "Stove", 2, "Linux 6 x86_64", "H100", "bfloat16")
    assert (found.python, found.versions) == ("3.11.7", {"numpy": "2.4.6"})


def test_of_several_the_last_that_ended_well_and_made_the_output_counts():
    events = [ENDED | {"python": "1"}, ENDED | {"python": "2", "outputs": {"./results/a.csv": "2" * 64}}]
    events += [ENDED | {"python": "3", "exit_status": 1}, ENDED | {"python": "4", "outputs": {"results/b.csv": ""}}]
    assert runs.last(record(*events, {"event": "started"}), ["results/a.csv"]).python == "2"


@pytest.mark.parametrize("change", [{"exit_status": 1}, {"event": "started"}, {"outputs": {}}, {"ended": "later"}])
def test_there_is_none_where_none_made_it_or_its_time_cannot_be_read(change: dict):
    assert runs.last(record(ENDED | change), ["results/a.csv"]) is None


def test_what_a_record_does_not_tell_is_empty():
    found = runs.last(record(ENDED | {"host": {}, "device": {}, "versions": {}}), ["results/a.csv"])
    assert found.machine == Machine("", "", 0, "", "", "") and found.versions == {}
