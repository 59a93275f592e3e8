from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from obverse import auxiliaries, scores, sheets
from obverse.tabulate_auxiliaries import tabulate_auxiliaries

PAPER = Path(__file__).parents[2] / "resources/paper_tables.csv"
ERRORS = {"nearest": 0.02, "mean_image": 0.03, "black": 0.2, "class_mean": 0.01, "truth": 0.0}
VALIDATION = [31, 33]  # held-out images of person 1 that chose the epoch


def score_file(path: Path, mse: np.ndarray) -> Path:
    """Four people, five pictures each on either side; odd ones are held out."""
    ids = np.arange(40)
    rows = {"sample_id": ids + 20, "label": ids // 10, "split": np.where(ids % 2, "held_out", "member")}
    rows |= {"mse": np.float32(mse), "ssim": np.float32(0.5), "identity_rank": 1 + ids % 4, "evaluation_rank": 1}
    scores.write(path, pd.DataFrame(rows), 0, {})
    return path


def auxiliary(path: Path, dataset: str, ids: list[int]) -> Path:
    parts = ["validation" if number in VALIDATION else "train" for number in ids]
    rows = {"dataset": [dataset] * len(ids), "sample_id": ids, "part": parts, "owner": ["adversary"] * len(ids)}
    auxiliaries.write(path, pa.table(rows), {})
    return path


@pytest.fixture
def inputs(tmp_path: Path) -> dict:
    """The same people's held-out images, and images of others that have the same numbers; two training seeds."""
    held = [
        auxiliary(tmp_path / "same", "facescrub", list(range(21, 60, 2))),
        auxiliary(tmp_path / "generic", "celeba", list(range(20, 60))),
    ]
    random, files = np.random.default_rng(0), []
    for row in (0, 1):
        for training in (1, 2):
            mse = 0.01 + 0.005 * row + 0.001 * training + 0.002 * random.random(40)
            files.append((row, "aligned", score_file(tmp_path / f"aligned{row}{training}", mse)))
        files += [(row, name, score_file(tmp_path / f"{name}{row}", np.full(40, mse))) for name, mse in ERRORS.items()]
    given = {"tasks": ["facescrub"] * 2, "labels": ["same", "generic"], "auxiliaries": held, "paper": PAPER}
    given |= {"rows": [row for row, _, _ in files], "methods": [method for _, method, _ in files]}
    return given | {"scores": [path for _, _, path in files], "resamples": 200, "seed": 1, "origin": "Stand-ins"}


def tabulated(inputs: dict, folder: Path) -> pd.DataFrame:
    tabulate_auxiliaries(**inputs, picture=folder / "table2.png", table=folder / "table2.csv")
    return pd.read_csv(folder / "table2.csv").set_index(["distribution", "method", "split", "images"]).sort_index()


def test_every_attack_floor_and_the_ceiling_has_both_sides(inputs, tmp_path):
    found = tabulated(inputs, tmp_path / "out")
    wanted = {(label, method) for label in ("same", "generic") for method in ("aligned", *ERRORS)}
    for split in ("member", "held_out"):
        rows = found.xs((split, "all"), level=["split", "images"])
        assert set(rows.index) == wanted and set(rows["n"]) == {20}
    for method, mse in ERRORS.items():
        assert found.xs(method, level="method")["mse"].tolist() == pytest.approx([mse] * 5)
    assert found.loc[("same", "truth", "member", "all"), "psnr"] == np.inf


def test_the_error_is_averaged_over_training_seeds_with_interval_and_spread(inputs, tmp_path):
    row = tabulated(inputs, tmp_path / "out").loc[("generic", "aligned", "held_out", "all")]
    seeds = [scores.read(tmp_path / f"aligned1{training}") for training in (1, 2)]
    means = [one.loc[one["split"] == "held_out", "mse"].mean() for one in seeds]
    assert row["mse"] == pytest.approx(np.mean(means), rel=1e-5)
    assert row["mse_low"] < row["mse"] < row["mse_high"]
    assert row["mse_sd_seeds"] == pytest.approx(np.std(means, ddof=1), rel=1e-4) and row["seeds"] == 2


def test_what_the_inverter_has_seen_is_said_and_what_it_has_not_stands_apart(inputs, tmp_path):
    """Images of another data set with the same numbers are not the victims'."""
    found = tabulated(inputs, tmp_path / "out")
    aligned = found.xs("aligned", level="method")
    assert aligned.loc[("same", "held_out", "all"), "seen_by_inverter"] == 0.9
    assert aligned.loc[("same", "held_out", "not trained on"), ["n", "seen_by_inverter"]].tolist() == [2, 0]
    assert aligned.loc["generic", "seen_by_inverter"].tolist() == [0, 0]
    assert ("generic", "held_out", "not trained on") not in aligned.index
    first = scores.read(tmp_path / "aligned01").set_index("sample_id")["mse"][VALIDATION].mean()
    second = scores.read(tmp_path / "aligned02").set_index("sample_id")["mse"][VALIDATION].mean()
    unseen = aligned.loc[("same", "held_out", "not trained on"), "mse"]
    assert unseen == pytest.approx((first + second) / 2, rel=1e-5)


def test_the_papers_number_stands_beside_its_attack_alone(inputs, tmp_path):
    found = tabulated(inputs, tmp_path / "out")
    printed = found.loc[found["paper"].notna(), "paper"].to_dict()
    assert printed == {
        ("generic", "aligned", "held_out", "all"): 0.0115,
        ("generic", "aligned", "member", "all"): 0.0114,
        ("same", "aligned", "held_out", "all"): 0.0074,
        ("same", "aligned", "member", "all"): 0.0107,
    }


def test_ranks_are_shares_of_images(inputs, tmp_path):
    row = tabulated(inputs, tmp_path / "out").loc[("same", "aligned", "member", "all")]
    assert row[["evaluation1", "evaluation5", "ssim"]].tolist() == [1, 1, 0.5]
    ranks = scores.read(inputs["scores"][0]).query("split == 'member'")["identity_rank"]
    assert row["rank1"] == (ranks == 1).mean()


def test_the_picture_has_a_line_for_each_row_and_marks_what_was_seen(inputs, tmp_path, monkeypatch):
    sheet = []
    monkeypatch.setattr(
        "obverse.sheets.draw", lambda given, origin, draw=sheets.draw: sheet.append(given) or draw(given, origin)
    )
    tabulated(inputs, tmp_path / "out")
    victims = [row[2] for row in sheet[0].rows]
    assert victims == ["members", "held-out*", "held-out, not trained on", "members", "held-out"]
    assert "sd over\nseeds" in sheet[0].head and any("90%" in note for note in sheet[0].notes)


def test_without_several_seeds_there_is_no_column_of_their_spread(inputs, tmp_path, monkeypatch):
    sheet = []
    monkeypatch.setattr(
        "obverse.sheets.draw", lambda given, origin, draw=sheets.draw: sheet.append(given) or draw(given, origin)
    )
    kept = [place for place, path in enumerate(inputs["scores"]) if path.name not in ("aligned02", "aligned12")]
    one = {name: [inputs[name][place] for place in kept] for name in ("scores", "rows", "methods")}
    found = tabulated(inputs | one, tmp_path / "out")
    assert "sd over\nseeds" not in sheet[0].head and set(found["seeds"]) == {1} and found["mse_sd_seeds"].isna().all()


def test_the_same_scores_give_the_same_bytes(inputs, tmp_path):
    for name in ("a", "b"):
        tabulated(inputs, tmp_path / name)
    for product in ("table2.csv", "table2.png"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()
