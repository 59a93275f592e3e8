import json
from pathlib import Path

import pytest
from snakemake.persistence.file import FilePersistence

from obverse.past.jobs import closure, finished
from packing import Study, record_name


@pytest.fixture
def kitchen(tmp_path: Path) -> Study:
    """Results of four jobs in a row, and of one beside them."""
    made = Study(tmp_path)
    made.job("buy", {"results/raw.csv": b"1"}, ["resources/list.csv"])
    made.job("cook", {"results/soup.csv": b"2", "results/rest.csv": b"3"}, ["results/raw.csv"])
    made.job("serve", {"results/plate.png": b"4"}, ["results/soup.csv"])
    made.job("sweep", {"results/floor.csv": b"5"}, ["results/raw.csv"])
    return made


def metadata(study: Study) -> Path:
    return study.path / ".snakemake/metadata"


def test_outputs_of_one_command_are_one_job(kitchen: Study):
    jobs = {job.rule: job for job in finished(metadata(kitchen))}
    assert set(jobs) == {"buy", "cook", "serve", "sweep"}
    cook = jobs["cook"]
    assert cook.outputs == ("results/rest.csv", "results/soup.csv")
    assert cook.inputs == ("results/raw.csv",)
    assert cook.checksums == {"results/raw.csv": kitchen.sha256("results/raw.csv")}
    assert cook.metadata == (record_name("results/rest.csv"), record_name("results/soup.csv"))
    assert cook.ended - cook.started == 1


def test_what_a_target_is_made_of_comes_with_it_and_its_siblings_and_nothing_else(kitchen: Study):
    jobs, sources = closure(finished(metadata(kitchen)), ["results/plate.png"])
    assert [job.rule for job in jobs] == ["serve", "buy", "cook"]  # by their outputs
    assert sources == ["resources/list.csv"]


def test_what_no_job_made_is_a_source(kitchen: Study):
    (metadata(kitchen) / record_name("results/raw.csv")).unlink()
    jobs, sources = closure(finished(metadata(kitchen)), ["results/plate.png"])
    assert [job.rule for job in jobs] == ["serve", "cook"] and sources == ["results/raw.csv"]


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"rule": "co', b"\xff"])
def test_a_record_that_cannot_be_read_is_none(kitchen: Study, content: bytes):
    (metadata(kitchen) / record_name("results/floor.csv")).write_bytes(content)
    (metadata(kitchen) / "no base64").write_text("{}")
    assert {job.rule for job in finished(metadata(kitchen))} == {"buy", "cook", "serve"}


def test_no_folder_means_no_jobs(tmp_path: Path):
    assert finished(tmp_path / "nowhere") == []


@pytest.mark.parametrize("output", ["results/ä b.csv", f"results/{'long/' * 80}file.csv", f"results/{'x' * 179}.csv"])
def test_records_are_found_where_snakemake_writes_them(tmp_path: Path, output: str):
    """By its own code: names are base64, and long ones are cut into folders."""
    persistence = FilePersistence.__new__(FilePersistence)
    persistence._max_len = None
    persistence._io_write(str(tmp_path), {"rule": "cook", "shellcmd": "cook it", "log": []}, output)
    (job,) = finished(tmp_path)
    assert job.outputs == (output,)
    assert json.loads((tmp_path / job.metadata[0]).read_text())["rule"] == "cook"
