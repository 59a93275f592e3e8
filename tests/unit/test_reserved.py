from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from obverse import reserved
from obverse.errors import UnusableInput

TABLE = pa.table({"sample_id": [4, 7, 9, 12], "label": [1, 0, 1, 2], "identity": ["Bo", "Al", "Bo", "Cy"]})


def test_it_comes_back_as_written(tmp_path: Path):
    reserved.write(tmp_path / "r", TABLE, {})
    assert reserved.read(tmp_path / "r").equals(TABLE.cast(reserved.SCHEMA))


def test_labels_are_the_evaluation_classifiers_and_a_stranger_has_none():
    found = reserved.labels(TABLE, ["Cy", "Zoe", "Al", "Bo"])
    assert found.tolist() == [2, reserved.UNKNOWN, 0, 1] and found.dtype == np.int64


def test_images_that_are_not_reserved_pass():
    reserved.check_disjoint(TABLE, np.array([1, 2, 3, 8]), Path("splits.parquet"))
    reserved.check_disjoint(TABLE, np.array([], dtype=np.int64), Path("splits.parquet"))


def test_a_reserved_image_is_refused_and_the_file_that_has_it_is_named():
    with pytest.raises(UnusableInput) as error:
        reserved.check_disjoint(TABLE, np.array([1, 12, 9, 9]), Path("results/splits.parquet"))
    first, second = str(error.value).splitlines()
    assert first == (
        "results/splits.parquet: expected no image reserved for the evaluation classifier, found sample_id 9 (2 in all)"
    )
    assert "delete it and run the same command again" in second
