"""Table 4."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from face_tables import write_scores
from obverse.rekognition.rows import FLOORS, ROWS
from obverse.tabulate_faces import tabulate_faces
from shown import says_stand_ins

PAPER = Path(__file__).parents[2] / "resources/paper_tables.csv"
MSE = dict(zip([*ROWS, *FLOORS], (0.05, 0.045, 0.0412, 0.041, 0.0404, 0.04, 0.04, 0.06, 0.055), strict=True))
PEOPLE = np.repeat(list("abcdefgh"), 5)
EASE = np.repeat(np.linspace(-0.004, 0.004, 8), 5)  # some people are easy to rebuild, others are not


@pytest.fixture
def inputs(tmp_path: Path) -> dict:
    """Two training seeds a row, whose means lie .001 apart; floors have one."""
    given: dict = {"labels": [], "parts": [], "scores": [], "paper": PAPER, "source": "embedded"}
    for part in ("unknown", "known"):
        for row, (label, mse) in enumerate(MSE.items()):
            for seed in range(1 if label in FLOORS else 2):
                path = tmp_path / f"{part}{row}{seed}"
                given["scores"].append(write_scores(path, range(40), PEOPLE, part, mse + EASE + 0.001 * seed))
                given["labels"].append(label)
                given["parts"].append(part)
    return given | {"resamples": 300, "seed": 1, "origin": "Stand-ins"}


def tabulated(inputs: dict, folder: Path, **changes) -> pd.DataFrame:
    tabulate_faces(**inputs | {"picture": folder / "table4.png", "table": folder / "table4.csv"} | changes)
    return pd.read_csv(folder / "table4.csv").set_index(["part", "features"])


def test_errors_are_means_over_seeds_with_an_interval_over_people(inputs, tmp_path):
    found = tabulated(inputs, tmp_path)
    for (_, label), line in found.iterrows():
        several = label not in FLOORS
        assert line["mse"] == pytest.approx(MSE[label] + 0.0005 * several, rel=1e-4)
        assert line["mse_low"] < line["mse"] - 0.0005 and line["mse_high"] > line["mse"] + 0.0005
        assert (line["n"], line["identities"], line["seeds"]) == (40, 8, 1 + several)
    assert found.loc[("known", "80 features"), "mse_sd_seeds"] == pytest.approx(0.001 / 2**0.5, rel=1e-3)


def test_a_row_stands_beside_whole_features_victim_by_victim(inputs, tmp_path):
    """Who is easy is so in both rows: the share by which one is worse is surer than either error."""
    line = tabulated(inputs, tmp_path).loc[("unknown", "round 1")]
    assert line["more"] == pytest.approx(0.0012 / 0.0405, rel=1e-3)
    assert line["more_low"] == pytest.approx(line["more"], abs=1e-4) == line["more_high"]


def test_the_papers_numbers_stand_beside_ours_and_floors_have_none(inputs, tmp_path):
    found = tabulated(inputs, tmp_path)["paper"]
    assert found[("unknown", "remove landmark & pose")] == 0.0472 and found[("known", "round 1")] == 0.0443
    assert found[("known", "mean_image")] != found[("known", "mean_image")]


def test_the_table_says_who_answered(inputs, tmp_path):
    """And a stand-in's picture is another one than the service's."""
    own, other = (tabulated(inputs, tmp_path / source, source=source) for source in ("embedded", "official"))
    assert set(own["source"]) == {"embedded"} and set(other["source"]) == {"official"}
    pictures = [(tmp_path / source / "table4.png") for source in ("embedded", "official")]
    assert says_stand_ins(pictures[0]) and pictures[0].read_bytes() != pictures[1].read_bytes()
