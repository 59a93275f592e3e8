"""How many classes an adversary sees named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from obverse import auxiliaries
from obverse.count_classes import count_classes
from obverse.errors import UnusableInput


def logits(named: list[int]) -> np.ndarray:
    return 3.0 * np.eye(6)[named]


@pytest.fixture
def inputs(cache, tmp_path: Path) -> dict:
    """Two data sets; the adversary holds some images of each, and the target names 0, 2 and 5 of those."""
    first = cache([1, 2, 3, 4], [-1] * 4, logits([2, 0, 4, 2]), "first")
    second = cache([1, 2], [-1] * 2, logits([1, 5]), "second")
    held = {"dataset": ["first", "second", "first", "first"], "sample_id": [4, 2, 1, 2]}
    held |= {"part": ["train", "train", "validation", "train"], "owner": ["adversary"] * 4}
    auxiliaries.write(tmp_path / "auxiliary", pa.table(held), {})
    given = {"auxiliary": tmp_path / "auxiliary", "datasets": ["first", "second"], "num_classes": 6}
    return given | {"predictions": [first, second], "counted": tmp_path / "count.csv"}


def test_classes_are_counted_that_an_image_of_the_adversarys_is_named_first(inputs):
    """Image 3 of the first data set and 1 of the second are not his: 4 and 1 do not count. Validation is asked too."""
    count_classes(**inputs)
    assert pd.read_csv(inputs["counted"]).to_dict("records") == [{"queries": 4, "classes_named": 3, "classes": 6}]


def test_an_image_that_was_not_asked_about_is_named(inputs, cache):
    inputs["predictions"][1] = cache([1], [-1], logits([1]), "second")
    with pytest.raises(UnusableInput, match="second.parquet: expected sample_id 2, found no such row"):
        count_classes(**inputs)
