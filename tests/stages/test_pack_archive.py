import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crates import issues, run
from obverse.archive import chains as verified
from obverse.archive import checks, contents, manifest, zips
from obverse.archive.chains import Chain
from obverse.archive.manifest import Manifest
from obverse.errors import UnusableInput
from obverse.provenance import digest
from packing import CODE, FACE, Study, record_name, study

# Recommended, but not to be known: who ran it, who publishes it, and where the project can be found.
RECOMMENDED = {
    "The Action SHOULD have an agent that is a Person or Organization",
    "The Application SHOULD have a url",
    "The SoftwareApplication id SHOULD be an absolute URI",  # a tool is a file of the archive
    "The `publisher` property of a `Root Data Entity` SHOULD be an `Organization`",
    "The organization SHOULD have a URL.",
}


@pytest.fixture
def packed_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A small study to pack from within."""
    made = study(tmp_path / "study")
    monkeypatch.chdir(made.path)
    return made


def members(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def chains(archive: Path) -> list[Chain]:
    """Return what `verify` finds of each target."""
    with contents.opening(archive) as opened:
        return verified.chains(opened, checks.members(opened))


def told(archive: Path) -> Manifest:
    return manifest.read(members(archive)["manifest.json"])


def test_an_archive_holds_the_targets_all_they_are_made_of_and_the_code(packed_study: Study):
    held = set(members(packed_study.pack()))
    results = {name for name in held if name.startswith("results/")}
    assert results == {
        "results/sources/facescrub/faces.zip",
        "results/datasets/facescrub/images.npy",
        "results/fig9.png",
        "results/fig9.csv",
        "results/table1.csv",
    }
    assert {name for name in held if name.startswith("code/")} == {f"code/{name}" for name in CODE}
    own = {"README.md", "LICENSE", "CITATION.cff", "manifest.json", "ro-crate-metadata.json"}
    assert {name for name in held if "/" not in name} == own
    assert {name for name in held if name.startswith("metadata/")} == {
        f"metadata/{record_name(name)}" for name in results
    }
    assert {name.split("/")[2] for name in held if name.startswith("records/")} == {
        "render",
        "crop",
        "draw",
        "tabulate",
    }


def test_members_are_sorted_and_nothing_in_the_zip_says_when_it_was_made(packed_study: Study):
    with zipfile.ZipFile(packed_study.pack()) as opened:
        infos = opened.infolist()
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert len({info.external_attr for info in infos}) == 1


def test_the_manifest_has_the_hash_size_and_date_of_every_member(packed_study: Study):
    archive = packed_study.pack()
    held, files = members(archive), told(archive).files
    assert set(files) == set(held) - {"manifest.json"}
    for name, content in held.items():
        if name != "manifest.json":
            assert (files[name].sha256, files[name].size) == (hashlib.sha256(content).hexdigest(), len(content))
            dated = packed_study.path / name if name.startswith("results/") else None
            assert files[name].mtime_ns == (dated.stat().st_mtime_ns if dated else None)


def test_a_link_for_each_job_says_what_was_made_of_what(packed_study: Study):
    links = {link.rule: link for link in told(packed_study.pack()).links}
    assert set(links) == {"render", "crop", "draw", "tabulate"}
    assert links["draw"].outputs == ("results/fig9.csv", "results/fig9.png")
    assert links["draw"].inputs == ("results/datasets/facescrub/images.npy",)
    assert links["tabulate"].inputs == ("code/resources/table.csv",)
    assert links["draw"].shellcmd.startswith("python -m obverse.draw ")
    assert links["draw"].params == (f"code=['draw={digest('SIZE = 3')}']", "seed='1'")
    assert links["draw"].record.startswith("records/jobs/draw/")


def test_packing_twice_gives_the_same_bytes(packed_study: Study):
    first = [{"event": "run_started", "run": "1"}, {"event": "job_started", "run": "1", "jobid": 4}]
    first[1]["outputs"] = ["results/fig9.png", "results/fig9.csv"]
    later = [{"event": "run_ended", "run": "1"}, {"event": "run_started", "run": "2"}]
    later += [{"event": "job_started", "run": "2", "jobid": 4, "outputs": ["results/archive.zip"]}]
    lines = [f"{json.dumps(event)}\n" for event in [*first, *later]]
    log = packed_study.write("results/records/workflow.jsonl", "".join(lines[:2]))
    once = packed_study.pack().read_bytes()
    log.write_text("".join(lines))
    archive = packed_study.pack()
    assert archive.read_bytes() == once
    assert [json.loads(line) for line in members(archive)["records/workflow.jsonl"].splitlines()] == first


@pytest.mark.parametrize(
    ("limit", "problem"), [("MOST_BYTES", "found .* bytes in all"), ("MOST_MEMBERS", "expected at most 9 members")]
)
def test_what_no_reader_would_open_is_not_packed(
    packed_study: Study, monkeypatch: pytest.MonkeyPatch, limit: str, problem: str
):
    monkeypatch.setattr(zips, limit, 9)
    with pytest.raises(UnusableInput, match=rf"^results/archive\.zip.*one that is refused: .*{problem}"):
        packed_study.pack()
    assert not list((packed_study.path / "results").glob("*archive*"))


def test_the_commit_is_in_it(packed_study: Study):
    archive = packed_study.pack()
    commit = packed_study.git("rev-parse", "HEAD")
    assert told(archive).made.commit == commit
    assert commit in members(archive)["README.md"].decode()


def test_a_changed_tracked_file_is_refused_by_name(packed_study: Study):
    packed_study.write("README.md", "# Soup\n")
    with pytest.raises(UnusableInput, match=r"found 1 that are not:\n  README\.md: not as committed"):
        packed_study.pack()
    assert not (packed_study.path / "results/archive.zip").exists()


@pytest.mark.parametrize("name", ["results/fig9.png", "results/table1.csv", "results/datasets/facescrub/images.npy"])
def test_a_changed_byte_of_a_product_is_refused_by_name(packed_study: Study, name: str):
    content = bytearray((packed_study.path / name).read_bytes())
    content[-1] ^= 1
    packed_study.write(name, bytes(content))
    with pytest.raises(UnusableInput, match=f"{name}: its bytes are not those that were made"):
        packed_study.pack()


def test_what_was_made_of_other_inputs_is_refused_by_name(packed_study: Study):
    packed_study.write("resources/table.csv", "a,c\n")
    packed_study.commit()
    with pytest.raises(UnusableInput, match=r"results/table1\.csv: made of other bytes than code/resources/table\.csv"):
        packed_study.pack()


def test_a_result_that_nothing_tells_of_is_refused_by_name(packed_study: Study):
    (packed_study.path / f".snakemake/metadata/{record_name('results/table1.csv')}").unlink()
    with pytest.raises(UnusableInput, match=r"results/table1\.csv: nothing tells how it was made"):
        packed_study.pack()


def test_told_to_it_packs_what_is_not_in_order_and_says_so_inside(packed_study: Study):
    packed_study.write("README.md", "# Soup\n")
    packed_study.write("workflow/obverse/new.py", "SIZE = 4\n")
    packed_study.write("results/table1.csv", "y\n")
    archive = packed_study.pack(allow=True)
    made, held = told(archive).made, members(archive)
    assert made.told
    assert made.dirty == ("README.md", "workflow/obverse/new.py")
    assert made.stale == ("results/table1.csv",)
    assert held["code/README.md"] == b"# Soup\n" and held["code/workflow/obverse/new.py"] == b"SIZE = 4\n"
    readme = held["README.md"].decode()
    for said in ("`README.md` was not as committed", "`results/table1.csv` was not as recorded"):
        assert said in readme


def other_code(study: Study) -> None:
    study.write("workflow/obverse/draw.py", "SIZE = 4\n")
    study.commit()


def loaded_otherwise(study: Study) -> None:
    (record,) = (study.path / "results/records/jobs/draw").iterdir()
    record.write_text(record.read_text().replace(digest("SIZE = 3"), digest("SIZE = 4")))


STALE = [
    (other_code, r"code/workflow/obverse/draw\.py: results/fig9\.csv was made by other code"),
    (loaded_otherwise, r"results/fig9\.csv: its job \(draw\) loaded other code of draw"),
]


@pytest.mark.parametrize(("disturb", "words"), STALE)
def test_what_verify_would_call_broken_is_refused_and_packed_when_told_and_said_inside(
    packed_study: Study, disturb: Callable[[Study], None], words: str
):
    disturb(packed_study)
    with pytest.raises(UnusableInput, match=f"results as they were recorded, found 1 that are not:\n  {words}"):
        packed_study.pack()
    assert not list((packed_study.path / "results").glob("*archive*"))
    archive = packed_study.pack(allow=True)
    assert told(archive).made.stale == ("results/fig9.csv", "results/fig9.png")
    assert "`results/fig9.png` was not as recorded" in members(archive)["README.md"].decode()
    drawn, tabulated = chains(archive)
    assert drawn.broken and drawn.stale == told(archive).made.stale and tabulated.whole


def test_without_records_it_packs_and_says_how_many_lack_and_what_verify_will_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    unrecorded = study(tmp_path / "study", recorded=False)
    monkeypatch.chdir(unrecorded.path)
    archive = unrecorded.pack()
    assert {link.record for link in told(archive).links} == {""}
    assert "Of 4 of 4 jobs there is no record of their own" in members(archive)["README.md"].decode()
    said = capsys.readouterr().out
    assert (
        said.startswith("4 of 4 jobs have no record of their own")
        and "verify will call what they made unrecorded" in said
    )
    assert said.endswith("snakemake --forcerun crop draw render tabulate -- results/archive.zip\n")


def test_where_all_is_recorded_nothing_is_said(packed_study: Study, capsys: pytest.CaptureFixture):
    packed_study.pack()
    assert capsys.readouterr().out == ""


def test_a_folder_that_is_no_repository_is_packed_and_says_so(packed_study: Study):
    (packed_study.path / ".git").rename(packed_study.path.parent / "history")
    packed_study.write("results/.venv/lib.py", "")
    archive = packed_study.pack()
    assert told(archive).made.commit == "" and told(archive).made.dirty == ()
    assert {name for name in members(archive) if name.startswith("code/")} == {f"code/{name}" for name in CODE}
    assert "outside a git repository" in members(archive)["README.md"].decode()


def test_pictures_of_restricted_data_stay_out_and_their_hashes_in(packed_study: Study):
    archive = packed_study.pack(restricted=["facescrub"])
    held, files = members(archive), told(archive).files
    left = {name for name, file in files.items() if file.status == "withheld"}
    assert left == {
        "results/sources/facescrub/faces.zip",
        "results/datasets/facescrub/images.npy",
        "results/fig9.png",
    }
    assert not left & set(held) and not any(FACE in content for content in held.values())
    assert files["results/datasets/facescrub/images.npy"].sha256 == hashlib.sha256(FACE).hexdigest()
    assert files["results/fig9.csv"].status == "kept"
    readme = held["README.md"].decode()
    assert "1 files withheld: given under terms of its own" in readme and "results/fig9.png" in readme


def test_a_users_own_file_stays_out_and_its_hash_in(packed_study: Study, tmp_path: Path):
    own = tmp_path / "album" / "list.txt"
    own.parent.mkdir()
    own.write_text("me\n")
    packed_study.job("provide", {"results/list.csv": b"me\n"}, [str(own)])
    archive = packed_study.pack(["results/list.csv"])
    (name,) = told(archive).links[0].inputs
    assert name.startswith("elsewhere/") and name.endswith("/list.txt") and "album" not in name
    file = told(archive).files[name]
    assert (file.status, file.sha256, name in members(archive)) == ("withheld", packed_study.sha256(str(own)), False)


@pytest.mark.parametrize("inside", ["resources/table.csv", "given/train.gz"])
def test_a_file_in_the_checkout_that_was_given_by_an_absolute_path_leaves_the_chain_whole(
    packed_study: Study, inside: str
):
    """Whether git tracks it or not."""
    given = packed_study.write(inside, "a,b\n")
    packed_study.write(".gitignore", "/results/\n/.snakemake/\n/given/\n")
    packed_study.commit()
    packed_study.job("provide", {"results/list.csv": b"me\n"}, [str(given)])
    (chain,) = chains(packed_study.pack(["results/list.csv"]))
    assert chain.broken == chain.unrecorded == ()


def test_an_input_that_is_no_longer_there_is_refused_and_when_told_listed_with_the_hash_it_had(packed_study: Study):
    source = "results/sources/facescrub/faces.zip"
    before = packed_study.sha256(source)
    (packed_study.path / source).unlink()
    with pytest.raises(UnusableInput, match=f"found 1 that are not:\n  {source}: was not there any more when packed"):
        packed_study.pack()
    archive = told(packed_study.pack(allow=True))
    file = archive.files[source]
    assert (file.status, file.sha256, file.size) == ("absent", before, 0) and archive.made.stale == ()


def test_a_folder_that_a_job_makes_is_its_files(packed_study: Study):
    packed_study.job("scatter", {"results/parts/1.csv": b"1\n"}, recorded=False)
    noted = packed_study.path / ".snakemake/metadata"
    (noted / record_name("results/parts/1.csv")).rename(noted / record_name("results/parts"))
    packed_study.write("results/parts/.snakemake_timestamp", "")
    packed_study.job("gather", {"results/sum.csv": b"1\n"}, ["results/parts"])
    links = {link.rule: link for link in told(packed_study.pack(["results/sum.csv"])).links}
    parts = ("results/parts/.snakemake_timestamp", "results/parts/1.csv")
    assert links["scatter"].outputs == links["gather"].inputs == parts


def test_a_target_that_is_not_there_is_named(packed_study: Study):
    with pytest.raises(UnusableInput, match=r"results/fig8\.png: expected a result, found no file"):
        packed_study.pack(["results/fig8.png"])


def test_a_project_that_says_nothing_of_itself_is_refused(packed_study: Study):
    (packed_study.path / "CITATION.cff").unlink()
    with pytest.raises(UnusableInput, match=r"CITATION\.cff: expected what the project says of itself, found no file"):
        packed_study.pack(allow=True)


@pytest.mark.parametrize("restricted", [[], ["facescrub"]])
def test_others_find_nothing_wrong_without_a_network(packed_study: Study, tmp_path: Path, restricted: list[str]):
    """At REQUIRED nothing; at RECOMMENDED what is known."""
    assert issues(packed_study.pack(restricted=restricted), tmp_path) == {"REQUIRED": set(), "RECOMMENDED": RECOMMENDED}


def test_another_reader_reports_every_job_with_its_files(packed_study: Study):
    done = run("runcrate", "report", str(packed_study.pack()))
    assert done.returncode == 0, done.stderr
    reported = done.stdout.split("action: ")
    (drawn,) = [text for text in reported if "step: #step/draw" in text]
    assert "results/datasets/facescrub/images.npy" in drawn and "results/fig9.png" in drawn
    assert "started: 2023-11-14T22:13:22" in drawn
    assert len([text for text in reported if "step: " in text]) == 4
