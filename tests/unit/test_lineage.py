"""The command `lineage`: the tree behind a result, what tells two runs apart, and what would run again and why."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import chronicles
import handmade
from obverse.commands import lineage
from obverse.lineage import histories, params, trees

FIGURE = "results/fig.png"
PACKAGE = {"PYTHONPATH": str(Path(lineage.__file__).parents[2])}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Run the command in this process; return its exit status, its lines, and what it said of an error."""

    def command(*arguments: object) -> tuple[object, list[str], str]:
        monkeypatch.setattr(sys, "argv", ["lineage", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            lineage.main()
        said = capsys.readouterr()
        return ended.value.code, said.out.splitlines(), said.err

    return command


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return chronicles.write(tmp_path / "before", chronicles.chain())


def test_the_tree_has_each_job_once_with_its_numbers_code_time_device_and_the_sources_with_their_sums(
    run, before: Path
):
    status, lines, _ = run(FIGURE, "--directory", before)
    train, draw = (params.read([f"code={chronicles.CODE[rule]!r}"]).digest() for rule in ("train", "draw"))
    assert status == 0
    assert lines == [
        f"results/fig.png in {before}:",
        "4 jobs, recorded by Snakemake and each by itself, 1 file that no job made, on here, A CPU, Python",
        "  3.11.7",
        "",
        "[1] draw → results/fig.png, fig.csv",
        "│  title Two",
        f"│  code {draw} · 2027-01-15 08:03:00 UTC · 2.5 s · AVX512, float32 · 2 threads",
        "├─ [2] prepare → results/data/samples.parquet, images.npy",
        "│  │  size 16",
        "│  │  2027-01-15 08:00:00 UTC · 2.5 s · AVX512, float32 · 2 threads",
        f"│  └─ resources/list.csv sha256 {chronicles.sha256(b'list')}",
        "├─ [3] train → results/nets/1.bin",
        "│  │  epochs 2 · seed 1",
        f"│  │  code {train} · 2027-01-15 08:01:00 UTC · 2.5 s · AVX512, float32 · 2 threads",
        "│  └─ above: [2] prepare",
        "└─ [4] train → results/nets/2.bin",
        "   │  epochs 2 · seed 2",
        f"   │  code {train} · 2027-01-15 08:02:00 UTC · 2.5 s · AVX512, float32 · 2 threads",
        "   └─ above: [2] prepare",
    ]


def test_a_line_of_the_tree_is_no_wider_than_a_terminal(tmp_path: Path):
    """Nine jobs deep and however much they were told; the first line names the folder, and a sum is never cut."""
    entries = {}
    for depth in range(9):
        told = [f"option_{number}={'x' * number!r}" for number in range(40)]
        needed = [f"results/made/{depth - 1}.npy"] if depth else []
        entries[str(depth)] = chronicles.Entry(f"stage_{depth}", {f"results/made/{depth}.npy": b"x"}, needed, told)
    history = histories.read(chronicles.write(tmp_path, entries))
    _, *lines = trees.lines(history, "results/made/8.npy")
    assert len(lines) > 9 * 10 and max(map(len, lines)) <= trees.WIDTH


def test_a_job_without_a_record_of_its_own_and_one_on_another_machine_say_so(run, tmp_path: Path):
    entries = chronicles.chain()
    entries["one"].recorded = False
    where = chronicles.write(tmp_path, entries)
    record = where / "results/records/jobs/train/2.jsonl"
    record.write_text(record.read_text().replace('"here"', '"there"'))
    _, lines, _ = run(FIGURE, "--directory", where)
    assert "recorded by Snakemake, 1 of them by it alone" in lines[1]
    told = "\n".join(lines)
    assert told.count("recorded by Snakemake alone") == 1
    assert told.count("there, A CPU, Python 3.11.7") == 1 and told.count("here, A CPU, Python 3.11.7") == 3


def test_a_record_from_before_the_job_ran_again_is_not_its_own(tmp_path: Path):
    where = chronicles.write(tmp_path, chronicles.chain())
    record = where / "results/records/jobs/train/1.jsonl"
    record.write_text(record.read_text().replace("2027-01-15", "2027-01-14"))
    history = histories.read(where)
    makers = history.makers()
    assert history.run(makers["results/nets/1.bin"]) is None
    assert history.sha256("results/nets/1.bin") == chronicles.sha256(b"one")
    assert history.run(makers["results/nets/2.bin"]).machine.node == "here"


def test_a_folder_has_one_sum_of_all_that_was_recorded_in_it(tmp_path: Path):
    sums = []
    for number, content in enumerate((b"a", b"a", b"b")):
        entries = {"fetch": chronicles.Entry("fetch", {"results/pictures/1.zip": content}, [])}
        where = chronicles.write(tmp_path / str(number), entries)
        note = chronicles.note_of(where, "results/pictures/1.zip")
        note.rename(chronicles.note_of(where, "results/pictures"))
        sums.append(histories.read(where).sha256("results/pictures"))
    assert len(sums[0]) == 64 and sums[0] == sums[1] != sums[2]


def test_a_result_whose_making_nobody_knows_is_a_leaf_that_says_so(run, before: Path):
    for name in ("images.npy", "samples.parquet"):
        chronicles.note_of(before, f"results/data/{name}").unlink()
    _, lines, _ = run(FIGURE, "--directory", before)
    told = " ".join(" ".join(lines).replace("│", " ").split())
    assert f"results/data/images.npy sha256 {chronicles.sha256(b'images')} made elsewhere, its provenance is" in told


def test_what_cannot_be_read_is_refused_with_exit_status_2_and_what_to_do(run, before: Path, tmp_path: Path):
    (before / "results/brought.png").write_bytes(b"png")
    (empty := tmp_path / "empty.zip").write_bytes(b"")
    cases = {
        ("results/none.png", "--directory", before): "expected a result that was made, found that it was not made yet",
        ("results/brought.png", "--directory", before): "found one made elsewhere: its provenance is missing",
        (FIGURE, "--directory", tmp_path): "expected what Snakemake keeps in .snakemake/metadata, found none",
        ("diff", before, tmp_path / "none"): "an archive, found no such file or folder\nName a folder",
        ("diff", before, empty): "expected a whole zip archive, found an empty file",
        ("diff", before, before / FIGURE): "expected a whole zip archive, found something else",
        ("diff", before, before, "--target", "results/none.png"): "expected a result that was made",
        ("why", "results/brought.png", "--directory", before): "its provenance is missing",
        ("why", FIGURE, "--directory", before / FIGURE): "expected a working directory, found a file",
        ("why", FIGURE, "--directory", before, "--configfile", "none.yaml"): "expected a configuration, found no file",
    }
    for words, problem in cases.items():
        status, lines, said = run(*words)
        assert (status, lines) == (2, []), words
        assert problem in said and len(said.splitlines()) == 2, said


def test_an_archive_is_read_like_the_folder_it_was_packed_from(run, tmp_path: Path):
    archive = handmade.whole().write(tmp_path / "archive.zip")
    status, lines, _ = run("results/fig9.png", "--directory", archive)
    assert status == 0 and lines[0] == f"results/fig9.png in {archive}:"
    assert [rule for rule, _, _ in handmade.JOBS if not any(f"] {rule} → " in line for line in lines)] == [
        "record_config"
    ]
    assert any(handmade.sha256(b"x,y\n1,2\n") in line for line in lines)


def test_a_damaged_record_in_an_archive_is_named(run, tmp_path: Path):
    archive = handmade.whole().write(tmp_path / "archive.zip")
    content = bytearray(archive.read_bytes())
    name = handmade.note_member("results/fig9.png")
    place = content.index(name.encode()) + len(name) + 20
    content[place] ^= 1
    archive.write_bytes(content)
    status, _, said = run("results/fig9.png", "--directory", archive)
    assert status == 2 and f"member {name}" in said and "it was changed" in said


def test_a_record_that_is_too_large_to_be_read_is_named(run, tmp_path: Path):
    parts = handmade.whole()
    name = parts.link("predict")["record"]
    parts.tell(name, random.Random(1).randbytes(2**20) * (2**8 + 1))
    status, _, said = run("results/fig9.png", "--directory", parts.write(tmp_path / "archive.zip"))
    assert status == 2 and f"member {name}" in said and "expected at most 268,435,456 bytes, found 269,484,032" in said


def test_a_reader_that_has_read_enough_is_no_error(before: Path):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "obverse.commands.lineage", FIGURE, "--directory", str(before)]
    done = subprocess.run(command, env=os.environ | PACKAGE, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_reading_imports_neither_torch_nor_snakemake():
    code = "import sys, obverse.commands.lineage; print(*{'torch', 'snakemake', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | PACKAGE, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
