from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from obverse import scores, traces
from obverse.errors import UnusableInput
from obverse.tabulate_ablations import tabulate_ablations

PEOPLE, COUNT = 6, 36
VICTIMS = pd.DataFrame(
    {
        "sample_id": np.arange(COUNT) + 50,
        "label": np.repeat(np.arange(PEOPLE), COUNT // PEOPLE),
        "split": ["member", "held_out"] * (COUNT // 2),
    }
)
SPLITS = ("held_out", "member")


def score_file(path: Path, mse: np.ndarray, first: int = 50) -> Path:
    """Write scores of six people with three pictures on each side; ``mse`` [36]."""
    further = {"ssim": np.zeros(COUNT, np.float32), "identity_rank": 1, "evaluation_rank": 1}
    rows = VICTIMS.assign(mse=mse.astype(np.float32), sample_id=VICTIMS["sample_id"] + first - 50, **further)
    scores.write(path, rows, 0, {})
    return path


@pytest.fixture
def inputs(tmp_path: Path) -> dict:
    """Two ways at each of two m, the digits both ways, and three epochs of which the second was kept."""
    random = np.random.default_rng(0)
    usual = {m: 0.02 + 0.01 * random.random(COUNT) for m in (1, 6)}
    named = [
        ("prior", "P1", True, 1, 6, usual[1], 50),
        ("prior", "P2", False, 1, 6, usual[1] + 0.05 + 0.001 * random.random(COUNT), 50),
        ("prior", "P1", True, 6, 6, usual[6], 50),
        ("prior", "P2", False, 6, 6, usual[6], 50),
        ("digits", "one way", True, 5, 5, usual[1], 50),
        ("digits", "the other", False, 5, 5, usual[1], 5000),
        ("checkpoint", "ours", True, 6, 6, usual[6], 50),
    ]
    rows = pd.concat(
        VICTIMS.assign(epoch=epoch, mse=usual[6] * factor) for epoch, factor in ((1, 0.9), (2, 1.0), (3, 1.5))
    )
    traces.write(tmp_path / "trace", rows, {})
    table = {"epoch": [1, 2, 3], "train_loss": 0.1, "validation_loss": [0.3, 0.1, 0.2]}
    means = {f"{split}_mse": [0.9, 1.0, 1.5] for split in SPLITS}
    pd.DataFrame(table | means).to_csv(tmp_path / "epochs.csv", index=False)
    lists = dict(zip(("ablations", "variants", "decided", "m", "k"), zip(*named, strict=True), strict=False))
    files = [score_file(tmp_path / f"{place}", *row[5:]) for place, row in enumerate(named)]
    floors = [score_file(tmp_path / f"floor{place}", np.full(COUNT, 0.05), row[6]) for place, row in enumerate(named)]
    given = {name: list(values) for name, values in lists.items()} | {"scores": files, "floors": floors}
    return given | {"trace": tmp_path / "trace", "epoch_table": tmp_path / "epochs.csv", "resamples": 300, "seed": 1}


def tabulated(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    tabulate_ablations(**inputs | {"table": folder / "ablations.csv"} | changes)
    return pd.read_csv(folder / "ablations.csv")


def at(table: pd.DataFrame, ablation: str, variant: str, m: int, split: str) -> pd.Series:
    found = table[(table[["ablation", "variant", "split"]] == [ablation, variant, split]).all(axis=1)]
    return found[found["m"] == m].squeeze()


def test_there_is_a_row_for_each_variant_and_split_in_their_order(inputs, tmp_path):
    table = tabulated(inputs, tmp_path)
    assert table["ablation"].drop_duplicates().tolist() == ["prior", "digits", "checkpoint"]
    assert len(table) == 2 * (4 + 2 + 3)
    assert set(table["n"]) == {COUNT // 2} and set(table["identities"]) == {PEOPLE}


@pytest.mark.parametrize("split", SPLITS)
def test_a_difference_is_the_mean_over_the_same_victims(inputs, tmp_path, split):
    table = tabulated(inputs, tmp_path)
    row = at(table, "prior", "P2", 1, split)
    ours, theirs = (scores.read(inputs["scores"][place]) for place in (0, 1))
    expected = (theirs["mse"] - ours["mse"])[theirs["split"] == split].mean()
    assert row["difference"] == pytest.approx(expected, rel=1e-4)
    assert row["difference"] == pytest.approx(
        row["mse"] - at(tabulated(inputs, tmp_path), "prior", "P1", 1, split)["mse"]
    )
    assert row["difference_low"] < row["difference"] < row["difference_high"]


def test_a_difference_is_sharper_than_its_errors(inputs, tmp_path):
    """People differ ten times as much as the two ways do on any of them: pairing takes that away."""
    row = at(tabulated(inputs, tmp_path), "prior", "P2", 1, "member")
    assert row["difference_high"] - row["difference_low"] < 0.3 * (row["mse_high"] - row["mse_low"])


def test_no_difference_is_zero_and_what_was_decided_has_none(inputs, tmp_path):
    table = tabulated(inputs, tmp_path)
    columns = ["difference", "difference_low", "difference_high"]
    assert (at(table, "prior", "P2", 6, "member")[columns] == 0).all()
    assert table.loc[table["decided"], columns].isna().all(axis=None)


def test_other_victims_have_no_difference(inputs, tmp_path):
    row = at(tabulated(inputs, tmp_path), "digits", "the other", 5, "member")
    assert row[["difference", "difference_low", "difference_high"]].isna().all()
    assert row["share"] == pytest.approx(row["mse"] / 0.05, rel=1e-4)


def test_pixels_of_another_unit_have_no_difference(inputs, tmp_path):
    """The same victims, stretched: their mean image's error is another."""
    score_file(inputs["floors"][1], np.full(COUNT, 0.08))
    row = at(tabulated(inputs, tmp_path), "prior", "P2", 1, "member")
    assert row[["difference", "difference_low", "difference_high"]].isna().all()
    assert row["share"] == pytest.approx(row["mse"] / 0.08, rel=1e-4)


def test_a_person_with_many_pictures_counts_as_one_in_an_interval(inputs, tmp_path):
    """Differences that differ by person alone: the interval is that of six people, not of eighteen pictures."""
    by_person = np.repeat([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 6)
    score_file(inputs["scores"][0], np.full(COUNT, 0.05))
    score_file(inputs["scores"][1], 0.05 + by_person)
    row = at(tabulated(inputs, tmp_path, resamples=4000), "prior", "P2", 1, "member")
    standard_error = by_person[::6].std(ddof=1) / np.sqrt(PEOPLE)
    width = 2 * stats.t.ppf(0.975, PEOPLE - 1) * standard_error
    assert row["difference_high"] - row["difference_low"] == pytest.approx(width, rel=0.1)


def test_epochs_are_chosen_on_the_auxiliary_set_at_the_end_and_on_the_members(inputs, tmp_path):
    table = tabulated(inputs, tmp_path)
    chosen = table[(table["ablation"] == "checkpoint") & (table["split"] == "held_out")].set_index("variant")
    assert chosen["epoch"].to_dict() == {"ours": 2, "the last": 3, "lowest on the members": 1}
    ratio = chosen["mse"] / chosen.loc["ours", "mse"]
    np.testing.assert_allclose(ratio[["ours", "the last", "lowest on the members"]], [1.0, 1.5, 0.9], rtol=1e-4)
    assert chosen.loc["lowest on the members", "difference"] < 0 < chosen.loc["the last", "difference"]


def test_a_trace_of_other_victims_is_refused(inputs, tmp_path):
    rows = traces.read(inputs["trace"])
    traces.write(inputs["trace"], rows.assign(sample_id=rows["sample_id"] + 1), {})
    with pytest.raises(UnusableInput, match="trace: expected the victims of the scores, found others"):
        tabulated(inputs, tmp_path)


def test_the_same_scores_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        tabulated(inputs, tmp_path / name)
    assert (tmp_path / "a" / "ablations.csv").read_bytes() == (tmp_path / "b" / "ablations.csv").read_bytes()
