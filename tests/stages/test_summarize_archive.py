import hashlib
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from obverse.archive import summary
from obverse.archive.manifest import File
from obverse.archive.summary import Amount, Stage
from obverse.errors import UnusableInput
from obverse.past.runs import Machine
from obverse.summarize_archive import summarize_archive
from packing import CODE, FACE, GRID, Study, study

PROJECT = "[project]\nname = 'stew'\ndependencies = ['numpy>=2', 'not-loaded']\n"
KITCHEN = Machine("kitchen", "Stove", 2, "Linux 6", "x86_64", "", "")


@pytest.fixture
def packed_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A small study to pack from within, that says what it depends on."""
    made = study(tmp_path / "study")
    made.write("pyproject.toml", PROJECT)
    made.commit()
    monkeypatch.chdir(made.path)
    return made


def test_an_archive_is_summed_up(packed_study: Study):
    archive = packed_study.pack()
    found = summary.read(archive)
    content = archive.read_bytes()
    assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert found.made.commit == packed_study.git("rev-parse", "HEAD")
    assert found.targets == ("results/fig9.png", "results/table1.csv")
    results = [b"PK faces", FACE, GRID, b"m,mse\n1,0.5\n", b"x\n"]
    assert found.inside["results/"] == Amount(5, sum(map(len, results)))
    code = [*map(len, CODE.values()), len(PROJECT)]
    assert found.inside["code/"] == Amount(len(code), sum(code))
    assert (found.inside["records/"].files, found.inside["metadata/"].files) == (4, 5)
    with zipfile.ZipFile(archive) as opened:
        sizes = [info.file_size for info in opened.infolist()]
    together = Amount(
        sum(each.files for each in found.inside.values()), sum(each.size for each in found.inside.values())
    )
    assert together == Amount(len(sizes), sum(sizes)) and found.outside == {}


def test_what_the_jobs_recorded_is_summed_up(packed_study: Study):
    found = summary.read(packed_study.pack())
    assert found.pythons == ["3.11.7"] and found.libraries == {"numpy": ["2.4.6"]} and found.others == 1
    assert found.machines == {KITCHEN: 4}
    assert found.stages == [Stage(rule, 1, 1, 1.0) for rule in ("crop", "draw", "render", "tabulate")]
    assert found.began == datetime.fromtimestamp(1_700_000_000, UTC)
    assert found.ended == datetime.fromtimestamp(1_700_000_004, UTC)


def test_jobs_of_a_stage_count_together_and_only_the_run_that_made_the_output(packed_study: Study):
    packed_study.job("draw", {"results/fig8.png": b"curve"}, time=1_700_000_010)
    packed_study.record("draw", ["results/fig8.png"], [], ["results/fig8.png"], time=1_700_000_020)
    found = summary.read(packed_study.pack(["results/fig8.png", "results/fig9.png"]))
    assert found.stages[0] == Stage("draw", 2, 2, 2.0)
    assert found.ended == datetime.fromtimestamp(1_700_000_020, UTC)


def test_data_are_told_by_role_and_files_that_no_job_made_beside_them(packed_study: Study):
    found = summary.read(packed_study.pack())
    (name,) = found.sources["facescrub"]
    file = found.sources["facescrub"][name]
    assert list(found.sources) == ["facescrub"] and name == "faces.zip"
    assert (file.sha256, file.size) == (hashlib.sha256(b"PK faces").hexdigest(), 8)
    assert found.further == {"code/resources/table.csv": File(packed_study.sha256("resources/table.csv"), 4)}


def test_where_data_come_from_is_told_where_the_configuration_is_archived(packed_study: Study):
    assert summary.read(packed_study.pack()).origins == {}
    packed_study.job("record_config", {"results/config.yaml": b"datasets: {facescrub: {source: rendered}}"})
    found = summary.read(packed_study.pack(["results/fig9.png", "results/config.yaml"]))
    assert found.origins == {"facescrub": "rendered"}


def test_what_is_withheld_is_counted_by_reason(packed_study: Study):
    found = summary.read(packed_study.pack(restricted=["facescrub"]))
    pictures = "withheld: pictures of people, or made to look like theirs"
    assert found.outside == {
        "withheld: given under terms of its own": Amount(1, 8),
        pictures: Amount(2, len(FACE) + len(GRID)),
    }
    assert found.inside["results/"].files == 2
    assert found.sources["facescrub"]["faces.zip"].status == "withheld"


def test_without_records_jobs_are_counted_and_nothing_is_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(study(tmp_path / "study", recorded=False).path)
    found = summary.read(Study(tmp_path / "study").pack())
    assert found.stages == [Stage(rule, 1, 0, 0.0) for rule in ("crop", "draw", "render", "tabulate")]
    assert (found.machines, found.pythons, found.libraries, found.others) == ({}, [], {}, 0)
    assert found.began is None and found.ended is None


def test_the_page_is_written_from_the_archive_alone_to_the_same_bytes(packed_study: Study, tmp_path: Path):
    moved = tmp_path / "elsewhere" / "archive.zip"
    moved.parent.mkdir()
    packed_study.pack().rename(moved)
    pages = [tmp_path / "one.html", tmp_path / "two.html"]
    for page in pages:
        summarize_archive(archive=moved, html=page)
    assert pages[0].read_bytes() == pages[1].read_bytes()
    said = pages[0].read_text()
    assert "What is in archive.zip" in said and packed_study.git("rev-parse", "HEAD") in said
    assert str(tmp_path) not in said


def test_an_archive_with_a_damaged_record_is_refused(packed_study: Study, tmp_path: Path):
    archive = packed_study.pack()
    with zipfile.ZipFile(archive) as opened:
        member = next(each for each in opened.infolist() if each.filename.startswith("records/jobs/"))
    content = bytearray(archive.read_bytes())
    content[member.header_offset + 30 + len(member.filename) + 9] ^= 1
    archive.write_bytes(content)
    with pytest.raises(UnusableInput, match=r"archive.zip: expected an archive of results.*\nDelete it"):
        summarize_archive(archive=archive, html=tmp_path / "archive.html")


def test_what_is_no_archive_is_refused(tmp_path: Path):
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as opened:
        opened.writestr("README.md", "hello")
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    outside = tmp_path / "outside.zip"
    with zipfile.ZipFile(outside, "w") as opened:
        opened.writestr("../README.md", "hello")
    for path in (other, text, outside, tmp_path / "none.zip"):
        with pytest.raises(UnusableInput, match=f"{path.name}: expected an archive of results"):
            summarize_archive(archive=path, html=tmp_path / "archive.html")
    assert not (tmp_path / "archive.html").exists()
