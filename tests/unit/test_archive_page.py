"""Every number of the page by hand, and every text as text."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from obverse.archive import page, readme
from obverse.archive.manifest import ABSENT, WITHHELD, File, Made
from obverse.archive.summary import Amount, Stage, Summary
from obverse.past.runs import Machine

MADE = Made(commit="c0ffee", dirty=(), stale=(), told=False, snakemake="9.27.1", python="3.11.8")
SUMMARY = Summary(
    size=1_234_567,
    sha256="a" * 64,
    made=MADE,
    targets=("results/fig9.png", "results/table1.csv"),
    inside={"about it": Amount(6, 1000), "results/": Amount(1200, 2_000_000)},
    outside={},
    pythons=["3.11.7"],
    libraries={"numpy": ["2.4.5", "2.4.6"]},
    others=3,
    machines={Machine("kitchen", "Stove", 2, "Linux 6", "x86_64", "H100", "bfloat16"): 4},
    stages=[Stage("train", 3, 3, 1234.56), Stage("draw", 2, 0, 0.0)],
    began=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    ended=datetime(2026, 1, 2, 4, 5, 6, tzinfo=UTC),
    sources={"facescrub": {"a.zip": File("1" * 64, 700), "b.txt": File("2" * 64, 34)}},
    origins={"facescrub": "rendered", "mnist": "stand_in"},
    further={"code/resources/head.csv": File("3" * 64, 1910)},
)


def text(**changes: object) -> str:
    """Return what one reads on the page, a cell or a line at a time, marked by bars."""
    html = page.render("archive.zip", replace(SUMMARY, **changes))
    return re.sub(r"\|[\s|]*", "|", re.sub(r"<[^>]+>", "|", html.partition("<body>")[2]))


def test_the_archive_is_told_by_size_and_sha256_and_what_it_was_packed_for():
    said = text()
    assert f"|1.23 MB, sha256 |{'a' * 64}|" in said
    assert "|Packed for 2 files, with all they are made of|results/fig9.png|results/table1.csv|" in said


def test_what_is_inside_is_counted_and_summed():
    said = text()
    assert "|about it|README, manifest, crate, licence, citation|6|1 kB|" in said
    assert "|results/|what was archived, and all it was made of|1,200|2 MB|together|1,206|2 MB|" in said


def test_where_nothing_is_withheld_the_page_says_so():
    assert "|Not inside|Nothing is withheld.|" in text()


def test_what_is_withheld_or_absent_is_counted_by_reason():
    said = text(outside={"withheld: pictures of people": Amount(7, 5000), "absent: no longer there": Amount(1, 0)})
    assert "Nothing is withheld" not in said
    assert "|withheld: pictures of people|7|5 kB|absent: no longer there|1|not known|together|8|5 kB|" in said
    assert "Of what is withheld it holds sha256 and size alone. Of what is absent it holds the sha256 that" in said


def test_of_what_is_absent_no_size_is_promised():
    said = text(outside={"absent: no longer there": Amount(1, 0)})
    assert "sha256 and size" not in said and "|absent: no longer there|1|not known|" in said


def test_an_archive_in_order_says_so_with_its_commit():
    stages = [Stage("train", 3, 3, 1234.56)]
    assert '<p class="verdict fine">' in page.render("archive.zip", replace(SUMMARY, stages=stages))
    said = text(stages=stages)
    assert "|In order when it was packed|: code as committed, results as recorded.|Commit |c0ffee|" in said
    assert "no record" not in said


def test_jobs_without_a_record_are_counted_beside_the_state_as_verify_will_hold_them_against_it():
    """Also where not all was in order; what verify ends on with exit status 1 is not marked as fine."""
    assert '<p class="verdict unclear">' in page.render("archive.zip", SUMMARY)
    lacking = " 2 of 5 jobs have no record of their own: verify will call what they made unrecorded.|Commit |c0ffee|"
    assert f": code as committed, results as recorded.{lacking}" in text()
    made = replace(MADE, dirty=("README.md",), told=True)
    assert f": 1 file not as committed, 0 files not as recorded.{lacking}" in text(made=made)
    one = [Stage("train", 3, 2, 1.0)]
    assert " 1 of 3 jobs has no record of its own: verify will call what it made unrecorded.|" in text(stages=one)


def test_what_was_not_in_order_is_said_first_and_named():
    made = replace(MADE, dirty=("README.md",), stale=("results/fig9.png", "results/fig9.csv"), told=True)
    assert '<p class="verdict unclear">' in page.render("archive.zip", replace(SUMMARY, made=made))
    said = text(made=made)
    assert "|Packed although not all was in order|: 1 file not as committed, 2 files not as recorded. " in said
    for line in ("README.md: not as committed", "results/fig9.png: not as recorded"):
        assert f"|{line}|" in said
    assert said.index("not all was in order") < said.index("sha256")


def test_code_of_no_commit_is_not_called_committed():
    said = text(made=replace(MADE, commit=""))
    assert "as committed" not in said and "|No commit: it was no git repository.|" in said


def test_data_have_a_hash_each_and_one_of_all_that_sha256sum_would_give():
    said = text()
    listed = f"{'1' * 64}  a.zip\n{'2' * 64}  b.txt\n".encode()
    assert f"|facescrub (rendered)|: 2 files, 734 B|sha256 of their list |{hashlib.sha256(listed).hexdigest()}|" in said
    assert f"|Each|a.zip, 700 B|{'1' * 64}|b.txt, 34 B|{'2' * 64}|" in said
    assert f"|Besides, 1 file that no job made|code/resources/head.csv, 1.91 kB|{'3' * 64}|" in said


def test_data_that_are_withheld_or_gone_are_marked():
    given = {"a.zip": File("1" * 64, 700, WITHHELD, "terms"), "b.txt": File("", 0, ABSENT, "gone")}
    said = text(sources={"celeba": given})
    assert f"|a.zip, 700 B, withheld|{'1' * 64}|b.txt, absent|no sha256 known|" in said


def test_versions_are_those_of_the_jobs_all_that_there_were():
    assert "|Python|3.11.7|Snakemake|9.27.1|numpy|2.4.5, 2.4.6|And 3 further libraries" in text()
    assert "|Python|3.11.8|" in text(pythons=[])  # what packed it, where no job tells
    assert "further libraries" not in text(others=0)


def test_machines_are_told_with_device_precision_and_jobs():
    assert "|kitchen|Stove, 2 cores, Linux 6 x86_64|H100, bfloat16|4|" in text()
    assert "|kitchen|no neural network|2|" in text(machines={Machine("kitchen", "", 0, "", "", "", ""): 2})
    assert "|None is recorded.|" in text(machines={})


def test_stages_have_jobs_and_seconds_and_a_sum():
    said = text()
    assert "|Jobs|From 2026-01-02 03:04 UTC to 2026-01-02 04:05 UTC.|stage|" in said
    assert "|train|3|1,234.6|draw|2|not known|together|5|1,234.6|" in said


def test_where_no_job_is_recorded_no_time_is_told():
    said = text(stages=[Stage("draw", 2, 0, 0.0)], began=None, ended=None)
    assert "|Jobs|stage|" in said and "|together|2|not known|" in said
    assert "2 of 2 jobs have no record of their own" in said


@pytest.mark.parametrize("typed", [readme.CHECK, readme.RESTORE, readme.RERUN])
def test_its_commands_are_those_of_the_archives_readme(typed: str):
    assert typed.replace("'", "&#x27;").replace("&&", "&amp;&amp;") in page.render("archive.zip", SUMMARY)
    assert all(line in readme.write("T", MADE, [], {}, []).decode() for line in typed.splitlines())


def test_all_that_it_is_told_is_text():
    evil = "<script>&\"'"
    file = File(evil, 1, evil, evil)
    made = Made(commit=evil, dirty=(evil,), stale=(evil,), told=True, snakemake=evil, python=evil)
    amounts = {evil: Amount(1, 1)}
    html = page.render(
        evil,
        Summary(
            size=1,
            sha256=evil,
            made=made,
            targets=(evil,),
            inside=amounts,
            outside=amounts,
            pythons=[evil],
            libraries={evil: [evil]},
            others=1,
            machines={Machine(evil, evil, 1, evil, evil, evil, evil): 1},
            stages=[Stage(evil, 1, 1, 1.0)],
            began=None,
            ended=None,
            sources={evil: {evil: file}},
            origins={evil: evil},
            further={evil: file},
        ),
    )
    assert "<script" not in html and evil not in html
    top, inside, data, versions, machine, stage = 7, 2, 8, 4, 6, 1
    assert html.count("&lt;script&gt;&amp;&quot;&#x27;") == top + inside + data + versions + machine + stage
    assert "http" not in html and "src=" not in html
