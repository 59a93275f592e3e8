"""What tells two histories apart: which changes explain it, and which jobs only follow."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import chronicles
import handmade
from chronicles import Entry
from obverse.commands import lineage
from obverse.lineage import differences, histories
from obverse.lineage.changes import FILE, INPUT, LIBRARY, MODULE, OPTION, PARAM, RAN, Change
from obverse.lineage.differences import Difference

FIGURE = "results/fig.png"


@pytest.fixture
def compared(tmp_path: Path):
    """Compare the chain as it is with one that was changed; return what tells them apart."""

    def compare(change: Callable[[dict[str, Entry]], None], targets: tuple[str, ...] = (), **files) -> Difference:
        entries = chronicles.chain()
        change(entries)
        before = chronicles.write(tmp_path / "before", chronicles.chain())
        now = chronicles.write(tmp_path / "now", entries, **files)
        return differences.difference(histories.read(before), histories.read(now), targets)

    return compare


def causes(found: Difference) -> list[tuple[Change, list[str]]]:
    return [(cause.change, [job.outputs[0] for job in cause.jobs]) for cause in found.causes]


def rules(jobs: tuple) -> list[str]:
    return [job.rule for job in jobs]


def made(entries: dict[str, Entry], *names: str) -> None:
    """Let other bytes come of these jobs."""
    for name in names:
        entries[name].outputs = {path: content + b"!" for path, content in entries[name].outputs.items()}


def test_two_runs_of_the_same_are_equal_whenever_and_wherever_they_were(compared):
    def other_machine(entries: dict[str, Entry]) -> None:
        for entry in entries.values():
            entry.device, entry.versions = "H100", {"numpy": "2.5.5"}

    found = compared(other_machine)
    assert not found and found.jobs == 4


def test_a_number_is_named_with_its_rule_and_what_comes_of_it_follows(compared):
    def change(entries: dict[str, Entry]) -> None:
        for name in ("one", "two"):
            entries[name].params[1] = "epochs=3"
        made(entries, "one", "two", "draw")

    found = compared(change)
    assert causes(found) == [(Change(PARAM, "epochs", "2", "3"), ["results/nets/1.bin", "results/nets/2.bin"])]
    assert rules(found.followers) == ["draw"] and not (found.idle or found.unexplained or found.before or found.now)


def test_of_a_configuration_the_keys_that_differ_are_named(run, tmp_path: Path):
    """It is one param, in JSON: nobody finds a changed number in it."""
    entries, folders = chronicles.chain(), []
    for shown in ({"seeds": [1], "fig9": {"m": 10, "title": "a"}}, {"fig9": {"m": 7, "title": "a"}, "seeds": [1, 2]}):
        text = json.dumps(shown, sort_keys=True)
        entries["config"] = Entry("record_config", {"results/config.yaml": text.encode()}, [], [f"resolved={text!r}"])
        folders.append(chronicles.write(tmp_path / str(len(folders)), entries))
    status, lines = run(*folders)
    assert status == 1
    assert lines[-3:] == [
        "  record_config: fig9.m 10 → 7",
        "  record_config: seeds [1] → [1, 2]",
        "      record_config, first results/config.yaml",
    ]


def test_a_module_and_a_library_are_named_once_with_all_who_run_them(compared):
    def change(entries: dict[str, Entry]) -> None:
        for name in ("one", "two"):
            entries[name].params[0] = "code=['train=aaa', 'networks=ddd', 'torch==2.16.0', 'views=eee']"
        made(entries, "one", "two", "draw")

    nets = ["results/nets/1.bin", "results/nets/2.bin"]
    assert causes(compared(change)) == [
        (Change(MODULE, "networks", "bbb", "ddd"), nets),
        (Change(MODULE, "views", "none", "eee"), nets),
        (Change(LIBRARY, "torch", "2.15.0", "2.16.0"), nets),
    ]


def test_a_file_that_no_job_made_is_named_by_its_sums(compared):
    found = compared(lambda entries: made(entries, "prepare", "one", "two", "draw"), listed=b"longer list")
    sums = [chronicles.sha256(content)[:12] for content in (b"list", b"longer list")]
    assert causes(found) == [(Change(FILE, "resources/list.csv", *sums), ["results/data/images.npy"])]
    assert rules(found.followers) == ["train", "train", "draw"]


def test_a_change_of_which_the_same_bytes_came_has_no_followers(compared):
    found = compared(lambda entries: entries["prepare"].params.append("workers=2"))
    assert causes(found) == [(Change(PARAM, "workers", "none", "2"), ["results/data/images.npy"])]
    assert rules(found.idle) == ["prepare"] and not found.followers


def test_other_bytes_on_another_device_are_laid_to_it_where_nothing_else_differs(compared):
    def change(entries: dict[str, Entry]) -> None:
        entries["one"].device, entries["one"].versions = "H100", {"numpy": "2.5.5"}
        entries["draw"].device = "H100"
        made(entries, "one", "draw")

    found = compared(change)
    first = ["results/nets/1.bin"]
    device = Change(RAN, "device", "AVX512, float32", "H100, float32")
    assert causes(found) == [(device, first), (Change(RAN, "numpy", "2.4.6", "2.5.5"), first)]
    assert rules(found.followers) == ["draw"]


def test_other_bytes_that_nothing_explains_are_said(compared):
    found = compared(lambda entries: made(entries, "two", "draw"))
    assert not found.causes and rules(found.unexplained) == ["train"] and rules(found.followers) == ["draw"]


def test_an_option_that_is_no_param_is_named(compared):
    def change(entries: dict[str, Entry]) -> None:
        entries["one"].options = "--seed 7"
        made(entries, "one", "draw")

    assert causes(compared(change)) == [(Change(OPTION, "--seed", "1", "7"), ["results/nets/1.bin"])]


def test_jobs_that_only_one_has_are_listed_and_who_reads_them_is_a_cause(compared):
    def change(entries: dict[str, Entry]) -> None:
        entries["three"] = Entry("train", {"results/nets/3.bin": b"three"}, ["results/data/images.npy"])
        entries["draw"].inputs = ["results/nets/1.bin", "results/nets/3.bin", "results/data/samples.parquet"]
        made(entries, "draw")
        del entries["two"]

    found = compared(change)
    assert causes(found) == [
        (Change(INPUT, "results/nets/2.bin", "read", "not read"), ["results/fig.csv"]),
        (Change(INPUT, "results/nets/3.bin", "not read", "read"), ["results/fig.csv"]),
    ]
    assert [job.outputs for job in found.before] == [("results/nets/2.bin",)]
    assert [job.outputs for job in found.now] == [("results/nets/3.bin",)]


def test_only_what_is_behind_the_targets_counts(compared):
    found = compared(lambda entries: made(entries, "draw"), targets=("results/nets/1.bin",))
    assert not found and found.jobs == 2


def test_committed_files_are_the_same_wherever_the_workflow_works(compared):
    def change(entries: dict[str, Entry]) -> None:
        entries["prepare"].inputs = ["../../resources/list.csv"]

    assert not compared(change)


def test_causes_come_sources_first(compared):
    def change(entries: dict[str, Entry]) -> None:
        entries["draw"].params[1] = "title='Three'"
        entries["one"].params[1] = "epochs=3"
        entries["prepare"].params[0] = "size=32"
        made(entries, *entries)

    found = compared(change)
    assert [cause.change.name for cause in found.causes] == ["size", "epochs", "title"]
    assert rules(found.followers) == ["train"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Run the command in this process; return its exit status and its lines."""

    def command(*arguments: object) -> tuple[object, list[str]]:
        monkeypatch.setattr(sys, "argv", ["lineage", "diff", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            lineage.main()
        return ended.value.code, capsys.readouterr().out.splitlines()

    return command


def test_the_exit_status_tells_and_the_lines_name_cause_and_followers(run, tmp_path: Path):
    before = chronicles.write(tmp_path / "a", chronicles.chain())
    entries = chronicles.chain()
    entries["one"].params[1] = entries["two"].params[1] = "epochs=3"
    made(entries, "one", "two", "draw")
    now = chronicles.write(tmp_path / "b", entries)
    assert run(before, before) == (0, [f"Equal: {before} and {before} have the same 4 jobs."])
    same = f"Equal: {before} and {before} have the same 4 jobs behind {FIGURE}."
    assert run(before, before, "--target", FIGURE) == (0, [same])
    status, lines = run(before, now, "--target", FIGURE)
    assert status == 1 and " ".join(lines[:2]).startswith(f"{before} → {now}: 4 jobs behind {FIGURE} are in both.")
    assert lines[-4:] == [
        "What changed, sources first:",
        "  train: epochs 2 → 3",
        "      train ×2, first results/nets/1.bin",
        "Differ only because an input does: draw.",
    ]


def test_of_many_files_that_came_the_first_are_named_and_the_rest_counted(run, tmp_path: Path):
    entries = chronicles.chain()
    before = chronicles.write(tmp_path / "a", entries)
    entries["draw"].inputs += [f"results/nets/{number}.bin" for number in range(3, 9)]
    status, lines = run(before, chronicles.write(tmp_path / "b", entries))
    assert status == 1
    assert lines[-5:] == [
        "  draw: also reads results/nets/3.bin",
        "  draw: also reads results/nets/4.bin",
        "  draw: also reads results/nets/5.bin",
        "  draw: 3 more such files",
        "The same bytes came of it nevertheless: draw.",
    ]


def test_archives_compare_like_folders(run, tmp_path: Path):
    before = handmade.whole().write(tmp_path / "before.zip")
    parts = handmade.whole()
    record = parts.link("predict")["record"]
    note = handmade.note_member("results/predictions/p.parquet")
    parts.tell(record, parts.members[record])
    parts.tell(note, parts.members[note].replace(b"seed=1", b"seed=2"))
    now = parts.write(tmp_path / "now.zip")
    assert run(before, before)[0] == 0
    status, lines = run(before, now)
    assert status == 1 and "  predict: seed 1 → 2" in lines
