"""The archive of a whole run: packed by Snakemake, from what it and the jobs recorded."""

import zipfile
from pathlib import Path

import pytest

from checkouts import TINY, Checkout, contents
from crates import issues
from obverse.archive import manifest, restricted
from obverse.archive.manifest import Link, Manifest
from packing import Study

ARCHIVE = "results/archive.zip"


@pytest.fixture
def study(clone: Checkout) -> Study:
    """The finished run in a repository of its own."""
    made = Study(clone.path)
    made.commit()
    return made


def told(study: Study) -> Manifest:
    with zipfile.ZipFile(study.path / ARCHIVE) as opened:
        return manifest.read(opened.read("manifest.json"))


def test_it_is_packed_once_with_all_that_was_made_and_again_to_the_same_bytes(
    study: Study, clone: Checkout, tmp_path: Path
):
    done = clone.snakemake(ARCHIVE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert clone.would_run(ARCHIVE) == set()
    made = told(study)
    assert made.made.commit == study.git("rev-parse", "HEAD") and made.made.dirty == made.made.stale == ()
    assert {"results/fig1.png", "results/table3.png", "results/claims.csv", "results/config.yaml"} <= set(made.targets)
    named = {path for link in made.links for path in (*link.inputs, *link.outputs)}
    assert named <= set(made.files) and {file.status for file in made.files.values()} == {"kept"}
    assert {"results/sources/facescrub/pictures/0000.zip", "code/resources/head.csv"} <= named
    first = (study.path / ARCHIVE).read_bytes()
    (study.path / ARCHIVE).unlink()
    assert clone.snakemake(ARCHIVE).returncode == 0
    assert (study.path / ARCHIVE).read_bytes() == first
    assert issues(study.path / ARCHIVE, tmp_path / "checked")["REQUIRED"] == set()


def test_what_is_not_in_order_is_refused_by_name_and_packed_when_told(study: Study, clone: Checkout):
    picture = study.path / "results/fig9.png"
    picture.write_bytes(picture.read_bytes()[:-1] + b"x")
    with (study.path / "README.md").open("a") as readme:
        readme.write("More.\n")
    refused = clone.snakemake(ARCHIVE)
    assert refused.returncode != 0 and not (study.path / ARCHIVE).exists()
    said = refused.stdout + refused.stderr
    assert "README.md: not as committed" in said
    assert "results/fig9.png: its bytes are not those that were made" in said
    (study.path / "allow.yaml").write_text("archive: {allow: true}\n")
    done = clone.run("snakemake", "--cores", "2", "--configfile", TINY, "allow.yaml", "--", ARCHIVE)
    assert done.returncode == 0, done.stdout + done.stderr
    made = told(study).made
    assert (made.told, made.dirty, made.stale) == (True, ("README.md",), ("results/fig9.png",))


def test_every_product_of_the_tiny_run_is_of_a_listed_kind(finished: Checkout):
    """So that what is withheld as of a kind not known is a product that somebody forgot to list."""
    products = [f"results/{name}" for name in contents(finished.path / "results")]
    left = restricted.withheld(
        ["facescrub"], [Link("made", tuple(products), ("results/sources/facescrub/pictures",), "", "", ())]
    )
    assert [path for path, why in left.items() if why == restricted.UNKNOWN] == []
