from pathlib import Path

import pytest

from obverse.archive import disorder
from obverse.archive.places import Places
from obverse.past import runs
from obverse.past.jobs import finished
from packing import Study

RAW, SOUP = "results/raw.csv", "results/soup.csv"


@pytest.fixture
def kitchen(tmp_path: Path) -> Study:
    made = Study(tmp_path)
    made.job("buy", {RAW: b"1"}, time=1_700_000_001)
    made.job("cook", {SOUP: b"2"}, [RAW], time=1_700_000_002)
    return made


def amiss(study: Study, *, hashes: dict[str, str] | None = None, loose: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    places = Places(study.path, study.path)
    jobs = finished(study.path / ".snakemake/metadata")
    made = runs.makers(runs.below(study.path / "results/records/jobs", places.member))
    now = {name: study.sha256(name) for name in (RAW, SOUP)} if hashes is None else hashes
    return [(each.member, each.how) for each in disorder.amiss(jobs, loose, made, now, places)]


def test_results_as_recorded_are_in_order(kitchen: Study):
    assert amiss(kitchen) == []


def test_another_result_than_was_made_and_what_was_made_of_it_are_named(kitchen: Study):
    kitchen.write(RAW, "other")
    assert amiss(kitchen) == [
        (RAW, "its bytes are not those that were made"),
        (SOUP, f"made of other bytes than {RAW} has now"),
    ]


@pytest.mark.parametrize("silent", ["results/records", ".snakemake/metadata"])
def test_either_account_is_enough_to_see_that_an_input_changed(kitchen: Study, silent: str):
    """Snakemake's alone, or the job's own beside a record of Snakemake's without sums."""
    if silent == ".snakemake/metadata":
        for path in (kitchen.path / silent).iterdir():
            path.write_text(path.read_text().replace('"sha256:', '"md5:'))
    else:
        (kitchen.path / silent).rename(kitchen.path / "away")
    kitchen.write(RAW, "other")
    assert (SOUP, f"made of other bytes than {RAW} has now") in amiss(kitchen)


def test_a_result_that_was_made_again_since_is_in_order(kitchen: Study):
    kitchen.job("cook", {SOUP: b"3"}, [RAW], time=1_700_000_009)
    assert amiss(kitchen) == []


def test_a_result_that_nothing_tells_of_is_named(kitchen: Study):
    assert amiss(kitchen, loose=("results/found.csv",)) == [("results/found.csv", "nothing tells how it was made")]


def test_what_is_no_longer_there_is_not_another(kitchen: Study):
    assert amiss(kitchen, hashes={SOUP: kitchen.sha256(SOUP)}) == []
