"""The report on who is in both data sets."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.image import imread

from obverse import overlaps, samples
from obverse.draw_overlap import draw_overlap

ROWS = [
    ("1", "Zoe_Elm", "Zoe Elm", 1.0, overlaps.REMOVED, 2),
    ("2", "Sean_Oak", "Seann Oak", 0.94, overlaps.REVIEW, 1),
    ("3", "Ivy_Ash", "Nobody Fetched", 0.5, overlaps.KEPT, 1),
]
GREYS = {"celeba": {"1": 20, "2": 50, "3": 80}, "facescrub": {"Zoe Elm": 110, "Seann Oak": 200}}
DISTRIBUTIONS = {"genuine": [0] * 95 + [3] + [0] * 4, "impostor": [0] * 50 + [6] + [0] * 49}


@pytest.fixture
def draw(tmp_path):
    """Return a call that draws three pairs; everybody's picture is one grey of his own."""
    places = {}
    for role, greys in GREYS.items():
        names = [name for name in greys for _ in range(2 if name == "1" else 1)]
        ids = list(range(len(names)))
        pixels = np.stack([np.full((8, 8), greys[name], np.uint8) for name in names])
        samples.write_images(tmp_path / role / "images.npy", pixels)
        columns = {"sample_id": ids, "identity": names, "source": names, "duplicate_group": ids}
        samples.write(tmp_path / role / "s", pa.table(columns | {"status": ["overlap"] * len(ids)}), {})
        prefix = "" if role == "celeba" else "known_"
        places |= {f"{prefix}images": tmp_path / role / "images.npy", f"{prefix}samples": tmp_path / role / "s"}

    def call(folder="out", rows=ROWS, shown=("celeba", "facescrub"), origin="", **said):
        overlaps.write(tmp_path / "pairs.csv", pd.DataFrame(rows, columns=list(overlaps.COLUMNS)))
        overlaps.write_report(tmp_path / "report.json", {"method": "names"} | said)
        out = {"picture": tmp_path / folder / "o.png", "table": tmp_path / folder / "o.csv"}
        given = {"pairs": tmp_path / "pairs.csv", "report": tmp_path / "report.json", "shown": list(shown)}
        draw_overlap(**places, **given, origin=origin, **out)
        table = pd.read_csv(out["table"], index_col="number")
        return table, np.rint(imread(out["picture"])[..., :3] * 255).astype(int)

    return call


def _greys(picture):
    """Return the greys that fill a tile or more; neither white nor black."""
    neutral = picture[picture.max(axis=2) == picture.min(axis=2)][:, 0]
    shares = np.bincount(neutral, minlength=256) / picture[..., 0].size
    return set((np.flatnonzero(shares[1:255] > 0.004) + 1).tolist())


def test_the_table_puts_the_papers_numbers_beside_ours(draw):
    table, _ = draw()
    assert table["here"].to_dict() == {
        **{"identities": 3, "identities_removed": 1, "images": 4, "images_removed": 2, "identities_to_review": 1}
    }
    assert table["paper"].dropna().to_dict() == overlaps.PAPER


def test_each_pair_shows_a_picture_of_either_side(draw):
    """FaceScrub's third has none: it is grey 160."""
    assert _greys(draw()[1]) == {20, 50, 80, 110, 200, 160}


@pytest.mark.parametrize(("shown", "greys"), [((), {160}), (("facescrub",), {110, 200, 160})])
def test_real_people_are_shown_only_if_allowed_and_the_picture_says_so(draw, shown, greys):
    _, picture = draw(shown=shown)
    assert _greys(picture) == greys
    assert ((picture[..., 0] - picture[..., 1]) > 50).sum() > 50


def test_what_came_by_faces_has_the_threshold_and_the_distributions(draw):
    numbers = {"threshold": 0.83, "comparisons": 6, "missed": 0.25, "matched": 0.001}
    table, picture = draw(method="embeddings", **numbers, **DISTRIBUTIONS)
    assert table["here"].tail(4).to_dict() == {
        **{"threshold": 0.83, "comparisons": 6, "share_missed": 0.25, "false_match_rate": 0.001}
    }
    assert len(picture) > len(draw()[1])


def test_a_given_threshold_that_could_not_be_judged_has_no_rates(draw):
    table, _ = draw(method="embeddings", threshold=0.4, comparisons=6)
    assert table["here"].isna().to_list() == [False] * 7 + [True, True]


def test_a_run_that_looked_for_nobody_says_so(draw, tmp_path):
    table, picture = draw(rows=[], method="none")
    assert table.loc["identities_removed", "here"] == 0 and _greys(picture) == set()
    assert json.loads((tmp_path / "report.json").read_text()) == {"method": "none"}


def test_the_least_alike_of_many_removed_and_the_most_alike_of_the_kept_are_shown(draw):
    many = [("1", "", "Zoe Elm", 1.0, overlaps.REMOVED, 2)] * 30 + [("2", "", "x", 0.8, overlaps.REMOVED, 1)] * 10
    kept = [("3", "", "x", 0.5, overlaps.KEPT, 1)] * 10 + [("1", "", "Zoe Elm", 0.1, overlaps.KEPT, 1)] * 9
    assert _greys(draw(rows=many + kept)[1]) == {50, 80, 160}


def test_the_same_inputs_give_the_same_bytes(draw, tmp_path):
    for folder in ("a", "b"):
        draw(folder, origin="Stand-ins")
    for name in ("o.png", "o.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
