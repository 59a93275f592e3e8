import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from obverse import files, stamps


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file that is there already, in a folder of its own."""
    path = tmp_path / "product" / "table.csv"
    files.write_bytes(path, b"old")
    return path


def dead_process() -> int:
    """Return the id of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def beside(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


def test_what_is_written_is_there_and_nothing_else(target: Path):
    files.write_bytes(target, b"new")
    assert target.read_bytes() == b"new"
    assert beside(target) == ["table.csv"]


def test_folders_that_are_missing_are_made(tmp_path: Path):
    files.write_bytes(tmp_path / "a" / "b" / "c", b"content")
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"content"


def test_a_failing_block_leaves_the_old_file_and_nothing_half_written(target: Path):
    with pytest.raises(RuntimeError), files.replacing(target) as temporary:
        temporary.write_bytes(b"half of the n")
        raise RuntimeError
    assert target.read_bytes() == b"old"
    assert beside(target) == ["table.csv"]


def test_the_old_file_stays_readable_until_the_block_ends(target: Path):
    with files.replacing(target) as temporary:
        temporary.write_bytes(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


def test_a_block_that_writes_nothing_is_an_error_and_leaves_the_old_file(target: Path):
    with pytest.raises(FileNotFoundError), files.replacing(target):
        pass
    assert target.read_bytes() == b"old"


def test_what_a_dead_process_left_is_removed(target: Path):
    leftover = target.with_name(f".table.csv.{dead_process()}.part")
    leftover.touch()
    files.write_bytes(target, b"new")
    assert beside(target) == ["table.csv"]


def test_what_a_living_process_is_writing_is_kept(target: Path):
    """The parent of this process lives as long as the test does."""
    theirs = target.with_name(f".table.csv.{os.getppid()}.part")
    theirs.touch()
    files.write_bytes(target, b"new")
    assert beside(target) == [theirs.name, "table.csv"]


def test_the_attempts_at_another_file_are_left_alone(target: Path):
    other = target.with_name(f".other.csv.{dead_process()}.part")
    other.touch()
    files.write_bytes(target, b"new")
    assert other.exists()


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("in the block", b"old"),
        ("before the bytes are on the disk", b"old"),
        ("before the file is in place", b"old"),
        ("after that", b"new"),
    ],
)
def test_a_process_killed_at_any_moment_leaves_a_whole_file_the_old_or_the_new_one(target: Path, moment, left):
    """kill -9; what it left is removed by the next attempt."""
    script = """
import os, sys, time
from pathlib import Path
from obverse import files

def stop(moment):
    if moment == sys.argv[2]:
        print("here", flush=True)
        time.sleep(60)

fsync, replace = os.fsync, Path.replace
def slow_fsync(descriptor):
    stop("before the bytes are on the disk")
    fsync(descriptor)
def slow_replace(self, path):
    stop("before the file is in place")
    replace(self, path)
    stop("after that")
os.fsync, Path.replace = slow_fsync, slow_replace
with files.replacing(Path(sys.argv[1])) as temporary:
    temporary.write_bytes(b"new")
    stop("in the block")
"""
    environment = os.environ | {"PYTHONPATH": str(Path(files.__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, "-c", script, target, moment], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "here\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert target.read_bytes() == left
    assert beside(target) == [f".table.csv.{process.pid}.part"] * (left == b"old") + ["table.csv"]
    files.write_bytes(target, b"newer")
    assert target.read_bytes() == b"newer" and beside(target) == ["table.csv"]


def test_removing_removes_the_file_and_what_dead_processes_left_of_it(target: Path):
    target.with_name(f".table.csv.{dead_process()}.part").touch()
    files.remove(target)
    files.remove(target)
    assert beside(target) == []


def test_a_digest_is_the_sha256_of_the_bytes(target: Path):
    assert stamps.digest(target) == hashlib.sha256(b"old").hexdigest()


def test_a_stamp_is_one_entry_of_sorted_json_without_paths(target: Path):
    stamp = stamps.stamp("predict", {"weights": target}, seed=3, m=10)
    assert list(stamp) == ["obverse"]
    record = {"stage": "predict", "inputs": {"weights": hashlib.sha256(b"old").hexdigest()}, "seed": 3, "m": 10}
    assert stamp["obverse"] == json.dumps(record, sort_keys=True)


def test_what_was_put_in_place_is_known_in_its_order_and_each_file_once(target: Path):
    before = files.placed()
    other, third = target.with_name("other.csv"), target.with_name("third.csv")
    for path in (other, third, other):
        files.write_bytes(path, b"new")
    with pytest.raises(ZeroDivisionError), files.replacing(target.with_name("none.csv")):
        raise ZeroDivisionError
    assert before[-1] == target and files.placed() == [*before, other, third]


def test_a_line_is_added_after_what_is_there_also_in_a_folder_that_is_not(target: Path):
    path = target.with_name("new") / "lines.jsonl"
    files.append(path, b"1\n")
    files.append(path, b"2\n")
    assert path.read_bytes() == b"1\n2\n"


def test_a_line_that_a_kill_tore_costs_itself_alone(target: Path):
    files.append(target, b"new\n")
    assert target.read_bytes() == b"old\nnew\n"


def test_a_line_that_a_full_disk_does_not_take_is_an_error(target: Path):
    target.unlink()
    target.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        files.append(target, b"new\n")


def test_processes_that_add_at_once_add_whole_lines(target: Path):
    script = """
import sys
from pathlib import Path
from obverse import files
for number in range(200):
    files.append(Path(sys.argv[1]), sys.argv[2].encode() * 5000 + b"\\n")
"""
    environment = os.environ | {"PYTHONPATH": str(Path(files.__file__).parents[1])}
    path = target.with_name("lines")
    running = [subprocess.Popen([sys.executable, "-c", script, path, letter], env=environment) for letter in "ab"]
    assert [each.wait() for each in running] == [0, 0]
    lines = [line for line in path.read_bytes().splitlines() if line]
    assert sorted(lines) == [b"a" * 5000] * 200 + [b"b" * 5000] * 200
