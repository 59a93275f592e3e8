from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from obverse import poses, samples, tables
from obverse.errors import UnusableInput
from obverse.sort_poses import sort_poses


@pytest.fixture
def sort(tmp_path: Path) -> Callable[..., tuple[pd.DataFrame, dict[str, float]]]:
    """Sort 1,000 images in no order, every tenth of which is not to be used; image 5 has no pose."""
    random = np.random.default_rng(0)
    ids = random.permutation(1000)
    yaw, pitch = random.normal(0, (20, 8), (1000, 2)).T
    yaw[5], pitch[5] = np.nan, np.nan
    order = random.permutation(1000)
    known = {"yaw": yaw, "pitch": pitch, "roll": yaw, "error": yaw, "method": np.array(["pnp"] * 1000)}
    rows = {"sample_id": order} | {name: values[order] for name, values in known.items()}
    tables.write(tmp_path / "angles.parquet", pa.table(rows), poses.ANGLES, {})
    status = ["overlap" if sample_id % 10 == 0 else "ok" for sample_id in ids]
    columns = {"identity": ["a"] * 1000, "source": ["b"] * 1000, "status": status, "duplicate_group": ids}
    samples.write(tmp_path / "samples.parquet", pa.table({"sample_id": ids} | columns), {})

    def run(**changes: object) -> tuple[pd.DataFrame, dict[str, float]]:
        asked = {"mode": "fixed", "yaw": 12.0, "pitch": 10.0, "overlap": "allow"}
        files = {name: tmp_path / f"{name}.parquet" for name in ("angles", "samples", "poses")}
        sort_poses(**files | asked | {"limits": tmp_path / "limits.csv"} | changes)
        table = poses.read(files["poses"]).to_pandas().set_index("sample_id")
        limits = pd.read_csv(tmp_path / "limits.csv").set_index("limit")["degrees"].to_dict()
        return table.assign(yaw=yaw[table.index], pitch=pitch[table.index]), limits

    return run


def test_each_usable_image_is_sorted_by_its_own_angles(sort: Callable):
    table, limits = sort()
    assert sorted(table.index) == [number for number in range(1000) if number % 10]
    assert (table["left"] == (table["yaw"] < -12)).all() and (table["up"] == (table["pitch"] > 10)).all()
    assert table.index[table["unknown"]].tolist() == [5]
    assert limits == {"left": -12, "right": 12, "down": -10, "up": 10, "frontal": 10}


def test_calibrated_classes_have_the_papers_shares_of_the_usable_images(sort: Callable):
    table, limits = sort(mode="calibrate")
    for name, count in poses.PAPER.items():
        assert table[name].mean() == pytest.approx(count / poses.PAPER_IMAGES, abs=0.001)
    assert limits["left"] == pytest.approx(np.quantile(table["yaw"].dropna(), 0.246), abs=0.3)


def test_classes_overlap_only_where_that_is_allowed(sort: Callable):
    assert sort()[0][list(poses.CLASSES)].sum(axis=1).max() == 2
    assert sort(overlap="exclusive")[0][list(poses.CLASSES)].sum(axis=1).max() == 1


def test_an_image_without_angles_is_named(sort: Callable, tmp_path: Path):
    table = poses.read_angles(tmp_path / "angles.parquet")
    kept = table.filter(pa.compute.not_equal(table["sample_id"], 7))
    tables.write(tmp_path / "angles.parquet", kept, poses.ANGLES, {})
    with pytest.raises(UnusableInput, match="expected sample_id 7, found no such row"):
        sort()


def test_a_data_set_without_usable_images_is_refused(sort: Callable, tmp_path: Path):
    table = samples.read(tmp_path / "samples.parquet")
    marked = table.set_column(3, "status", pa.array(["overlap"] * 1000))
    samples.write(tmp_path / "samples.parquet", marked, {})
    with pytest.raises(UnusableInput, match="expected images of status ok"):
        sort()
