from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from obverse import poses, samples, tables
from obverse.draw_poses import draw_poses

COUNT = 40


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., dict[str, Path]]:
    """Draw forty images of black pixels, some of each class but "up", one of unknown pose."""
    random = np.random.default_rng(0)
    ids = random.permutation(COUNT) + 100
    yaw, pitch = random.uniform(-30, 30, (2, COUNT)).astype(np.float32)
    yaw[0] = pitch[0] = np.nan
    pitch = np.minimum(pitch, 5)
    inside = poses.sort(yaw, pitch, poses.fixed(12, 12), exclusive=False)
    samples.write_images(tmp_path / "images.npy", np.zeros((COUNT, 8, 8), np.uint8))
    columns = {"identity": ["a"] * COUNT, "source": ["b"] * COUNT, "status": ["ok"] * COUNT, "duplicate_group": ids}
    samples.write(tmp_path / "samples.parquet", pa.table({"sample_id": ids} | columns), {})
    order = random.permutation(COUNT)  # tables of one data set need not be in one order
    measured = {"yaw": yaw, "pitch": pitch, "roll": yaw, "error": yaw, "method": np.array(["pnp"] * COUNT)}
    rows = {"sample_id": ids[order]} | {name: values[order] for name, values in measured.items()}
    tables.write(tmp_path / "angles.parquet", pa.table(rows), poses.ANGLES, {})
    classes = dict(zip(poses.CLASSES, inside.T, strict=True)) | {poses.UNKNOWN: np.isnan(yaw)}
    tables.write(tmp_path / "poses.parquet", pa.table({"sample_id": ids} | classes), poses.POSES, {})
    limits = {"left": -12, "right": 12, "down": -12, "up": 12, "frontal": 12}
    pd.DataFrame(limits.items(), columns=["limit", "degrees"]).to_csv(tmp_path / "limits.csv", index=False)
    given = {name: tmp_path / f"{name}.parquet" for name in ("poses", "angles", "samples")}
    given |= {"limits": tmp_path / "limits.csv", "images": tmp_path / "images.npy"}

    def run(name: str = "a", **changes: object) -> dict[str, Path]:
        products = {"picture": tmp_path / f"{name}.png", "table": tmp_path / f"{name}.csv"}
        asked = {"shown": 4, "show_faces": True, "seed": 1, "origin": "Stand-ins: nobody's picture"}
        draw_poses(**given | asked | changes | products)
        return products | {"expected": inside}

    return run


def test_the_table_counts_each_class_beside_the_papers(draw: Callable):
    made = draw()
    counted = pd.read_csv(made["table"]).set_index("class")
    assert counted["images"].to_dict() == dict(
        zip((*poses.CLASSES, poses.UNKNOWN), [*made["expected"].sum(axis=0), 1], strict=True)
    )
    assert counted.loc["up", "images"] == 0 < counted.loc["left", "images"]
    assert counted.loc["frontal", "paper_images"] == 109_105
    assert counted.loc["frontal", "paper_share"] == pytest.approx(109_105 / 195_727, abs=1e-4)
    assert np.isnan(counted.loc["unknown", "paper_images"])


def test_faces_are_drawn_only_where_they_may_be(draw: Callable):
    """The faces here are black squares of an inch's six tenths: without them hardly anything is black."""

    def black(path: Path) -> float:
        return float((np.asarray(Image.open(path).convert("L")) < 8).sum())

    assert black(draw("shown")["picture"]) > 10 * black(draw("hidden", show_faces=False)["picture"])


def test_the_same_seed_gives_the_same_bytes(draw: Callable):
    first, second = draw("a"), draw("b")
    for product in ("picture", "table"):
        assert first[product].read_bytes() == second[product].read_bytes()
