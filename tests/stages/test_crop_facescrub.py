"""Cutting FaceScrub's faces out of their pictures."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from obverse import archives, decoders, facescrub, samples
from obverse.crop_facescrub import crop_facescrub
from obverse.errors import UnusableInput


def _png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def _photograph(seed):
    cells = np.random.default_rng(seed).integers(0, 256, (9, 9), dtype=np.uint8)
    return np.asarray(Image.fromarray(cells).resize((60, 50), Image.Resampling.BICUBIC))


def _face(face_id, member, box=(4, 6, 36, 38), name="Zoë Alder", status="ok"):
    corners = dict(zip(("x1", "y1", "x2", "y2"), box, strict=True))
    rest = {"host": "a.example", "final_url": None, **dict.fromkeys(("http_code", "attempts", "width", "height"))}
    rest |= {"name": name, "gender": "male", "image_id": face_id, "url": f"http://a.example/{face_id} x.jpg"}
    return {"face_id": face_id, "member": member, "status": status, "sha256": member, "bytes": 9, **corners, **rest}


@pytest.fixture
def crop(tmp_path):
    """Return a call that crops faces out of four members and gives the three products."""
    members = [("first", _png(_photograph(0))), ("second", _png(_photograph(1)))]
    archives.write(tmp_path / "p.zip", [*members, ("broken", members[0][1][:900]), ("html", b"<html>")])

    def call(*faces, size=16):
        table = pa.Table.from_pandas(pd.DataFrame(faces), facescrub.FETCHED, preserve_index=False)
        facescrub.write_fetched(tmp_path / "f.parquet", table, {})
        products = {key: tmp_path / "out" / key for key in ("images", "samples", "rejected")}
        crop_facescrub(
            faces=tmp_path / "f.parquet",
            pictures=tmp_path / "p.zip",
            size=size,
            resize="bilinear",
            workers=2,
            **products,
        )
        images = samples.read_images(products["images"])
        return images, samples.read(products["samples"]).to_pandas(), pd.read_csv(products["rejected"])

    return call


def test_each_image_is_the_box_of_its_picture(crop):
    images, table, rejected = crop(_face(7, "first"), _face(5, "second", box=(0, 0, 60, 50), name="B C"), size=32)
    np.testing.assert_array_equal(images[0], _photograph(0)[6:38, 4:36])
    assert images.shape == (2, 32, 32)
    assert table.to_dict("list") == {
        "sample_id": [7, 5],
        "identity": ["Zoë Alder", "B C"],
        "source": ["a.example/7 x.jpg", "a.example/5 x.jpg"],
        "status": ["ok", "ok"],
        "duplicate_group": [7, 5],
    }
    assert rejected.empty and rejected.columns.to_list() == ["face_id", "name", "url", "status"]


def test_faces_without_an_image_are_listed_with_the_reason(crop):
    images, table, rejected = crop(
        _face(1, None, status="http_4xx"),
        _face(2, "broken"),
        _face(3, "html"),
        _face(4, "first", box=(30, 6, 62, 38)),
        _face(5, "first", status="hash_mismatch"),
        _face(6, None, status="hash_mismatch"),
    )
    assert len(images) == 1 and table["sample_id"].to_list() == [5] and table["status"].to_list() == ["ok"]
    assert dict(zip(rejected["face_id"], rejected["status"], strict=True)) == {
        **{1: "http_4xx", 2: "not_image", 3: "not_image", 4: "bbox_outside", 6: "hash_mismatch"}
    }


def test_near_duplicates_of_one_person_share_a_group(crop):
    shifted = (5, 6, 37, 38)
    _, table, _ = crop(
        _face(9, "first"), _face(3, "first", box=shifted), _face(4, "second"), _face(2, "first", name="Ivy Birch")
    )
    assert table["duplicate_group"].to_list() == [3, 3, 4, 2]


def test_one_face_under_two_names_is_used_for_neither(crop):
    _, table, _ = crop(_face(1, "first"), _face(2, "first", name="Ivy Birch"), _face(3, "second"))
    assert table["status"].to_list() == ["two_names", "two_names", "ok"]


def test_no_usable_face_at_all_is_an_error_and_nothing_is_written(crop, tmp_path):
    with pytest.raises(UnusableInput, match=r"f\.parquet: expected a face .* \(http_4xx 1, not_image 1\)"):
        crop(_face(1, None, status="http_4xx"), _face(2, "html"))
    assert not (tmp_path / "out").exists()


def test_an_archive_cut_short_is_named(crop, tmp_path):
    (tmp_path / "p.zip").write_bytes((tmp_path / "p.zip").read_bytes()[:-100])
    with pytest.raises(UnusableInput, match=r"p\.zip: expected a whole zip archive"):
        crop(_face(1, "first"))


def test_an_archive_of_another_table_is_named(crop):
    with pytest.raises(UnusableInput, match=r"p\.zip: expected member elsewhere, found no such one"):
        crop(_face(1, "first"), _face(2, "elsewhere"))


def test_a_picture_whose_decoder_fails_stops_the_stage_rather_than_go_missing(crop, monkeypatch):
    """It was decoded when it came: what is cut must not depend on how busy the machine is."""

    async def late(self, *request):
        return decoders.Verdict(decoders.TIMEOUT)

    monkeypatch.setattr(decoders.Decoders, "cut", late)
    with pytest.raises(UnusableInput, match="p.zip, member first: expected a picture that a decoder finishes"):
        crop(_face(1, "first"))
