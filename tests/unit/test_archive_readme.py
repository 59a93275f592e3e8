from dataclasses import replace

import pytest

from obverse.archive import readme
from obverse.archive.manifest import ABSENT, WITHHELD, File, Link, Made

MADE = Made(commit="c0ffee", dirty=(), stale=(), told=False, snakemake="9.27.1", python="3.11.7")
FILES = {"results/fig9.png": File("1" * 64, 5), "code/Snakefile": File("2" * 64, 7)}
LINKS = [Link("draw", ("results/fig9.png",), (), "records/jobs/draw/1.jsonl", "", ())]


def text(made: Made = MADE, files: dict[str, File] = FILES, links: list[Link] = LINKS) -> str:
    return readme.write("Stew", made, ["results/fig9.png"], files, links).decode()


@pytest.mark.parametrize("command", ["verify archive.zip", "restore ../../archive.zip", "verify archive.zip --rerun"])
def test_it_names_the_commands(command: str):
    assert f"python -m obverse.commands.{command}" in text().replace("python3", "python")


def test_it_says_what_checking_cannot_find_and_whose_code_is_run():
    told = " ".join(text().split())
    assert "finds damage and contradictions, not forgery" in told
    assert "compare the archive's sha256, in the first line, with one from its author" in told
    assert "runs the code in the archive as you, on your machine, so only for an archive of people you trust" in told


def test_an_orderly_archive_has_its_commit_and_no_warning():
    told = text()
    assert "Made with commit `c0ffee`, Snakemake 9.27.1, Python 3.11.7." in told
    assert "not all was in order" not in told and "no record" not in told and "Nothing is withheld." in told


def test_what_was_not_in_order_is_named():
    told = text(replace(MADE, dirty=("README.md",), stale=("results/fig9.png",), told=True))
    assert "not all was in order" in told
    assert "`README.md` was not as committed" in told and "`results/fig9.png` was not as recorded" in told


def test_code_of_no_commit_says_so():
    assert "outside a git repository" in text(replace(MADE, commit=""))


def test_jobs_without_a_record_are_counted():
    assert "Of 1 of 2 jobs there is no record" in text(links=[*LINKS, replace(LINKS[0], record="")])


def test_what_is_withheld_is_counted_by_reason_and_listed_with_its_hash():
    left = {f"results/{name}.npy": File(name * 64, 1, WITHHELD, "pictures of people") for name in "ab"}
    told = text(files=FILES | left)
    assert "- 2 files withheld: pictures of people" in told and f"{'a' * 64}  results/a.npy" in told


def test_of_what_was_gone_no_sha256_is_promised():
    told = text(files=FILES | {"results/a.npy": File("", 0, ABSENT, "no longer there")})
    assert (
        "Their sha256, as far as one is known, stand in the manifest too:\n\n    (no sha256 known)  results/a.npy"
        in told
    )
