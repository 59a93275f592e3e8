"""What the paper says of its data, counted."""

import pandas as pd
import pyarrow as pa
import pytest

from obverse import auxiliaries, poses, tables
from obverse.count_data import count_data


@pytest.fixture
def counts(data_set, tmp_path):
    faces = data_set("faces", list("aabbc"), status=["ok", "ok", "ok", "two_names", "two_names"])
    aligned = data_set("aligned", list("xxxyyz"), status=["ok"] * 3 + ["overlap"] * 2 + ["ok"])
    looking = {name: [False] * 4 for name in (*poses.CLASSES, poses.UNKNOWN)} | {"left": [True, True, True, False]}
    tables.write(tmp_path / "poses", pa.table({"sample_id": range(4)} | looking), poses.POSES, {})
    (tmp_path / "counted").write_text("queries,classes_named,classes\n4,2,3\n")
    held = {"dataset": ["aligned"] * 3, "sample_id": range(1, 4), "part": ["train"] * 3, "owner": ["adversary"] * 3}
    auxiliaries.write(tmp_path / "auxiliary", pa.table(held), {})
    count_data(
        facescrub=faces.samples,
        celeba=aligned.samples,
        sorted_poses=tmp_path / "poses",
        auxiliary=tmp_path / "auxiliary",
        counted=tmp_path / "counted",
        numbers=tmp_path / "numbers.csv",
    )
    return pd.read_csv(tmp_path / "numbers.csv").set_index("name")["value"]


def test_only_usable_images_and_their_people_are_counted(counts):
    assert counts["facescrub images"] == 3 and counts["facescrub people"] == 2


def test_what_was_removed_is_counted_and_who_is_left(counts):
    assert counts["celeba removed"] == 2 and counts["celeba people"] == 2


def test_poses_are_shares(counts):
    assert counts["share left"] == 0.75 and counts["share up"] == 0
    assert counts["named"] == 2 and counts["classes"] == 3


def test_queries_are_those_that_were_counted_beside_the_images_that_are_held(counts):
    """As `count_classes` counted them: a picture that is asked about again counts once."""
    assert counts["auxiliary images"] == 3 and counts["queries"] == 4
