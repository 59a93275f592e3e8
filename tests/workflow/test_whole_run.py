"""The whole graph at tiny scale: what it makes, and that it makes it twice."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from checkouts import BASE, Checkout, contents
from obverse import scores
from obverse.faces import truth
from shown import says_stand_ins

REDRAWN = (
    "fig1",
    "fig7",
    "fig8",
    "fig9",
    "fig14",
    "table1",
    "table2",
    "table3",
    "fetch",
    "overlap",
    "duplicates",
    "poses",
)
FIGURES = (
    *REDRAWN,
    "fig5",
    "fig6",
    "fig10",
    "fig11",
    "fig12",
    "fig13",
    "fig15",
    "fig16",
    "fig2",
    "fig17",
    "table4",
    "policies",
)  # drawn as one of those is

# Each kind of network, and what threads might show in, by one target of few jobs; `make soak` compares the whole graph.
KINDS = ("results/angles/faces/generic/aligned_full/seed1/facescrub.full.parquet",)


def test_every_figure_comes_with_its_numbers(finished: Checkout):
    for figure in FIGURES:
        assert (finished.path / f"results/{figure}.png").read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(finished.path / f"results/{figure}.csv")) > 0


def test_every_picture_says_on_its_face_that_it_is_made_from_stand_ins(finished: Checkout):
    pictures = sorted((finished.path / "results").glob("*.png"))
    assert len(pictures) == len(FIGURES)
    assert [picture.name for picture in pictures if not says_stand_ins(picture)] == []


def test_every_picture_and_the_claims_have_a_line_in_the_report():
    captions = (BASE / "workflow/report/about.rst").read_text()
    assert set(re.findall(r'^"(\w+)": "', captions, re.M)) == {*FIGURES, "claims", "ablations", "archive"}


def test_fig8_has_every_method_at_every_m_on_both_splits(finished: Checkout):
    table = pd.read_csv(finished.path / "results/fig8.csv")
    assert {"m", "method", "split", "mse", "mse_low", "mse_high", "n"} <= set(table.columns)
    expected = {
        (m, method, split)
        for m in (1, 6)
        for method in ("aligned", "prior", "centred", "mean_image", "black", "class_mean")
        for split in ("member", "held_out")
    }
    assert set(table[["m", "method", "split"]].itertuples(index=False, name=None)) == expected
    assert ((table["mse_low"] <= table["mse"]) & (table["mse"] <= table["mse_high"])).all()


def test_at_full_m_prior_and_ours_are_one_inverter(finished: Checkout):
    """Variant P1 of the prior attack: what differs is only what it is fed."""
    table = pd.read_csv(finished.path / "results/fig8.csv").query("m == 6").set_index(["method", "split"])["mse"]
    assert table["aligned", "held_out"] == table["prior", "held_out"]
    assert table["aligned", "held_out"] != table["centred", "held_out"]


def test_scores_agree_with_the_reconstructions_up_to_rounding(finished: Checkout):
    """Scores are taken before rounding to uint8, which moves a pixel by at most half a level."""
    where = "faces/generic/aligned_m1/seed1/facescrub.m1"
    rows = scores.read(finished.path / f"results/scores/{where}.parquet")
    rebuilt = np.load(finished.path / f"results/reconstructions/{where}.npy") / 255
    images = np.load(finished.path / "results/datasets/facescrub/images.npy") / 255
    ids = pd.read_parquet(finished.path / "results/datasets/facescrub/samples.parquet")["sample_id"].to_numpy()
    shown = images[[int(np.flatnonzero(ids == sample_id)[0]) for sample_id in rows["sample_id"]]]
    np.testing.assert_allclose(((rebuilt - shown) ** 2).mean(axis=(1, 2)), rows["mse"], atol=2e-3)


def test_shared_people_are_found_and_nobody_else_is(finished: Checkout):
    """The stand-in plants two people in both data sets, under other spellings of their names."""
    samples = pd.read_parquet(finished.path / "results/datasets/celeba/samples.parquet")
    planted = pd.read_parquet(finished.path / "results/sources/celeba/truth.parquet")
    assert "person" in truth.SCHEMA.names
    shared = planted["person"].to_numpy() < 6  # FaceScrub's people are numbers 0 to 5
    assert ((samples["status"] == "overlap").to_numpy() == shared).all()
    auxiliary = pd.read_parquet(finished.path / "results/auxiliaries/generic.parquet")
    assert set(auxiliary["sample_id"]) == set(samples.loc[~shared, "sample_id"])


def test_the_reports_count_what_the_tables_hold(finished: Checkout):
    removed = pd.read_csv(finished.path / "results/overlap.csv", index_col="number")["here"]
    assert removed[["identities", "identities_removed", "images", "images_removed"]].to_list() == [8, 2, 48, 12]
    samples = pd.read_parquet(finished.path / "results/datasets/facescrub/samples.parquet")
    listed = pd.read_csv(finished.path / "results/duplicates.csv")
    assert set(listed["sample_id"]) == set(samples["sample_id"][samples["duplicate_group"].duplicated(keep=False)])
    for report in ("overlap", "duplicates"):
        assert (finished.path / f"results/{report}.png").read_bytes().startswith(b"\x89PNG")


def test_shared_people_are_found_by_their_faces_too(clone: Checkout):
    (clone.path / "faces.yaml").write_text("datasets: {celeba: {overlap: embeddings}}")
    files = ["tests/config.tiny.yaml", "faces.yaml"]
    done = clone.run("snakemake", "--cores", "2", "--configfile", *files, "--", "results/overlap.png")
    assert done.returncode == 0, done.stderr
    samples = pd.read_parquet(clone.path / "results/datasets/celeba/samples.parquet")
    planted = pd.read_parquet(clone.path / "results/sources/celeba/truth.parquet")
    assert (samples["status"][planted["person"] < 6] == "overlap").all()
    assert (samples["status"] == "ok").any()


def test_members_and_held_out_images_are_disjoint_and_duplicates_stay_together(finished: Checkout):
    splits = pd.read_parquet(finished.path / "results/classifiers/faces/splits.parquet")
    samples = pd.read_parquet(finished.path / "results/datasets/facescrub/samples.parquet")
    assert splits["sample_id"].is_unique
    sides = splits.merge(samples, on="sample_id").groupby("duplicate_group")["split"].nunique()
    assert (sides == 1).all()


@pytest.mark.parametrize("targets", [KINDS, pytest.param(("all",), marks=pytest.mark.soak)], ids=["kinds", "all"])
def test_one_core_and_two_give_the_same_bytes(finished: Checkout, checkout: Checkout, targets: tuple[str, ...]):
    """A stage's threads come from config, so what ``--cores`` is does not show in any product."""
    done = checkout.snakemake(*targets, cores=1)
    assert done.returncode == 0, done.stdout + done.stderr
    alone, together = contents(checkout.path / "results"), contents(finished.path / "results")
    shared = alone.keys() & together.keys()
    assert len(shared) > 30 and {name: alone[name] for name in shared} == {name: together[name] for name in shared}
    assert targets == KINDS or alone.keys() == together.keys()


def said(path: Path) -> str:
    """Return the text in a product: a table's cells and metadata unpacked, a binary file's header alone."""
    if path.suffix == ".parquet":
        table = parquet.read_table(path)
        words = [field.name for field in table.schema if field.type in (pa.string(), pa.large_string())]
        return f"{parquet.read_metadata(path).metadata} {table.select(words).to_pydict()}"
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return f"{archive.comment} {archive.namelist()}"
    if path.suffix == ".png":
        with Image.open(path) as picture:
            return str(picture.info)
    content = path.read_bytes()
    if path.suffix == ".safetensors":
        content = content[8 : 8 + int.from_bytes(content[:8], "little")]
    return content.decode()


def test_no_product_names_this_machine_or_a_port(finished: Checkout):
    kinds = {".csv", ".parquet", ".yaml", ".json", ".safetensors", ".zip", ".txt", ".png", ".html"}
    results = finished.path / "results"
    files = [results / name for name in contents(results) if not name.endswith("/.snakemake_timestamp")]
    bare = {".npy", ".gz"}  # pixels and nothing else
    assert {path.suffix for path in files} == kinds | bare
    products = [path for path in files if path.suffix in kinds]
    assert "http://" in said(finished.path / "results/sources/facescrub/faces.parquet")  # tables are looked into
    for path in products:
        text = said(path)
        assert not re.search(r"://[^/\s]*:\d", text), path
        for name in (str(finished.path), "127.0.0.1", "localhost"):
            assert name not in text, path


def test_the_run_ends_by_saying_where_the_figure_is(finished: Checkout, clone: Checkout):
    (clone.path / "results/fig9.png").unlink()
    done = clone.snakemake("results/fig9.png")
    assert done.returncode == 0
    assert "Done: results/fig9.png" in done.stderr


def test_redrawn_figures_have_the_same_bytes(clone: Checkout, finished: Checkout):
    drawn = [f"results/{figure}.{suffix}" for figure in REDRAWN for suffix in ("png", "csv")]
    for name in drawn:
        (clone.path / name).unlink()
    done = clone.snakemake(*drawn)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in drawn:
        assert (clone.path / name).read_bytes() == (finished.path / name).read_bytes()
