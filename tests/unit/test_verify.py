"""The command `verify`: what of an archive it finds intact, and what not."""

import json
import os
import random
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import handmade
from handmade import Parts
from obverse.commands import verify

PACKAGE = Path(__file__).parents[2] / "workflow"


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Verify an archive (parts, members or bytes); return the exit status and all that was said."""

    def run(archive: Parts | dict[str, bytes] | bytes) -> tuple[int, str]:
        path = tmp_path / "archive.zip"
        if isinstance(archive, Parts):
            archive.write(path)
        elif isinstance(archive, dict):
            handmade.write(path, archive)
        else:
            path.write_bytes(archive)
        monkeypatch.setattr(sys, "argv", ["verify", str(path)])
        with pytest.raises(SystemExit) as ended:
            verify.main()
        said = capsys.readouterr()
        assert list(tmp_path.iterdir()) == [path]  # nothing is unpacked
        code = ended.value.code
        return (code, said.out + said.err) if isinstance(code, int) else (1, f"{said.out}{said.err}{code}")

    return run


def test_an_intact_archive_is_said_to_be_and_the_exit_status_is_0(check):
    status, said = check(handmade.whole())
    assert status == 0
    assert "intact:       51 files" in said
    assert "results/fig9.png: its chain is whole, 8 jobs" in said
    assert "results/config.yaml: its chain is whole, 1 jobs" in said
    assert not any(word in said for word in ("changed", "missing", "unlisted", "withheld", "recorded"))


def test_the_first_line_is_the_sha256_of_the_archive_as_a_file(check, tmp_path):
    _, said = check(handmade.whole())
    sha256 = handmade.sha256((tmp_path / "archive.zip").read_bytes())
    assert said.splitlines()[0] == f"sha256 of archive.zip: {sha256}"


def test_the_help_says_what_checking_cannot_find_and_whose_code_is_run(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["verify", "--help"])
    with pytest.raises(SystemExit):
        verify.main()
    said = " ".join(capsys.readouterr().out.split())
    assert "It finds damage and contradictions, not forgery" in said
    assert "--rerun runs the archive's code as you" in said and "only for archives of people you trust" in said


def test_each_of_1000_changed_bytes_is_found_and_its_file_named(check):
    """Of any member, the manifest too; the zip archive around it is made anew, so that its own checksums fit."""
    parts = handmade.whole()
    members = parts.members | {"manifest.json": handmade.signed(parts.manifest)}
    filled = sorted(name for name, content in members.items() if content)
    chosen = random.Random(6)
    for _ in range(1000):
        name = chosen.choice(filled)
        content = bytearray(members[name])
        content[chosen.randrange(len(content))] ^= chosen.randrange(1, 256)
        status, said = check(members | {name: bytes(content)})
        assert status == 1 and name in said
        assert name == "manifest.json" or f"changed:      1\n  {name}: expected sha256" in said


def test_a_change_in_the_middle_breaks_the_chains_it_is_in_and_no_others(check):
    parts = handmade.whole()
    parts.members["results/predictions/p.parquet"] += b"x"
    status, said = check(parts)
    assert status == 1
    assert "results/fig9.png: its chain is broken, 8 jobs\n  results/predictions/p.parquet: expected" in said
    assert "results/config.yaml: its chain is whole" in said


def test_changed_bytes_with_a_manifest_to_match_contradict_the_records(check):
    """Who changes a product and the manifest has to change the job's record, and everything made of it."""
    parts = handmade.whole()
    parts.tell("results/predictions/p.parquet", b"better numbers")
    status, said = check(parts)
    assert status == 1 and "changed" not in said
    name = "results/predictions/p.parquet"
    assert f"{name}: its job (predict) left other bytes" in said
    made = "results/inverters/w.safetensors was made of other bytes"
    assert f"{name}: {made}, as its job (train_inverter) recorded" in said
    assert f"{name}: {made}, as Snakemake noted" in said


@pytest.mark.parametrize("rule", [rule for rule, _, _ in handmade.JOBS if rule != "record_config"])
def test_each_link_of_the_chain_is_looked_at(check, rule):
    """Each job's record is made to say that it left other bytes."""
    parts = handmade.whole()
    record = parts.link(rule)["record"]
    events = [json.loads(line) for line in parts.members[record].splitlines()[:-1]]
    output = sorted(events[-1]["outputs"])[0]
    events[-1]["outputs"][output] = "0" * 64
    parts.tell(record, b"".join(json.dumps(event).encode() + b"\n" for event in events))
    status, said = check(parts)
    assert status == 1
    assert f"results/fig9.png: its chain is broken, 8 jobs\n  {output}: its job ({rule}) left other bytes" in said


def test_a_run_that_failed_or_was_killed_is_not_what_made_a_file(check):
    """A record that ends with neither success nor an end tells of nothing."""
    parts = handmade.whole()
    record = parts.link("predict")["record"]
    parts.tell(record, b"".join(parts.members[record].splitlines(keepends=True)[:3]))
    status, said = check(parts)
    assert status == 1
    assert "not recorded: 1\n  results/predictions/p.parquet: its job (predict) has no record that ended well" in said


def test_a_run_that_wrote_nothing_is_not_what_made_a_file(check):
    """The one before it did: as whoever packs, and tells, takes it."""
    parts = handmade.whole()
    record = parts.link("predict")["record"]
    *_, ended, _ = parts.members[record].splitlines()
    idle = json.dumps(json.loads(ended) | {"outputs": {}}).encode()
    parts.tell(record, b"\n".join([*parts.members[record].splitlines()[:-1], idle]))
    assert check(parts)[0] == 0


@pytest.mark.parametrize("kind", ["record", "note"])
@pytest.mark.parametrize("change", [{"outputs": [1], "params": {}}, {"inputs": {"\ud800": None}, "input": ["\ud800"]}])
def test_records_and_notes_with_other_things_than_jobs_write_tell_of_nothing(check, kind, change):
    parts = handmade.whole()
    output = "results/predictions/p.parquet"
    name = parts.link("predict")["record"] if kind == "record" else handmade.note_member(output)
    said = [json.loads(line) for line in parts.members[name].splitlines() if line.endswith(b"}")]
    parts.tell(name, b"".join(json.dumps(event | change).encode() + b"\n" for event in said))
    status, said = check(parts)
    missing = {"record": "its job (predict) has no record that ended well", "note": "Snakemake's note on it is missing"}
    assert status == 1 and f"{output}: {missing[kind]}" in said


def test_a_link_without_a_record_is_not_recorded_and_not_called_changed(check):
    parts = handmade.whole()
    link = parts.link("predict")
    del parts.members[link["record"]], parts.manifest["files"][link["record"]]
    link["record"] = ""
    status, said = check(parts)
    assert status == 1
    assert "not recorded: 1\n  results/predictions/p.parquet: its job (predict) has no record" in said
    assert "results/fig9.png: its chain has gaps that nobody recorded, 8 jobs" in said
    assert "changed" not in said and "broken" not in said


def test_a_record_of_another_command_is_noticed(check):
    parts = handmade.whole()
    link = parts.link("predict")
    link["shellcmd"] = link["shellcmd"].replace("--inputs", "--seed 2 --inputs")
    status, said = check(parts)
    assert status == 1
    assert f"{link['record']}: it is of another command than Snakemake gave for predict" in said
    assert "results/predictions/p.parquet: Snakemake's note and the manifest say different things of its job" in said


def test_a_missing_note_of_snakemake_is_not_recorded(check):
    parts = handmade.whole()
    note = handmade.note_member("results/fig9.csv")
    del parts.members[note], parts.manifest["files"][note]
    status, said = check(parts)
    assert status == 1 and "not recorded: 1\n  results/fig9.csv: Snakemake's note on it is missing" in said


def test_a_job_that_the_manifest_leaves_out_leaves_a_gap(check):
    parts = handmade.whole()
    parts.manifest["links"].remove(parts.link("train_classifier"))
    status, said = check(parts)
    assert status == 1 and "results/classifiers/w.safetensors: by no job of the manifest" in said
    assert "results/fig9.png: its chain has gaps" in said


def test_an_input_that_the_manifest_does_not_list_breaks_the_chain(check):
    parts = handmade.whole()
    parts.link("predict")["inputs"].append("results/datasets/other.npy")
    status, said = check(parts)
    assert status == 1
    assert "results/datasets/other.npy: it is behind this, and the manifest does not list it" in said


def test_other_code_than_the_jobs_ran_is_named(check):
    parts = handmade.whole()
    name = "code/workflow/obverse/predict.py"
    parts.tell(name, parts.members[name] + b"# a comment is nothing\n")
    assert check(parts)[0] == 0
    parts.tell(name, b"NAME = 'another'\n")
    status, said = check(parts)
    assert status == 1 and f"{name}: results/predictions/p.parquet was made by other code" in said


PLANNED = {"predict": handmade.digest("predict")}
LOADED = [
    ({"code": {"predict": "f" * 12}}, f"other code of predict ({'f' * 12}) than Snakemake planned"),
    ({"versions": {"numpy": "1.0.0"}}, "numpy 1.0.0, where Snakemake planned 2.4.6 or 2.5.5"),
    ({"versions": {"numpy": "2.4.60"}}, "numpy 2.4.60, where Snakemake planned 2.4.6 or 2.5.5"),
]


@pytest.mark.parametrize(("loaded", "words"), LOADED)
def test_what_a_job_really_loaded_is_held_against_what_snakemake_planned(check, loaded, words):
    parts = handmade.whole()
    parts.ran("predict", loaded)
    status, said = check(parts)
    assert status == 1
    assert "results/fig9.png: its chain is broken, 8 jobs" in said and "results/config.yaml: its chain is whole" in said
    assert f"  results/predictions/p.parquet: its job (predict) loaded {words}" in said


@pytest.mark.parametrize("version", ["2.4.6", "2.5.5", "2.4.6+cpu"])
def test_a_job_that_loaded_what_was_planned_and_more_is_as_planned(check, version):
    """Of either Python, and whoever built it; what no param names can change no number."""
    parts = handmade.whole()
    parts.ran("predict", {"code": PLANNED | {"errors": "0" * 12}, "versions": {"numpy": version, "six": "1.17.0"}})
    assert check(parts)[0] == 0


HOSTILE = [b"def (", b"\xff", b"\0", b"(" * 5000, b"-" * 100_000 + b"1", b"a" + b".b" * 100_000, b"1+" * 2**21 + b"1"]
HOSTILE += [b"if a:\n pass\n" + b"elif a:\n pass\n" * 9000]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_code_that_is_no_python_is_found_other_and_nothing_more(check, source):
    parts = handmade.whole()
    parts.tell("code/workflow/obverse/predict.py", source)
    status, said = check(parts)
    assert status == 1 and "was made by other code" in said


def test_withheld_files_are_said_and_leave_the_archive_intact(check):
    parts = handmade.whole()
    for name in ("results/datasets/faces/images.npy", "results/sources/pictures/0000.zip", "results/fig9.png"):
        parts.withhold(name)
    status, said = check(parts)
    assert status == 0
    assert "withheld:     3\n  results/datasets/faces/images.npy: pictures of people" in said
    assert "results/fig9.png: its chain is whole" in said


def test_an_absent_file_is_missing(check):
    parts = handmade.whole()
    parts.withhold("results/sources/list.csv", "absent", "")
    status, said = check(parts)
    assert status == 1
    assert "missing:      1\n  results/sources/list.csv: was not there any more when packed" in said


def test_members_that_are_missing_or_that_the_manifest_does_not_name_are_named(check):
    parts = handmade.whole()
    del parts.members["results/scores/s.parquet"]
    parts.members["results/extra.csv"] = b"1"
    status, said = check(parts)
    assert status == 1
    assert "missing:      1\n  results/scores/s.parquet: no such member" in said
    assert "unlisted:     1\n  results/extra.csv" in said


def test_a_file_said_to_be_withheld_that_is_there_is_named(check):
    parts = handmade.whole()
    content = parts.members["results/fig9.png"]
    parts.withhold("results/fig9.png")
    parts.members["results/fig9.png"] = content
    status, said = check(parts)
    assert status == 1 and "unlisted:     1\n  results/fig9.png" in said


def test_an_archive_for_nothing_is_refused(check):
    """Nothing is wrong behind no targets, and whoever looks at the exit status alone would believe it."""
    parts = handmade.whole()
    parts.manifest["targets"] = []
    status, said = check(parts)
    assert status == 1 and "member manifest.json: expected targets that it is for, found none" in said


def test_a_result_behind_no_target_is_named_and_not_taken_for_recorded(check):
    parts = handmade.whole()
    parts.manifest["targets"] = ["results/scores/s.parquet"]
    parts.withhold("results/fig9.csv")
    status, said = check(parts)
    assert status == 1 and "results/scores/s.parquet: its chain is whole, 7 jobs" in said
    found = (
        "behind no target, so that nobody looked at how they were made: 2\n  results/config.yaml\n  results/fig9.png\n"
    )
    assert found in said


@pytest.mark.parametrize("name", ["code/a.py", "records/a.jsonl", "metadata/a", "more.txt", "results/logs/draw/a.log"])
def test_logs_records_and_code_are_behind_no_target_and_nothing_is_wrong_with_that(check, name):
    parts = handmade.whole()
    parts.members[name] = b"1"
    parts.manifest["files"][name] = {"sha256": handmade.sha256(b"1"), "size": 1, "status": "kept", "why": ""}
    status, said = check(parts)
    assert status == 0 and "behind no target" not in said


def test_a_dirty_or_stale_state_is_said(check):
    parts = handmade.whole()
    parts.manifest["made"] |= {"dirty": ["config.yaml"], "stale": ["results/fig9.png"], "told": True}
    said = check(parts)[1]
    assert "this was not committed: config.yaml" in said and "not as recorded: results/fig9.png" in said


@pytest.mark.parametrize("number", [2, "1", None])
def test_another_format_is_refused_and_says_which_is_known(check, number):
    parts = handmade.whole()
    parts.manifest["format"] = number
    status, said = check(parts)
    assert status == 1
    assert f"member manifest.json: expected an archive of format 1, found {number!r}" in said


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"format":1}\n', b"[" * 99_999, b'{"format":1,"format":1}'])
def test_a_manifest_that_is_none_is_named(check, text):
    status, said = check(handmade.whole().members | {"manifest.json": text})
    assert status == 1 and "member manifest.json: expected" in said


def test_an_archive_without_manifest_is_none_of_ours(check):
    status, said = check(handmade.whole().members)
    assert status == 1 and "member manifest.json: expected the manifest of an archive, found no such member" in said


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.update(targets="results/fig9.png"),
        lambda manifest: manifest.update(targets=[1]),
        lambda manifest: manifest["links"][0].update(outputs=None),
        lambda manifest: manifest["links"][0].update(rule=3),
        lambda manifest: manifest["files"]["LICENSE"].update(size=-1),
        lambda manifest: manifest["files"]["LICENSE"].update(sha256=None),
        lambda manifest: manifest["files"]["results/fig9.png"].update(mtime_ns=2**70),
        lambda manifest: manifest["files"]["results/fig9.png"].update(mtime_ns=True),
        lambda manifest: manifest["files"].update(more={}),
        lambda manifest: manifest.update(links={}),
        lambda manifest: manifest.update(made=[]),
    ],
)
def test_a_manifest_with_another_shape_and_its_digest_to_match_is_refused(check, change):
    parts = handmade.whole()
    change(parts.manifest)
    status, said = check(parts)
    assert status == 1 and "member manifest.json: expected" in said


def test_names_in_a_manifest_cannot_steer_a_terminal(check):
    parts = handmade.whole()
    parts.manifest["files"]["results/\x1b[2J.csv"] = {"sha256": "", "size": 0, "status": "withheld", "why": "\x07"}
    status, said = check(parts)
    assert status == 0 and "results/\\x1b[2J.csv: \\x07" in said


@pytest.mark.parametrize("name", ["../outside.csv", "/tmp/outside.csv", "results/../../outside", "a\\..\\b", "C:/x"])
def test_a_path_that_leads_outside_is_refused(check, name):
    parts = handmade.whole()
    parts.members[name] = b"1"
    parts.manifest["files"][name] = {"sha256": handmade.sha256(b"1"), "size": 1, "status": "kept", "why": ""}
    status, said = check(parts)
    assert status == 1 and f"member {name}: expected a path below the folder" in said


def test_a_link_is_refused(check, tmp_path):
    path = handmade.whole().write(tmp_path / "archive.zip")
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("results/link")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    status, said = check(path.read_bytes())
    assert status == 1 and "member results/link: expected a file, found a link" in said


def test_a_bomb_is_refused(check, tmp_path):
    path = handmade.whole().write(tmp_path / "archive.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo("results/big.npy"), bytes(50_000_000), zipfile.ZIP_DEFLATED, 9)
    status, said = check(path.read_bytes())
    assert status == 1 and "member results/big.npy: " in said and ": a bomb" in said


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_an_archive_that_was_cut_off_is_refused(check, tmp_path, kept):
    content = handmade.whole().write(tmp_path / "archive.zip").read_bytes()
    status, said = check(content[: int(kept * len(content))])
    assert status == 1 and "expected a whole zip archive" in said


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("none.zip", "expected an archive, found no such file\nName an archive, such as results/archive.zip."),
        ("", "expected an archive, found a folder\nName an archive, such as results/archive.zip."),
        (
            "empty.zip",
            "expected a whole zip archive, found an empty file\nTake the archive again from where it was published.",
        ),
    ],
)
def test_a_name_that_no_archive_has_is_said_to_be_one(tmp_path, monkeypatch, named, said):
    (tmp_path / "empty.zip").write_bytes(b"")
    path = tmp_path / named
    monkeypatch.setattr(sys, "argv", ["verify", str(path)])
    with pytest.raises(SystemExit) as ended:
        verify.main()
    assert ended.value.code == f"verify: error: {path}: {said}"


def test_any_flipped_byte_of_the_zip_itself_is_survived(check, tmp_path):
    """It is found, or means nothing: a date, a version."""
    content = handmade.whole().write(tmp_path / "archive.zip").read_bytes()
    chosen = random.Random(7)
    found = 0
    for _ in range(300):
        changed = bytearray(content)
        changed[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
        found += check(bytes(changed))[0]  # which lets nothing but an exit pass
    assert found > 200


def test_checking_needs_no_installed_package_and_no_network(tmp_path):
    path = handmade.whole().write(tmp_path / "archive.zip")
    script = (
        "import socket, sys\n"
        "def closed(*arguments, **further): raise AssertionError('offline')\n"
        "socket.socket.connect = socket.getaddrinfo = closed\n"
        f"sys.argv = ['verify', {str(path)!r}]\n"
        "from obverse.commands import verify\n"
        "try: verify.main()\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        "print([name for name in ('torch', 'pandas', 'snakemake', 'numpy', 'pyarrow', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],  # without what is installed
        env=os.environ | {"PYTHONPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
