"""Turning faces into embeddings."""

import hashlib
import io

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from obverse import archives, checkpoints, devices, embedders, embeddings, facescrub, pictures, samples
from obverse import embed_faces as stage
from obverse.embed_faces import embed_faces
from obverse.errors import UnusableInput

READING = embedders.Reading("rgb", 8, 100.0, 60.0)
BOXES = [(0, 0, 30, 30), (5, 5, 35, 40), (10, 0, 40, 30)]


def _photograph(seed):
    cells = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((40, 40), Image.Resampling.BICUBIC)


def _png(picture):
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def given(tmp_path):
    """Three pictures in an archive, the table of FaceScrub's boxes, and a model of random weights."""
    archives.write(tmp_path / "p.zip", [(f"p{n}.png", _png(_photograph(n))) for n in range(3)] + [("html", b"<html>")])
    rows = [
        {"face_id": 7 - n, "name": "a", "gender": "male", "image_id": n, "url": "u", "status": "ok", "sha256": "0"}
        | {"bytes": 1, "member": f"p{n}.png", **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True))}
        for n, box in enumerate(BOXES)
    ]
    table = pa.Table.from_pylist(rows, facescrub.FETCHED)  # what no row tells is null
    facescrub.write_fetched(tmp_path / "f.parquet", table, {})
    torch.manual_seed(0)
    network = embedders.Compact(channels=3, size=8, width=2, dimension=6)
    checkpoints.save(tmp_path / "m.safetensors", network, {"obverse": "{}"})
    return tmp_path


def run(folder, ids, sources, statuses=None, **changes):
    columns = {"sample_id": ids, "identity": [f"i{n}" for n in ids], "source": sources, "duplicate_group": ids}
    samples.write(folder / "s", pa.table(columns | {"status": statuses or ["ok"] * len(ids)}), {})
    model = folder / "m.safetensors"
    facts = {"model": model, "digest": hashlib.sha256(model.read_bytes()).hexdigest(), **vars(READING)}
    paths = {"samples": folder / "s", "archive": folder / "p.zip", "output": folder / "out" / "e"}
    embed_faces(**{"faces": [], "box": [], "threads": 1, "workers": 1, **paths, **facts} | changes)
    return embeddings.read(folder / "out" / "e")


def expected(folder, cuts):
    model = folder / "m.safetensors"
    known = hashlib.sha256(model.read_bytes()).hexdigest()
    embed = embedders.load(model, known, READING, devices.prepare("float32", 1))
    return embed(READING.scaled(np.stack([READING.pixels(cut) for cut in cuts])))


def test_celebas_faces_are_cut_by_the_one_box_in_the_tables_order(given):
    identities, vectors = run(given, [3, 1], ["p2.png", "p0.png"], box=[5, 5, 35, 35])
    assert identities.tolist() == ["i3", "i1"]
    cuts = [_photograph(n).crop((5, 5, 35, 35)) for n in (2, 0)]
    np.testing.assert_allclose(vectors, expected(given, cuts), atol=1e-6)


def test_facescrubs_faces_are_cut_by_boxes_of_their_own(given):
    _, vectors = run(given, [5, 7], ["x", "y"], faces=[given / "f.parquet"])
    cuts = [_photograph(2).crop(BOXES[2]), _photograph(0).crop(BOXES[0])]
    np.testing.assert_allclose(vectors, expected(given, cuts), atol=1e-6)


def test_a_picture_that_may_not_be_used_is_not_opened(given):
    identities, _ = run(given, [3, 1], ["p2.png", "html"], ["ok", "two_names"], box=[5, 5, 35, 35])
    assert identities.tolist() == ["i3"]


def test_a_picture_is_decoded_in_a_process_of_its_own_alone(given, monkeypatch):
    def decode(content, *, grey=False):
        raise AssertionError

    monkeypatch.setattr(pictures, "decode", decode)
    assert len(run(given, [3, 1], ["p2.png", "p0.png"], box=[5, 5, 35, 35])[1]) == 2


def test_more_faces_than_a_batch_keep_their_order(given, monkeypatch):
    monkeypatch.setattr(stage, "_BATCH", 2)
    _, vectors = run(given, [1, 2, 3, 4, 5], [f"p{n % 3}.png" for n in range(5)], box=[5, 5, 35, 35])
    cuts = [_photograph(n % 3).crop((5, 5, 35, 35)) for n in range(5)]
    np.testing.assert_allclose(vectors, expected(given, cuts), atol=1e-6)


@pytest.mark.parametrize(("source", "box"), [("html", [0, 0, 9, 9]), ("p0.png", [0, 0, 90, 9]), ("none", [0, 0, 9, 9])])
def test_what_is_no_face_is_named_and_nothing_is_written(given, source, box):
    with pytest.raises(UnusableInput, match=rf"p\.zip, member {source}: expected a picture with the box"):
        run(given, [1], [source], box=box)
    assert not (given / "out").exists()


def test_a_face_that_never_came_is_named(given):
    with pytest.raises(UnusableInput, match="expected a picture of face_id 9, found none"):
        run(given, [7, 9], ["x", "y"], faces=[given / "f.parquet"])


def test_a_model_of_another_hash_is_refused(given):
    with pytest.raises(UnusableInput, match="expected sha256 0000"):
        run(given, [1], ["p0.png"], box=[0, 0, 9, 9], digest="0" * 64)


def test_no_usable_picture_at_all_is_an_error(given):
    with pytest.raises(UnusableInput, match="expected a usable picture, found none"):
        run(given, [1], ["p0.png"], ["two_names"], box=[0, 0, 9, 9])


def test_the_same_inputs_give_the_same_bytes(given):
    written = []
    for _ in range(2):
        run(given, [3, 1], ["p2.png", "p0.png"], box=[5, 5, 35, 35])
        written.append((given / "out" / "e").read_bytes())
    assert written[0] == written[1]
