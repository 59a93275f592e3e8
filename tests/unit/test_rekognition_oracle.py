"""What an adversary is told of faces, and how often he asked."""

import numpy as np
import pytest
import torch

from face_tables import detail, write_faces
from obverse.rekognition import faces, features
from obverse.rekognition.face_oracle import FaceOracle

IDS = np.array([7, 3, 5])


@pytest.fixture
def table(tmp_path):
    return write_faces(tmp_path / "f.parquet", IDS, [detail(0.123456789, yaw) for yaw in (1.0, 2.0, 3.0)])


@pytest.mark.parametrize(("chosen", "count"), [("80", 80), ("20", 20), ("17", 17)])
def test_he_is_told_the_features_of_a_set_and_no_others(table, chosen, count):
    told = FaceOracle(chosen).given(table, IDS[:2], "full")
    assert told.shape == (2, count) and told.dtype == torch.float32
    assert torch.equal(told, torch.from_numpy(faces.vectors(table, IDS[:2], None)[:, features.subset(chosen)]))


def test_a_victims_values_are_rounded_and_the_adversarys_are_not(table):
    oracle = FaceOracle("80")
    rounded, own = oracle.given(table, IDS, "round1"), oracle.ask(table, IDS)
    assert torch.equal(rounded, torch.from_numpy(faces.vectors(table, IDS, 1)))
    assert torch.equal(own, torch.from_numpy(faces.vectors(table, IDS, None))) and not torch.equal(own, rounded)


def test_questions_are_counted_and_victims_are_not(table):
    oracle = FaceOracle("17")
    oracle.ask(table, IDS)
    oracle.ask(table, IDS[:1])
    oracle.given(table, IDS, "round3")
    assert oracle.queries == 4


@pytest.mark.parametrize("view", ["m10", "label", "m10_round1", "round2", "rounded"])
def test_a_view_that_is_no_number_of_decimals_of_the_papers_is_refused(table, view):
    with pytest.raises(ValueError, match="expected"):
        FaceOracle("80").given(table, IDS, view)


def test_an_unknown_set_is_refused():
    with pytest.raises(ValueError, match="expected features among 80, 20, 17, found '60'"):
        FaceOracle("60")
