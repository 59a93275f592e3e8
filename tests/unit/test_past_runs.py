"""What a job's record tells: each fact of it, and which of several runs made a file."""

import hashlib
import json
import posixpath
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from obverse.past import runs
from obverse.past.runs import Machine, Run

RECORD = PurePosixPath("records/jobs/cook/1.jsonl")
STARTED = {"event": "started", "id": "1", "command": ["python", "-m", "obverse.cook", "--salt", "1"], "host": "kitchen"}
ENDED = {
    "event": "ended",
    "id": "1",
    "command": ["python", "-m", "obverse.cook", "--salt", "1"],
    "exit_status": 0,
    "started": "2026-01-02T03:04:05.000+00:00",
    "ended": "2026-01-02T03:04:07.500+00:00",
    "inputs": {"./results/raw.csv": "2" * 64, "results/pots": None},
    "outputs": {"./results/soup.csv": "1" * 64},
    "threads": 2,
    "host": {"node": "kitchen", "processor": "Stove", "cores": 2, "system": "Linux 6", "machine": "x86_64"},
    "device": {"device": "H100", "precision": "bfloat16", "architecture": "x86_64"},
    "python": "3.11.7",
    "versions": {"numpy": "2.4.6"},
    "code": {"cook": "abc"},
}


def text(*events: object) -> bytes:
    """Return a record of ``events``, a line each; torn at its end."""
    return "".join(f"{json.dumps(event)}\n" for event in events).encode() + json.dumps(ENDED).encode()[:80]


def read(*events: object) -> list[Run]:
    return list(runs.read(text(*events), RECORD, posixpath.normpath))


def at(second: int, **changes: object) -> dict:
    return ENDED | {"ended": f"2026-01-02T03:05:{second:02}.000+00:00"} | changes


def test_a_run_is_told_whole_with_its_files_by_the_readers_names():
    (found,) = read(STARTED, ENDED)
    assert found == Run(
        record=RECORD,
        stage="cook",
        words=("--salt", "1"),
        started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        ended=datetime(2026, 1, 2, 3, 4, 7, 500_000, tzinfo=UTC),
        exit_status=0,
        inputs={"results/raw.csv": "2" * 64, "results/pots": None},
        outputs={"results/soup.csv": "1" * 64},
        threads=2,
        machine=Machine("kitchen", "Stove", 2, "Linux 6", "x86_64", "H100", "bfloat16"),
        python="3.11.7",
        versions={"numpy": "2.4.6"},
        code={"cook": "abc"},
    )
    assert (found.seconds, found.machine.computing, found.machine.kind) == (2.5, "H100, bfloat16", "Stove")
    assert found.key == hashlib.sha256(b"--salt\x001").hexdigest()[:16]


def test_what_a_record_does_not_tell_is_empty():
    (found,) = read({name: ENDED[name] for name in ("event", "command", "exit_status")} | {"versions": None})
    assert found.machine == Machine("", "", 0, "", "", "", "")
    assert (found.inputs, found.outputs, found.versions, found.code, found.python) == ({}, {}, {}, {}, "")
    assert (found.started, found.ended, found.seconds, found.threads) == (None, None, None, 1)
    assert (found.machine.computing, found.machine.kind) == ("", "")


def test_a_processor_without_a_name_is_told_by_its_architecture():
    (found,) = read(ENDED | {"host": {"machine": "aarch64"}})
    assert found.machine.kind == "aarch64"


@pytest.mark.parametrize(
    "change",
    [
        {"event": "started"},
        {"event": 1},
        {"command": None},
        {"command": "python -m obverse.cook"},
        {"command": ["python", "-m"]},
        {"command": ["python", "-m", "obverse.cook", 1]},
        {"command": ["python", "-m", "obverse.cook", "\ud800"]},
        {"exit_status": None},
        {"exit_status": False},
        {"ended": 1_700_000_000},
        {"inputs": ["results/raw.csv"]},
        {"outputs": {"results/soup.csv": 1}},
        {"outputs": {"results/\ud800.csv": None}},
        {"threads": "2"},
        {"host": "kitchen"},
        {"host": {"cores": 2.5}},
        {"device": []},
        {"device": {"device": {}}},
        {"python": 3.11},
        {"versions": {"numpy": None}},
        {"code": {"cook": []}},
    ],
)
def test_a_line_with_other_things_than_jobs_record_is_left_out_and_the_others_are_read(change: dict):
    found = read(ENDED | {"python": "1"}, ENDED | change, [ENDED], None, ENDED | {"python": "2"})
    assert [run.python for run in found] == ["1", "2"]


@pytest.mark.parametrize("content", [b"", b"\xff\n", b"[" * 99_999, b'{"a":' * 99_999, b"\0\n" * 9])
def test_what_is_no_record_tells_of_none(content: bytes):
    assert list(runs.read(content, RECORD, str)) == []


def test_the_newest_that_ended_well_and_wrote_a_file_made_it():
    other = {"outputs": {"results/rest.csv": ""}}
    events = [at(1, python="1"), at(3, python="3"), at(2, python="2"), at(4, exit_status=1), at(5, **other), STARTED]
    made = runs.makers(read(*events))
    assert made["results/soup.csv"].python == "3" and set(made) == {"results/soup.csv", "results/rest.csv"}
    assert runs.maker(made, ["results/soup.csv", "results/other.csv"]).python == "3"
    assert runs.maker(made, made) == runs.newest(read(*events)) == made["results/rest.csv"]
    assert runs.maker(made, ["results/other.csv"]) is None


def test_times_are_compared_as_such_and_of_two_at_one_time_the_last_told_is_the_newest():
    texts = ["2026-01-02T03:04:06+00:00", "2026-01-02T05:04:06+02:00", "2026-01-02T04:04:05+01:00"]
    texts += ["later", "", "0001-01-01T00:00:00+23:59"]
    found = read(*(ENDED | {"ended": text, "python": text} for text in texts))
    assert runs.newest(found).python == texts[1]
    assert [run.seconds is None for run in found] == [False, False, False, True, True, False]


def test_a_time_of_no_zone_is_in_utc():
    assert read(ENDED | {"ended": "2026-01-02T03:04:06"})[0].seconds == 1


def test_where_no_time_can_be_read_the_last_told_is_the_newest_and_any_other_time_is_newer():
    unread = [ENDED | {"ended": "later", "python": number} for number in "12"]
    assert runs.newest(read(*unread)).python == "2"
    assert runs.newest(read(ENDED, *unread)).python == ENDED["python"]


def test_a_run_that_failed_or_was_killed_made_nothing():
    told = read(STARTED, ENDED | {"exit_status": 1}, STARTED)
    assert [run.exit_status for run in told] == [1]
    assert runs.makers(told) == {} and runs.newest(told) is None


def test_of_all_records_in_a_folder_each_run_is_told_with_its_file(tmp_path: Path):
    """Whatever their command: the newest made the file."""
    for name, second in {"boil/1.jsonl": 1, "cook/1.jsonl": 3, "cook/2.jsonl": 2}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text(STARTED, at(second)))
    assert len(list(runs.below(tmp_path, posixpath.normpath))) == 3
    made = runs.makers(runs.below(tmp_path, posixpath.normpath))
    assert made["results/soup.csv"].record == tmp_path / "cook/1.jsonl"
    assert list(runs.below(tmp_path / "none", str)) == []
