"""What a command leaves of itself, however it ends, and what that costs the command: nothing."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from obverse import provenance, records
from signals import heed

WORKFLOW = Path(records.__file__).parents[1]
STAGE = '''
import os, signal, sys, time
from pathlib import Path

from obverse import cli, files
from obverse.errors import UnusableInput


def child_is_ended() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"here")
        time.sleep(60)
        os._exit(1)
    os.read(reading, 4)
    os.kill(child, signal.SIGTERM)
    assert os.waitpid(child, 0)[1] == signal.SIGTERM


def copy_it(*, sources: list[Path], folder: Path, nothing: Path, how: str, threads: int, output: Path) -> None:
    """Copy it."""
    files.write_bytes(output, b"half")
    files.write_bytes(output.with_name("state"), b"half")
    print(how, flush=True)
    match how:
        case "unusable":
            raise UnusableInput(sources[0], "expected more, found less", "Add to it.")
        case "broken":
            raise ZeroDivisionError("twice\\nover")
        case "exits":
            raise SystemExit(3)
        case "says":
            raise SystemExit("no more\\nof this")
        case "interrupted":
            raise KeyboardInterrupt
        case "waits":
            time.sleep(60)
        case "pauses":
            time.sleep(2)
        case "makes much":
            with files.replacing(output) as temporary:
                temporary.touch()
                os.truncate(temporary, 2**36)
            return
        case "forks":
            child_is_ended()
        case "makes a folder":
            making = Path("making")
            (making / "below").mkdir(parents=True)
            (making / "below" / "one").write_bytes(b"1")
            os.link(making / "below" / "one", making / "two")
            if folder.is_dir():
                folder.rmdir()
            making.rename(folder)
        case "goes on":
            os.kill(os.getpid(), signal.SIGHUP)
    files.remove(output.with_name("state"))
    files.write_bytes(output, sources[0].read_bytes())


if __name__ == "__main__":
    cli.run(copy_it)
'''
PAUSE = 2  # seconds
LARGE = 2**36  # bytes, without a block on the disk: nobody waits for their sum
ENDED = {
    *("event", "id", "stage", "command", "started", "ended", "exit_status", "error", "inputs", "outputs", "threads"),
    *("device", "host", "python", "versions", "code", "environment", "recording_seconds"),
}


class Command:
    """A command in a folder of its own, and what it records."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.records = folder, folder / "records"
        (folder / "copy_it.py").write_text(STAGE)
        (folder / "a.txt").write_bytes(b"a")
        (folder / "b.txt").write_bytes(b"b")
        (folder / "there").mkdir()

    def words(self, how: str) -> list[str]:
        given = ["--sources", "a.txt", "b.txt", "a.txt", "none.txt", "--folder", "there", "--nothing", ""]
        return [*given, "--how", how, "--threads", "3", "--output", "made/out.txt"]

    def start(self, how: str, recorded: bool = True, **settings: object) -> subprocess.Popen:
        environment = os.environ | {"PYTHONPATH": str(WORKFLOW), "OMP_NUM_THREADS": "1", "KEY": "secret"}
        environment |= {records.VARIABLE: "records"} if recorded else {}
        command = [sys.executable, "copy_it.py", *self.words(how)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        settings = {"preexec_fn": heed} | settings
        return subprocess.Popen(command, cwd=self.folder, env=environment, **pipes, **settings)

    def run(self, how: str, recorded: bool = True) -> tuple[int, str]:
        """Return the exit status and what was said on stderr."""
        running = self.start(how, recorded)
        return (running.communicate()[1], running.returncode)[::-1]

    def path(self, how: str) -> Path:
        key = hashlib.sha256("\0".join(self.words(how)).encode()).hexdigest()[:16]
        return self.records / "jobs" / "copy_it" / f"{key}.jsonl"

    def lines(self, how: str) -> list[dict]:
        return [json.loads(line) for line in self.path(how).read_text().splitlines()]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_command_leaves_two_lines_in_the_file_of_its_arguments(command: Command):
    assert command.run("well") == (0, "")
    started, ended = command.lines("well")
    assert started.keys() == {"event", "id", "time", "command", "host", "pid"} and started["event"] == "started"
    assert ended.keys() == ENDED and ended["event"] == "ended" and ended["id"] == started["id"]
    assert ended["command"] == started["command"] == ["python", "-m", "obverse.copy_it", *command.words("well")]
    assert started["time"] == ended["started"] <= ended["ended"] and ended["started"].endswith("+00:00")
    assert (ended["stage"], ended["exit_status"], ended["error"]) == ("copy_it", 0, "")


def test_what_recording_took_is_told_apart_from_what_the_command_did(command: Command):
    begun = time.perf_counter()
    command.run("pauses")
    assert 0 < command.lines("pauses")[-1]["recording_seconds"] < time.perf_counter() - begun - PAUSE


def test_keys_are_sorted_and_each_run_adds_its_own_lines(command: Command):
    for _ in range(2):
        command.run("well")
    lines = command.lines("well")
    assert [line["event"] for line in lines] == ["started", "ended"] * 2 and len({line["id"] for line in lines}) == 2
    whole = command.path("well").read_text().splitlines()
    assert whole == [json.dumps(line, sort_keys=True) for line in lines]


def test_inputs_are_what_was_there_and_outputs_what_was_put_in_place_and_stayed(command: Command):
    """A folder has no sum; a file that is not there, an empty word, and an earlier output are no inputs."""
    for _ in range(2):
        command.run("well")
        ended = command.lines("well")[-1]
        assert ended["inputs"] == {"a.txt": sha256(b"a"), "b.txt": sha256(b"b"), "there": None}
        assert ended["outputs"] == {"made/out.txt": sha256(b"a")}


@pytest.mark.parametrize("there", [True, False])
def test_what_is_in_a_folder_that_was_made_or_made_anew_is_output(command: Command, there: bool):
    """Such a folder is made aside and moved into place whole."""
    if not there:
        (command.folder / "there").rmdir()
    command.run("makes a folder")
    made = {"there/below/one": sha256(b"1"), "there/two": sha256(b"1")}
    assert command.lines("makes a folder")[-1]["outputs"] == {"made/out.txt": sha256(b"a")} | made


def test_the_circumstances_are_those_of_the_process(command: Command):
    command.run("well")
    ended = command.lines("well")[-1]
    assert (
        ended["threads"] == 3 and ended["device"] == {} and ended["python"] == ".".join(map(str, sys.version_info[:3]))
    )
    told = {
        name: value for name, value in (os.environ | {"OMP_NUM_THREADS": "1"}).items() if name in ended["environment"]
    }
    assert ended["environment"] == told and told["OMP_NUM_THREADS"] == "1"
    assert "KEY" not in ended["environment"]
    assert ended["host"].keys() == {"node", "system", "machine", "processor", "cores"}
    assert {"numpy", "torch"}.isdisjoint(ended["versions"])
    assert {"cli", "files", "errors", "obverse"} <= ended["code"].keys() and "devices" not in ended["code"]
    assert ended["code"]["files"] == provenance.digest((WORKFLOW / "obverse" / "files.py").read_text())


@pytest.mark.parametrize(
    ("how", "status", "error"),
    [
        ("unusable", 1, "a.txt: expected more, found less"),
        ("broken", 1, "ZeroDivisionError: twice"),
        ("exits", 3, ""),
        ("says", 1, "no more"),
        ("interrupted", 130, "KeyboardInterrupt"),
    ],
)
def test_a_failed_command_is_there_with_its_status_and_the_first_line_of_its_error(command, how, status, error):
    returned, _ = command.run(how)
    ended = command.lines(how)[-1]
    assert (ended["event"], ended["exit_status"], ended["error"]) == ("ended", status, error)
    assert returned == (-signal.SIGINT if how == "interrupted" else status)
    assert ended["outputs"].get("made/out.txt") == (None if how == "interrupted" else sha256(b"half"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_asked_to_end_says_so_and_ends_as_it_would_have(command: Command, number: signal.Signals):
    running = command.start("waits")
    assert running.stdout.readline() == "waits\n"
    running.send_signal(number)
    running.communicate()
    ended = command.lines("waits")[-1]
    assert running.returncode == -number
    assert (ended["exit_status"], ended["error"]) == (128 + number, f"ended by {number.name}")
    assert ended.keys() == ENDED and ended["inputs"].keys() == {"a.txt", "b.txt", "there"}


def test_a_command_that_is_asked_to_end_reads_nothing_for_its_record_which_would_take_longer_than_it_is_given(command):
    running = command.start("waits")
    assert running.stdout.readline() == "waits\n"
    os.truncate(command.folder / "made/out.txt", LARGE)
    running.terminate()
    running.communicate()
    ended = command.lines("waits")[-1]
    assert (ended["outputs"], ended["code"], ended["versions"]) == ({}, {}, {}) and ended["python"]


def test_a_command_that_is_asked_to_end_while_its_inputs_are_still_read_says_so_too(command: Command):
    os.truncate(command.folder / "a.txt", LARGE)
    running = command.start("well")
    while not command.path("well").exists() or not command.lines("well"):
        time.sleep(0.02)
    running.terminate()
    assert running.communicate() == ("", "")  # the stage itself had not begun
    ended = command.lines("well")[-1]
    assert (ended["event"], ended["error"]) == ("ended", "ended by SIGTERM")
    assert (ended["inputs"], ended["outputs"]) == ({}, {})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_asked_to_end_while_its_outputs_are_read_did_not_end_well(command: Command, number):
    """Its rule fails, and Snakemake deletes them."""
    running = command.start("makes much")
    assert running.stdout.readline() == "makes much\n"
    while not (command.folder / "made/out.txt").exists() or (command.folder / "made/out.txt").stat().st_size < LARGE:
        time.sleep(0.02)
    running.send_signal(number)
    running.communicate()
    ended = command.lines("makes much")
    assert [line["event"] for line in ended] == ["started", "ended"]
    assert running.returncode == -number and ended[-1]["exit_status"] == 128 + number


def test_a_command_that_is_killed_leaves_its_start_alone(command: Command):
    running = command.start("waits")
    assert running.stdout.readline() == "waits\n"
    running.kill()
    running.communicate()
    assert [line["event"] for line in command.lines("waits")] == ["started"]


def test_the_end_of_a_child_is_not_the_command_s(command: Command):
    assert command.run("forks") == (0, "")
    assert [line["event"] for line in command.lines("forks")] == ["started", "ended"]


def test_a_signal_that_was_ignored_stays_ignored(command: Command):
    """As under nohup."""
    running = command.start("goes on", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    running.communicate()
    assert running.returncode == 0 and command.lines("goes on")[-1]["exit_status"] == 0


def test_where_no_folder_is_named_nothing_is_recorded(command: Command):
    before = set(command.folder.iterdir())
    assert command.run("well", recorded=False) == (0, "")
    assert set(command.folder.iterdir()) - before == {command.folder / "made"}


@pytest.mark.parametrize("how", ["well", "unusable", "broken", "exits", "forks"])
def test_recording_changes_neither_bytes_nor_status(command: Command, how: str):
    status, _ = command.run(how, recorded=False)
    content = (command.folder / "made/out.txt").read_bytes()
    (command.folder / "made/out.txt").unlink()
    assert command.run(how)[0] == status
    assert (command.folder / "made/out.txt").read_bytes() == content


def no_folder(command: Command) -> None:
    command.records.touch()


def full_disk(command: Command) -> None:
    command.path("well").parent.mkdir(parents=True)
    command.path("well").symlink_to("/dev/full")


@pytest.mark.parametrize(("spoil", "why"), [(no_folder, "NotADirectoryError"), (full_disk, "No space left on device")])
def test_a_record_that_cannot_be_written_is_said_once_and_the_job_goes_on(command: Command, spoil, why: str):
    spoil(command)
    status, said = command.run("well")
    assert status == 0 and (command.folder / "made/out.txt").read_bytes() == b"a"
    assert said.startswith("records: ") and why in said and said.count("\n") == 1


def test_a_job_whose_stderr_takes_nothing_ends_well_all_the_same(command: Command):
    """What waits in a buffer for a full disk would fail it at its exit."""
    no_folder(command)
    with open("/dev/full", "w") as full:
        environment = os.environ | {"PYTHONPATH": str(WORKFLOW), records.VARIABLE: "records"}
        line = [sys.executable, "copy_it.py", *command.words("well")]
        done = subprocess.run(line, cwd=command.folder, env=environment, stdout=subprocess.DEVNULL, stderr=full)
    assert done.returncode == 0


def test_commands_that_run_at_once_leave_whole_lines(command: Command):
    running = [command.start("well") for _ in range(6)]
    assert [(each.communicate()[1], each.returncode) for each in running] == [("", 0)] * 6
    lines = command.lines("well")
    assert sorted(line["event"] for line in lines) == ["ended"] * 6 + ["started"] * 6
    assert len({line["id"] for line in lines}) == 6


def test_what_json_has_not_is_text():
    assert records.line({"b": Path("x"), "a": 1}) == b'{"a": 1, "b": "x"}\n'
