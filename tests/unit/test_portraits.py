"""The picture of a person that a report shows."""

import numpy as np
import pyarrow as pa
import pytest

from obverse import samples
from obverse.portraits import Portraits


@pytest.fixture
def paths(tmp_path):
    greys = [10, 90, 40, 60, 50]  # of one person but the first; their mean is 60
    samples.write_images(tmp_path / "i.npy", np.stack([np.full((4, 4), grey, np.uint8) for grey in greys]))
    ids = list(range(5))
    columns = {"sample_id": ids, "identity": ["a", *["b"] * 4], "source": ["x"] * 5, "status": ["overlap"] * 5}
    samples.write(tmp_path / "s.parquet", pa.table({**columns, "duplicate_group": ids}), {})
    return tmp_path / "i.npy", tmp_path / "s.parquet"


def test_it_is_the_one_nearest_to_the_mean_of_the_persons_pictures(paths):
    assert (Portraits(*paths, shown=True).of("b") == 60).all()


def test_nobody_is_shown_who_must_not_be_or_is_not_there(paths):
    assert Portraits(*paths, shown=False).of("b") is None
    assert Portraits(*paths, shown=True).of("c") is None
