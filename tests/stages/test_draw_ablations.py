from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from obverse import draw_ablations as module
from obverse.draw_ablations import draw_ablations

ORIGIN = "Stand-ins: rendered faces, nobody's picture"
VARIANTS = [
    ("prior", "P1", True, 1, 6),
    ("prior", "P2", False, 1, 6),
    ("prior", "P1", True, 6, 6),
    ("prior", "P2", False, 6, 6),
    ("offset", "c = 50", True, 1, 6),
    ("offset", "centred", False, 1, 6),
    ("digits", "one way", True, 5, 5),
    ("digits", "the other", False, 5, 5),
    ("pixels", "divided", True, 6, 6),
    ("pixels", "by range", False, 6, 6),
    ("checkpoint", "ours", True, 6, 6),
    ("checkpoint", "the last", False, 6, 6),
    ("batch", "64", True, 6, 6),
    ("batch", "256", False, 6, 6),
    ("hidden", "five per class", True, 2, 2),
    ("hidden", "as with all", False, 2, 2),
]


def table(path: Path, **changes: object) -> Path:
    """Write a table of ablations; what was not decided is 0.002 off, except that other digits are other victims."""
    rows = []
    for ablation, variant, decided, m, k in VARIANTS:
        for split, mse in (("held_out", 0.013), ("member", 0.012)):
            row = {"ablation": ablation, "variant": variant, "decided": decided, "m": m, "k": k, "split": split}
            error = mse + 0.002 * (not decided)
            row |= {"mse": error, "mse_low": error - 0.001, "mse_high": error + 0.001, "floor": 0.02, "n": 9}
            if not decided and ablation != "digits":
                row |= {"difference": 0.002, "difference_low": 0.001, "difference_high": 0.003}
            rows.append(row)
    made = pd.DataFrame(rows).assign(share=lambda made: made["mse"] / made["floor"], **changes)
    made.to_csv(path, index=False)
    return path


def drawn(path: Path, folder: Path, origin: str = ORIGIN) -> np.ndarray:
    draw_ablations(table=path, origin=origin, picture=folder / "ablations.png")
    return imread(folder / "ablations.png")[..., :3]


def test_every_ablation_has_a_panel_and_no_panel_is_of_another():
    assert {name for names in module._COLUMNS for name in names} == set(module._TITLES)
    assert set(module._BY) <= set(module._TITLES) == {row[0] for row in VARIANTS}


@pytest.mark.parametrize(
    ("changes", "said", "black"),
    [
        ({"difference_low": 0.001}, "+15.4%", True),
        ({"difference_low": -0.001}, "+15.4%", False),
        ({"difference": -1e-6, "difference_low": -1e-5}, "+0.0%", False),
        ({"alike": False}, "75% of the stroke", True),
        ({"difference": np.nan}, "", True),
    ],
)
def test_what_stands_beside_a_line(changes: dict, said: str, black: bool):
    """0.002 on 0.013; where units or victims differ, 0.015 of a floor of 0.02."""
    one = {"alike": True, "mse": 0.015, "share": 0.75}
    one |= {"difference": 0.002, "difference_low": 0.001, "difference_high": 0.003}
    assert module._said(pd.Series(one | changes)) == (said, black)


def test_what_was_decided_stands_on_a_blue_ground(tmp_path):
    blue = np.array([0.9, 0.95, 0.97])
    some = drawn(table(tmp_path / "some.csv"), tmp_path / "some")
    none = drawn(table(tmp_path / "none.csv", decided=False), tmp_path / "none")
    with_ground, without = ((np.abs(picture - blue).max(axis=2) < 0.02).sum() for picture in (some, none))
    assert with_ground > 100 * max(without, 100)


def test_the_picture_is_large_and_says_when_it_is_made_from_stand_ins(tmp_path):
    path, red = table(tmp_path / "t.csv"), []
    for name, origin in (("with", ORIGIN), ("without", "")):
        picture = drawn(path, tmp_path / name, origin)
        assert picture.shape[0] > 500 and picture.shape[1] > 1500
        foot = picture[-picture.shape[0] // 12 :]
        red.append(int(((foot[..., 0] - foot[..., 1]) > 0.2).sum()))
    assert red[0] > 100 and red[1] == 0


def test_the_same_table_gives_the_same_bytes(tmp_path):
    path = table(tmp_path / "t.csv")
    for name in ("a", "b"):
        drawn(path, tmp_path / name)
    assert (tmp_path / "a" / "ablations.png").read_bytes() == (tmp_path / "b" / "ablations.png").read_bytes()
