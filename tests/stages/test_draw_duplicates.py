"""The report on pictures that are there twice."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from obverse import samples
from obverse.draw_duplicates import draw_duplicates


@pytest.fixture
def draw(data_set, tmp_path):
    """Return a call that draws a data set whose row i is grey 20 + 10 i, or as given."""

    def call(identities, groups, status=None, shown=("facescrub",), folder="out", origin="", greys=None):
        data = data_set("faces", identities, groups=groups, status=status)
        pixels = np.stack(
            [np.full((8, 8), grey, np.uint8) for grey in greys or range(20, 20 + 10 * len(identities), 10)]
        )
        samples.write_images(data.images, pixels)
        out = {"picture": tmp_path / folder / "d.png", "table": tmp_path / folder / "d.csv"}
        draw_duplicates(images=data.images, samples=data.samples, shown=list(shown), origin=origin, **out)
        return pd.read_csv(out["table"]), np.rint(imread(out["picture"])[..., :3] * 255).astype(int), data

    return call


def _greys(picture):
    neutral = picture[picture.max(axis=2) == picture.min(axis=2)][:, 0]
    shares = np.bincount(neutral, minlength=256) / picture[..., 0].size
    return set((np.flatnonzero(shares[1:255] > 0.0015) + 1).tolist())


NAMES, GROUPS = ["a", "a", "a", "b", "b", "b", "b", "c"], [1, 2, 1, 3, 3, 4, 3, 5]


def test_the_table_lists_every_picture_that_has_a_near_duplicate_the_largest_group_first(draw):
    table, _, data = draw(NAMES, GROUPS)
    assert table["group_size"].to_list() == [3, 3, 3, 2, 2] and table["identity"].to_list() == list("bbbaa")
    assert set(table["sample_id"]) == set(data.sample_ids[[0, 2, 3, 4, 6]])
    assert (
        table.groupby("duplicate_group")["sample_id"].min().index == sorted(table["duplicate_group"].unique())
    ).all()


def test_exactly_those_pictures_are_shown(draw):
    assert _greys(draw(NAMES, GROUPS)[1]) == {20, 40, 50, 60, 80}


def test_faces_under_two_names_are_listed_though_they_have_no_near_duplicate(draw):
    table, _, data = draw(NAMES, GROUPS, ["ok"] * 5 + ["two_names"] + ["ok"] * 2)
    assert table.set_index("status").loc["two_names", "sample_id"] == data.sample_ids[5] and len(table) == 6


def test_real_people_are_shown_only_if_allowed_and_the_picture_says_so(draw):
    _, picture, _ = draw(NAMES, GROUPS, shown=())
    assert _greys(picture) == {160}
    assert ((picture[..., 0] - picture[..., 1]) > 50).sum() > 50


def test_nothing_found_is_a_report_too(draw):
    table, picture, _ = draw(["a", "b"], [1, 2])
    assert table.empty and _greys(picture) == set()


def test_everybody_is_shown_once_before_anybody_twice(draw):
    """Of 100 pairs of one person and one of another, drawn in the room for some forty, the other's is there."""
    names, groups = ["a"] * 200 + ["b"] * 2, [n // 2 for n in range(202)]
    assert _greys(draw(names, groups, greys=[110] * 200 + [200] * 2)[1]) == {110, 200}


def test_the_same_inputs_give_the_same_bytes(draw, tmp_path):
    for folder in ("a", "b"):
        draw(NAMES, GROUPS, folder=folder, origin="Stand-ins")
    for name in ("d.png", "d.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
