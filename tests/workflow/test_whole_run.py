"""The whole graph at tiny scale: what it makes, and that it makes it twice."""

import numpy as np
import pandas as pd
import pytest

from checkouts import Checkout, contents
from obverse import scores
from obverse.faces import truth

FIGURES = ("fig8", "fig9", "fig10", "poses")


def test_every_figure_comes_with_its_numbers(finished: Checkout):
    for figure in FIGURES:
        assert (finished.path / f"results/{figure}.png").read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(finished.path / f"results/{figure}.csv")) > 0


def test_fig8_has_every_method_at_every_m_on_both_splits(finished: Checkout):
    table = pd.read_csv(finished.path / "results/fig8.csv")
    assert {"m", "method", "split", "mse", "mse_low", "mse_high", "n"} <= set(table.columns)
    expected = {
        (m, method, split)
        for m in (1, 6)
        for method in ("aligned", "prior", "centred", "mean_image", "black")
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


def test_members_and_held_out_images_are_disjoint_and_duplicates_stay_together(finished: Checkout):
    splits = pd.read_parquet(finished.path / "results/classifiers/faces/splits.parquet")
    samples = pd.read_parquet(finished.path / "results/datasets/facescrub/samples.parquet")
    assert splits["sample_id"].is_unique
    sides = splits.merge(samples, on="sample_id").groupby("duplicate_group")["split"].nunique()
    assert (sides == 1).all()


def test_one_core_and_two_give_the_same_bytes(finished: Checkout, checkout: Checkout):
    """A stage's threads come from config, so what ``--cores`` is does not show in any product."""
    done = checkout.snakemake(cores=1)
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(checkout.path / "results") == contents(finished.path / "results")


def test_no_product_names_this_machine_or_a_port(finished: Checkout):
    texts = [path for path in (finished.path / "results").rglob("*") if path.suffix in (".csv", ".parquet", ".yaml")]
    assert len(texts) > 20
    for path in texts:
        content = path.read_bytes()
        assert str(finished.path).encode() not in content, path
        assert b"127.0.0.1" not in content, path


def test_the_run_ends_by_saying_where_the_figure_is(finished: Checkout, clone: Checkout):
    (clone.path / "results/fig9.png").unlink()
    done = clone.snakemake("results/fig9.png")
    assert done.returncode == 0
    assert "Done: results/fig9.png" in done.stderr


@pytest.mark.parametrize("figure", FIGURES)
def test_a_redrawn_figure_has_the_same_bytes(clone: Checkout, finished: Checkout, figure: str):
    done = clone.snakemake("--force", f"results/{figure}.png")
    assert done.returncode == 0
    for name in (f"{figure}.png", f"{figure}.csv"):
        assert (clone.path / "results" / name).read_bytes() == (finished.path / "results" / name).read_bytes()
