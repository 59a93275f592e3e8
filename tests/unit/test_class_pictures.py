"""Pictures of classes with the table beside them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obverse import class_pictures, samples
from obverse.errors import UnusableInput


def written(folder: Path, plain: list[bool], pictures: int) -> tuple[Path, Path]:
    count = len(plain)
    columns = {"label": range(count), "identity": list("ABCDEF"[:count]), "mse": np.linspace(0, 1, count)}
    table = pd.DataFrame(columns | {"evaluation_rank": range(1, count + 1), "plain": plain})
    class_pictures.write(folder / "t.parquet", table, {})
    samples.write_images(folder / "p.npy", np.zeros((pictures, 4, 4), np.uint8))
    return folder / "t.parquet", folder / "p.npy"


def test_classes_are_listed_in_the_order_they_are_asked_for(tmp_path: Path):
    found = class_pictures.read("MIA", *written(tmp_path, [False] * 4, 4)).rows([3, 1])
    assert found[["method", "label", "identity", "evaluation_rank"]].to_numpy().tolist() == [
        ["MIA", 3, "D", 4],
        ["MIA", 1, "B", 2],
    ]


def test_plain_pictures_are_remarked_on_and_others_are_not(tmp_path: Path):
    assert class_pictures.read("MIA", *written(tmp_path, [False] * 3, 3)).remark() == []
    (remark,) = class_pictures.read("MIA", *written(tmp_path, [True, False, True], 3)).remark()
    assert remark.startswith("MIA: 2 of 3 pictures are of one grey")


def test_a_table_of_other_pictures_is_refused(tmp_path: Path):
    with pytest.raises(UnusableInput, match="expected a picture for each of the 3 classes"):
        class_pictures.read("MIA", *written(tmp_path, [False] * 3, 2))
