from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from obverse import draw_poses as stage
from obverse import poses, samples, tables
from obverse.draw_poses import draw_poses
from shown import paint

COUNT = 40


def grey_of(sample_id: int) -> int:
    """Return the grey of an image: darker than any writing."""
    return int(sample_id) - 100


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., dict[str, Path]]:
    """Draw forty dark images of one grey each, some of each class but "up", one of unknown pose."""
    random = np.random.default_rng(0)
    ids = random.permutation(COUNT) + 100
    yaw, pitch = random.uniform(-30, 30, (2, COUNT)).astype(np.float32)
    yaw[0] = pitch[0] = np.nan
    pitch = np.minimum(pitch, 5)
    inside = poses.sort(yaw, pitch, poses.fixed(12, 12), exclusive=False)
    known = random.permutation(ids)  # tables of one data set need not be in one order
    paint(tmp_path / "images.npy", [grey_of(sample_id) for sample_id in known])
    columns = {"identity": ["a"] * COUNT, "source": ["b"] * COUNT, "status": ["ok"] * COUNT, "duplicate_group": known}
    samples.write(tmp_path / "samples.parquet", pa.table({"sample_id": known} | columns), {})
    order = random.permutation(COUNT)
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
        return products | {"expected": inside, "ids": ids}

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
    """The faces here are dark squares of an inch's six tenths: without them hardly anything is as dark."""

    def black(path: Path) -> float:
        return float((np.asarray(Image.open(path).convert("L")) < COUNT).sum())

    assert black(draw("shown")["picture"]) > 10 * black(draw("hidden", show_faces=False)["picture"])


def test_in_a_classs_row_stand_so_many_of_its_faces_each_once_drawn_by_the_seed(draw: Callable, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        stage, "_draw", lambda counted, tiles, *rest, own=stage._draw: drawn.append(tiles) or own(counted, tiles, *rest)
    )
    made = [draw(f"{seed}", seed=seed) for seed in (1, 2)][0]
    for place, name in enumerate(poses.CLASSES):
        of_class = [grey_of(sample_id) for sample_id in made["ids"][made["expected"][:, place]]]
        for tiles in drawn:
            greys = [int(tile.max()) for tile in tiles[name]]
            assert len(set(greys)) == len(greys) == min(4, len(of_class)) and set(greys) <= set(of_class)
    assert any(not np.array_equal(drawn[0][name], drawn[1][name]) for name in poses.CLASSES)


def test_the_same_seed_gives_the_same_bytes(draw: Callable):
    first, second = draw("a"), draw("b")
    for product in ("picture", "table"):
        assert first[product].read_bytes() == second[product].read_bytes()
