"""The command `restore`: where an archive's files go, and what it never overwrites."""

import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import handmade
from handmade import Parts
from obverse import files, locks
from obverse.archive import contents, restoring
from obverse.commands import restore
from obverse.errors import UnusableInput


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder that holds the archive's code, as a clone does."""
    folder = tmp_path / "clone"
    for name, content in handmade.whole().members.items():
        if name.startswith("code/"):
            files.write_bytes(folder / name.removeprefix("code/"), content)
    return folder


@pytest.fixture
def put(tmp_path: Path, clone: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Restore an archive into a folder, the clone where none is named; return the error and all that was said."""

    def run(parts: Parts, *options: str, directory: Path = clone) -> tuple[str, str]:
        path = parts.write(tmp_path / "archive.zip")
        monkeypatch.setattr(sys, "argv", ["restore", str(path), "--directory", str(directory), *options])
        error = ""
        try:
            restore.main()
        except SystemExit as ended:
            error = str(ended.code)
        said = capsys.readouterr()
        return error, said.out + said.err + error

    return run


def below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_results_with_their_times_records_and_notes_go_where_snakemake_has_them(put, clone):
    parts = handmade.whole()
    error, said = put(parts)
    assert error == "" and "snakemake -n results/fig9.png results/config.yaml" in said
    places = {"results/": "results/", "records/": "results/records/", "metadata/": ".snakemake/metadata/"}
    for name, content in parts.members.items():
        start = name.split("/")[0] + "/"
        if start in places:
            path = clone / places[start] / name.removeprefix(start)
            wanted = content if name.startswith("results/") else content.rstrip() + b"\n"
            assert path.read_bytes().rstrip() == wanted.rstrip(), name
            assert start != "results/" or path.stat().st_mtime_ns == handmade.TIME
    code = {name.removeprefix("code/") for name in parts.members if name.startswith("code/")}
    assert set(below(clone)) - code - {".snakemake/alive"} == {
        places[name.split("/")[0] + "/"] + name.split("/", 1)[1]
        for name in parts.members
        if name.split("/")[0] + "/" in places
    }


def test_restoring_again_writes_nothing_anew(put, clone):
    put(handmade.whole())
    before = below(clone)
    error, said = put(handmade.whole())
    assert error == "" and ": 0 files written." in said
    assert below(clone) == before


def test_a_file_that_differs_is_named_and_nothing_is_written(put, clone):
    files.write_bytes(clone / "results/scores/s.parquet", b"mine")
    before = below(clone)
    error, _ = put(handmade.whole())
    assert "found 1 that differ:\n  " in error and "results/scores/s.parquet" in error
    assert below(clone) == before


@pytest.mark.parametrize(
    "name", ["results/fig9.png", ".snakemake/metadata/" + handmade.note_member("results/fig9.png")[9:]]
)
def test_what_stands_in_the_way_is_named_whatever_it_is(put, clone, name):
    """A folder where a file goes, a link, a note of Snakemake's on another run."""
    (clone / name).mkdir(parents=True)
    assert f"{name}" in put(handmade.whole())[0]
    (clone / name).rmdir()
    (clone / name).symlink_to(clone / "nowhere")
    assert f"{name}" in put(handmade.whole())[0]
    (clone / name).unlink()
    (clone / name).write_bytes(b"another")
    assert f"{name}" in put(handmade.whole())[0]
    assert "results/fig9.csv" not in below(clone)


def test_a_file_where_a_folder_goes_is_in_the_way(put, clone):
    files.write_bytes(clone / "results/scores", b"mine")
    assert "results/scores/s.parquet" in put(handmade.whole())[0]
    assert below(clone / "results") == {"scores": b"mine"}


def test_nothing_is_written_through_a_link_out_of_the_folder(put, clone, tmp_path):
    (tmp_path / "outside").mkdir()
    (clone / "results").symlink_to(tmp_path / "outside")
    error, _ = put(handmade.whole())
    assert "expected folders in it, found links to others" in error
    assert not any((tmp_path / "outside").iterdir()) and not (clone / ".snakemake").exists()


@pytest.mark.parametrize("name", ["../outside.csv", "results/../../outside.csv", "metadata/../../outside.csv"])
def test_a_path_that_leads_outside_is_refused_and_nothing_is_written(put, clone, tmp_path, name):
    before = below(clone)
    parts = handmade.whole()
    parts.members[name] = b"1"
    parts.manifest["files"][name] = {"sha256": handmade.sha256(b"1"), "size": 1, "status": "kept", "why": ""}
    assert "expected a path below the folder" in put(parts)[0]
    assert below(clone) == before and {path.name for path in tmp_path.iterdir()} == {"clone", "archive.zip"}


def test_a_second_name_of_a_member_is_refused_under_every_python_and_nothing_is_written(put, clone, tmp_path):
    before, parts = below(clone), handmade.whole()
    name, other = "results/more.csv", "results/../.git/hooks/post-checkout"
    told = struct.pack("<BL", 1, zlib.crc32(name.encode())) + other.encode()
    member = zipfile.ZipInfo(name)
    member.extra = struct.pack("<HH", 0x7075, len(told)) + told
    parts.manifest["files"][other] = {"sha256": handmade.sha256(b"1"), "size": 1, "status": "kept", "why": ""}
    path = parts.write(tmp_path / "archive.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, b"1")
    parts.write = lambda _: path
    assert f"member {name}: expected one name, found a second" in put(parts)[0]
    assert below(clone) == before


@pytest.mark.parametrize("name", ["results/../.git/hooks/x", "records/../../x", "metadata//etc/x"])
def test_no_file_is_given_a_place_outside_by_the_manifest_whatever_the_zip_let_pass(tmp_path, name):
    parts = handmade.whole()
    parts.manifest["files"][name] = {"sha256": "", "size": 1, "status": "kept", "why": ""}
    refused = pytest.raises(UnusableInput, match=f"member {name}: expected a path below the folder")
    with contents.opening(parts.write(tmp_path / "archive.zip")) as archive, refused:
        restoring.placements(archive, tmp_path)


def test_an_archive_that_changes_while_it_is_restored_is_named(tmp_path):
    path = handmade.whole().write(tmp_path / "archive.zip")
    with contents.opening(path) as archive:
        wanted = restoring.placements(archive, tmp_path / "clone")
        path.write_bytes(bytes(path.stat().st_size))
        with pytest.raises(UnusableInput, match=r"member metadata/.*: expected|expected the bytes of a moment ago"):
            restoring.place(archive, wanted)
    assert not list(tmp_path.glob("clone/**/*.png"))


def test_a_record_that_is_too_large_to_be_read_is_refused_and_nothing_is_written(put, clone, monkeypatch):
    monkeypatch.setattr("obverse.archive.restoring.MOST", 10)
    before = below(clone)
    error, _ = put(handmade.whole())
    assert "member records/" in error and "expected a record of at most 10 bytes, found" in error
    assert below(clone) == before


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("results/records/workflow.jsonl", "goes where records/workflow.jsonl goes"),
        ("results/records/workflow.jsonl/x", "goes below records/workflow.jsonl, which is a file"),
    ],
)
def test_two_members_for_one_place_are_refused_and_nothing_is_written(put, clone, name, found):
    before = below(clone)
    parts = handmade.whole()
    parts.members[name] = b"1"
    parts.manifest["files"][name] = {"sha256": handmade.sha256(b"1"), "size": 1, "status": "kept", "why": ""}
    error, _ = put(parts)
    assert f"member {name}: expected a place of its own, found that it {found}" in error
    assert below(clone) == before


def test_a_changed_archive_is_refused_with_the_names_before_anything_is_written(put, clone):
    before = below(clone)
    parts = handmade.whole()
    parts.members["results/fig9.png"] += b"x"
    del parts.members["results/fig9.csv"]
    parts.members["results/more.csv"] = b"1"
    error, _ = put(parts)
    assert "found 3 files changed, missing or extra:" in error
    assert all(name in error for name in ("results/fig9.png", "results/fig9.csv", "results/more.csv"))
    assert below(clone) == before


@pytest.mark.parametrize(
    ("named", "found"), [("none.zip", "no such file"), ("clone", "a folder"), ("empty.zip", "an empty file")]
)
def test_what_is_no_archive_is_refused_and_nothing_is_said_to_be_written(put, clone, tmp_path, named, found):
    (tmp_path / "empty.zip").write_bytes(b"")
    before, parts = below(clone), handmade.whole()
    parts.write = lambda path: tmp_path / named
    error, _ = put(parts)
    assert f"{named}: expected a" in error and f"found {found}" in error and error.endswith(" Nothing was written.")
    assert below(clone) == before


def test_a_bomb_is_refused_before_anything_is_written(put, clone, tmp_path):
    before = below(clone)
    parts = handmade.whole()
    bomb = parts.write(tmp_path / "bomb.zip")
    with zipfile.ZipFile(bomb, "a") as archive:
        archive.writestr(zipfile.ZipInfo("results/big.npy"), bytes(50_000_000), zipfile.ZIP_DEFLATED, 9)
    parts.write = lambda path: bomb
    assert "member results/big.npy: " in put(parts)[0]
    assert below(clone) == before


def test_other_code_is_refused_with_its_names_and_what_no_rule_reads_does_not_count(put, clone):
    before = below(clone)
    (clone / "workflow/obverse/predict.py").write_bytes(b"NAME = 'another'\n")
    (clone / "resources/head.csv").unlink()
    (clone / "README.md").write_bytes(b"another\n")
    error, _ = put(handmade.whole())
    assert "found 2 other files:\n  resources/head.csv\n  workflow/obverse/predict.py\n" in error
    assert "Check out c0ffee, or add --force" in error
    assert set(below(clone)) <= set(before)


def test_what_snakemake_says_of_the_archives_configuration_cannot_steer_a_terminal(put, clone):
    """It quotes what it refuses, in as many words as the archive's maker likes."""
    parts = handmade.whole()
    parts.tell("results/config.yaml", b'm: "\\e[2J\\e]0;all is well\\a"\n')
    (clone / "Snakefile").write_text("raise ValueError(config['m'])\n")
    error, said = put(parts, "--force")
    assert error == "" and "what would rerun Snakemake could not say:" in said
    assert "\\x1b[2J" in said and "\x1b" not in said and "\a" not in said


def test_records_are_added_to_those_that_are_there(put, clone):
    files.write_bytes(clone / "results/records/workflow.jsonl", b'{"event": "mine"}\n')
    assert put(handmade.whole())[0] == ""
    lines = (clone / "results/records/workflow.jsonl").read_bytes()
    assert lines == b'{"event": "run_started"}\n{"event": "mine"}\n'


def test_the_command_to_see_it_with_begins_where_the_results_are(put, clone, monkeypatch):
    assert f"  cd {clone} && snakemake -n results/" in put(handmade.whole())[1]
    monkeypatch.chdir(clone)
    assert "  snakemake -n results/" in put(handmade.whole())[1]


def test_it_says_how_many_targets_the_archive_is_of(put):
    assert "The archive is of 2 targets; snakemake without a target makes all there are." in put(handmade.whole())[1]


def test_withheld_files_are_counted_and_not_made_up(put, clone):
    parts = handmade.whole()
    parts.withhold("results/datasets/faces/images.npy")
    error, said = put(parts)
    assert error == "" and "1 files are withheld" in said
    assert not (clone / "results/datasets").exists()


def test_files_that_were_absent_when_it_was_packed_do_not_hinder(put, clone):
    parts = handmade.whole()
    parts.withhold("results/sources/list.csv", "absent", "")
    assert put(parts)[0] == "" and (clone / "results/fig9.png").exists()


def test_another_configuration_than_the_shipped_one_is_written_for_snakemake_to_be_given(put, clone):
    """Only what differs: a number changed in config.yaml later has to count."""
    parts = handmade.whole()
    parts.tell("code/config.yaml", b"m: 10\nposes: {yaw: 1, pitch: 2}\nseeds: [1]\n")
    (clone / "config.yaml").write_bytes(parts.members["code/config.yaml"])
    parts.tell("results/config.yaml", b"m: 10\nposes: {yaw: 3, pitch: 2}\nseeds: [1, 2]\n")
    error, said = put(parts)
    where = clone / "restored.config.yaml"
    assert error == "" and f"snakemake -n results/fig9.png results/config.yaml --configfile {where}" in said
    assert yaml.safe_load((clone / "restored.config.yaml").read_text()) == {"poses": {"yaw": 3}, "seeds": [1, 2]}


def test_to_terms_and_costs_the_one_who_packed_agrees_for_nobody(put, clone):
    """Nor does a config.yaml that agreed already, or a list of targets; what is not taken over is named."""
    parts = handmade.whole()
    shipped = {"m": 10, "asked": {"mine": {"confirm_spend": True, "url": "a"}}, "paid": [{"max_cost_usd": 5}]}
    shipped |= {"rekognition": {"source": "embedded", "confirm_spend": False, "max_cost_usd": 0}}
    resolved = shipped | {"rekognition": {"source": "official", "confirm_spend": True, "max_cost_usd": 320}}
    resolved |= {"datasets": {"celeba": {"accept_terms": True, "size": 64}, "facescrub": {"accept_terms": False}}}
    parts.tell("code/config.yaml", yaml.safe_dump(shipped).encode())
    (clone / "config.yaml").write_bytes(parts.members["code/config.yaml"])
    parts.tell("results/config.yaml", yaml.safe_dump(resolved).encode())
    error, said = put(parts)
    assert error == ""
    assert yaml.safe_load((clone / "restored.config.yaml").read_text()) == {
        "asked": {"mine": {"confirm_spend": False}},
        "datasets": {"celeba": {"accept_terms": False, "size": 64}, "facescrub": {"accept_terms": False}},
        "paid": [{"max_cost_usd": 0}],
        "rekognition": {"source": "official"},
    }
    named = "asked.mine.confirm_spend, datasets.celeba.accept_terms, paid.0.max_cost_usd, "
    assert f"yours to agree to: {named}rekognition.confirm_spend, rekognition.max_cost_usd." in said


BOMB = ["l0: &l0 [confirm_spend]", *(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12))]
MERGED = ["l0: &l0 {a: 1}", *(f"l{n}: &l{n}\n  <<: [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12))]


@pytest.mark.parametrize("lines", [BOMB, MERGED, ["self: &self [*self]"], ["a: &a {a: *a}"]])
@pytest.mark.parametrize("both", [True, False])
def test_a_configuration_that_names_one_part_in_many_places_is_refused(put, clone, lines, both):
    """A short text of as many parts as there are atoms, or of endless depth; no configuration is recorded so."""
    parts, content = handmade.whole(), "\n".join(["m: 10", *lines]).encode()
    parts.tell("results/config.yaml", content)
    if both:
        parts.tell("code/config.yaml", content)
    before = below(clone)
    error, _ = put(parts, "--force")
    name = "results/config.yaml"
    assert f"member {name}: expected each part written out, found an alias in line " in error
    assert below(clone) == before


@pytest.mark.parametrize("depth", [100, 200, 300, 400, 500, 5000])
def test_a_configuration_of_any_depth_is_written_or_refused_in_words(put, clone, depth):
    parts = handmade.whole()
    parts.tell("results/config.yaml", b"m: " + b"[" * depth + b"]" * depth)
    error, _ = put(parts)
    written = (clone / "restored.config.yaml").exists()
    assert written if error == "" else ("expected YAML" in error and not (clone / "results").exists())


@pytest.mark.parametrize("text", ["[", "\0", "!!bool x", "!!timestamp x", "!!int ''", "!!map x", "!!python/name:os.x"])
def test_a_configuration_that_is_no_yaml_is_refused_in_words(put, clone, text):
    parts = handmade.whole()
    parts.tell("results/config.yaml", f"m: {text}".encode())
    assert "member results/config.yaml: expected YAML, found none" in put(parts)[0]


def test_a_configuration_that_takes_long_to_read_is_refused(put, clone):
    parts = handmade.whole()
    parts.tell("results/config.yaml", b"m: 10\n" + b"# again\n" * 2**17)
    error, _ = put(parts)
    assert "member results/config.yaml: expected at most 1,048,576 bytes, found 1,048,582" in error


def test_a_folder_at_work_is_left_alone(put, clone):
    alive, _ = locks.take_over(clone / ".snakemake")
    with alive:
        assert "expected no run at work" in put(handmade.whole())[0]
    assert not (clone / "results").exists()


def test_no_run_begins_while_results_are_written(put, clone, monkeypatch):
    """It would find notes without results, and make all anew."""
    place, seen = restoring.place, []

    def watching(*given):
        seen.append(locks.in_use(clone / ".snakemake"))
        return place(*given)

    monkeypatch.setattr(restoring, "place", watching)
    assert put(handmade.whole())[0] == "" and seen == [True]
    assert not locks.in_use(clone / ".snakemake")


def test_a_run_that_began_while_the_archive_was_read_is_left_alone(put, clone, monkeypatch):
    monkeypatch.setattr(locks, "in_use", lambda directory: False)
    alive, _ = locks.take_over(clone / ".snakemake")
    with alive:
        assert "expected no run at work" in put(handmade.whole())[0]
    assert not (clone / "results").exists()


def test_a_folder_that_is_not_there_is_made_and_one_in_none_is_refused(put, tmp_path):
    """Of another folder than a clone, the code is that of the clone the command is of: here it differs."""
    assert "expected the code of the archive" in put(handmade.whole(), directory=tmp_path / "work")[0]
    assert "expected a folder, found none" in put(handmade.whole(), directory=tmp_path / "no/where")[0]
    assert not (tmp_path / "work").exists()


def test_a_full_disk_is_foreseen(put, clone, monkeypatch):
    monkeypatch.setattr("obverse.archive.restoring._SPARE", 2**62)
    parts, before = handmade.whole(), below(clone)
    parts.tell("results/config.yaml", b"m: 20\n")
    error, _ = put(parts)
    assert "expected room for 0 MB, found" in error and error.endswith("Nothing was written.")
    assert below(clone) == before


def test_a_full_disk_is_foreseen_before_a_new_folder_is_made_on_it(put, tmp_path, clone, monkeypatch):
    monkeypatch.setattr("obverse.archive.restoring._SPARE", 2**62)
    monkeypatch.setattr("obverse.commands.restore._BASE", clone)
    assert "expected room for 0 MB, found" in put(handmade.whole(), directory=tmp_path / "work")[0]
    assert not (tmp_path / "work").exists()


def test_a_restore_killed_at_any_moment_can_be_repeated(put, clone, monkeypatch):
    """Notes come before results, each file whole: what stands there at any moment counts as to be made, or is right."""
    parts = handmade.whole()
    replace, files_written = Path.replace, 0
    for last in range(0, 40, 3):
        left = last

        def dying(self, target):
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return replace(self, target)

        with monkeypatch.context() as dies:
            dies.setattr(Path, "replace", dying)
            try:
                put(parts)
            except KeyboardInterrupt:
                files_written += last
        for name, content in below(clone).items():
            if name.startswith("results/") and not name.startswith("results/records/"):
                assert content == parts.members[name]
                assert (clone / ".snakemake/metadata").is_dir()
    assert files_written > 0
    assert put(parts)[0] == ""
    assert below(clone)["results/fig9.png"] == parts.members["results/fig9.png"]
    assert not [name for name in below(clone) if name.endswith(".part")]


def test_a_process_that_is_killed_leaves_no_half_file(tmp_path, clone):
    """Killed for real, soon after it began to write; the same command ends well."""
    parts = handmade.whole()
    large = os.urandom(20_000_000)
    for number in range(8):
        name = f"results/extra/{number}.npy"
        parts.members[name] = large
        parts.manifest["files"][name] = {
            "sha256": handmade.sha256(large),
            "size": len(large),
            "status": "kept",
            "why": "",
        }
        parts.manifest["files"][name]["mtime_ns"] = handmade.TIME
    path = parts.write(tmp_path / "archive.zip")
    command = [sys.executable, "-m", "obverse.commands.restore", str(path), "--directory", str(clone)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "workflow")}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    while not (clone / "results/extra/2.npy").exists() and running.poll() is None:
        pass
    running.kill()
    running.wait()
    whole = [path for path in (clone / "results/extra").glob("*.npy") if not path.name.startswith(".")]
    assert all(path.stat().st_size == len(large) for path in whole)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(list((clone / "results/extra").iterdir())) == 8
