"""Fetching FaceScrub's pictures, over real sockets."""

import hashlib
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from obverse import archives, facescrub
from obverse.errors import UnusableInput
from obverse.fetch_facescrub import _check, fetch_facescrub


def _jpeg(seed):
    stream = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


def _row(face_id, url, content, name="Zoë Alder"):
    return (name, 10 * face_id, face_id, url, 1, 2, 21, 22, hashlib.sha256(content).hexdigest())


RIGHT, OTHER, THIRD = _jpeg(0), _jpeg(1), _jpeg(2)
MALE = [
    _row(1, "http://a.example/right.jpg", RIGHT),
    _row(2, "http://a.example/replaced.jpg", RIGHT),
    _row(3, "http://b.example/gone.jpg", RIGHT),
    _row(4, "http://b.example/placeholder.jpg", RIGHT),
]
FEMALE = [
    _row(5, "http://a.example/right.jpg", RIGHT, "Ivy Birch"),
    _row(6, "http://a.example/right.jpg", OTHER, "Ivy Birch"),
    _row(7, "http://c.example/last.jpg", THIRD, "Ivy Birch"),
    _row(8, "http://127.0.0.1/x.jpg", THIRD, "Ivy Birch"),
]
PAGES = [
    ("a.example/right.jpg", RIGHT),
    ("a.example/replaced.jpg", OTHER),
    ("b.example/placeholder.jpg", b"<html>buy this domain</html>"),
    ("c.example/last.jpg", THIRD),
]


@pytest.fixture
def fetch(tmp_path):
    """Return a call that fetches and gives the table and what the archive holds."""
    archives.write(tmp_path / "hosts.zip", PAGES)
    facescrub.write_list(tmp_path / "actors.txt", pd.DataFrame(MALE, columns=facescrub.COLUMNS))
    facescrub.write_list(tmp_path / "actresses.txt", pd.DataFrame(FEMALE, columns=facescrub.COLUMNS))

    def call(accept=False, hosts=str(tmp_path / "hosts.zip"), connections=4, out=tmp_path / "out"):
        fetch_facescrub(
            actors=tmp_path / "actors.txt",
            actresses=tmp_path / "actresses.txt",
            hosts=hosts,
            accept_hash_mismatch=accept,
            contact="",
            connections=connections,
            connect_seconds=5,
            read_seconds=5,
            timeout_seconds=5,
            workers=2,
            journal=out / "journal",
            pictures=out / "pictures",
            faces=out / "faces.parquet",
        )
        with archives.reading(out / "pictures") as reader:
            stored = {name: reader.read(name) for name in reader.names}
        return facescrub.read_fetched(out / "faces.parquet").to_pandas(), stored

    return call


def test_every_face_of_the_lists_has_a_row_that_says_what_came(fetch):
    faces, stored = fetch()
    assert faces["face_id"].to_list() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert faces["status"].to_list() == [
        *("ok", "hash_mismatch", "http_4xx", "not_image", "ok", "hash_mismatch", "ok", "blocked_address")
    ]
    assert faces["gender"].to_list() == ["male"] * 4 + ["female"] * 4
    assert faces.loc[1, "sha256"] == hashlib.sha256(OTHER).hexdigest() and faces.loc[1, "bytes"] == len(OTHER)
    assert faces["sha256"].isna().to_list() == [False, False, True, False, False, False, False, True]
    assert faces.loc[0, ["x1", "y1", "x2", "y2"]].to_list() == [1, 2, 21, 22]


def test_only_pictures_with_the_listed_hash_are_kept_once_each_in_the_order_of_the_lists(fetch):
    faces, stored = fetch()
    assert list(stored.values()) == [RIGHT, THIRD]
    kept = faces[faces["member"].notna()]
    assert kept["face_id"].to_list() == [1, 5, 7]
    assert [stored[member] for member in kept["member"]] == [RIGHT, RIGHT, THIRD]


def test_pictures_with_another_hash_are_kept_on_request_but_never_what_is_no_picture(fetch):
    faces, stored = fetch(accept=True)
    assert list(stored.values()) == [RIGHT, OTHER, THIRD]
    assert faces.loc[faces["member"].notna(), "face_id"].to_list() == [1, 2, 5, 6, 7]
    assert faces.loc[1, "status"] == "hash_mismatch"


def test_every_url_is_asked_for_once(fetch, monkeypatch):
    asked = []
    read = archives.Reader.read
    monkeypatch.setattr(archives.Reader, "read", lambda self, name: asked.append(name) or read(self, name))
    fetch()
    assert sorted(name for name in asked if ".example/" in name) == sorted(
        ["a.example/right.jpg", "a.example/replaced.jpg", "b.example/gone.jpg", "b.example/placeholder.jpg"]
        + ["c.example/last.jpg"]
    )


def test_a_stand_in_leaves_no_journal_and_another_list_or_choice_has_its_own_answers(fetch, tmp_path):
    fetch()
    assert len(fetch(accept=True)[1]) == 3
    facescrub.write_list(tmp_path / "actresses.txt", pd.DataFrame(FEMALE[:1], columns=facescrub.COLUMNS))
    assert len(fetch()[0]) == 5
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["faces.parquet", "pictures"]


def test_the_products_do_not_depend_on_which_answer_came_first(fetch, tmp_path):
    fetch(connections=1, out=tmp_path / "one")
    fetch(connections=8, out=tmp_path / "eight")
    for product in ("pictures/0000.zip", "faces.parquet"):
        assert (tmp_path / "one" / product).read_bytes() == (tmp_path / "eight" / product).read_bytes()


def test_without_a_stand_in_no_address_of_this_machine_is_asked_and_nothing_is_written(fetch, tmp_path):
    for path in (tmp_path / "actors.txt", tmp_path / "actresses.txt"):
        path.write_text(path.read_text().replace("a.example", "127.0.0.1").replace("b.example", "10.0.0.1"))
        path.write_text(path.read_text().replace("c.example", "[::1]"))
    with pytest.raises(UnusableInput, match=r"none came \(blocked_address 8\)"):
        fetch(hosts="")
    assert not list((tmp_path / "out").iterdir())


def test_a_face_in_both_lists_is_refused(fetch, tmp_path):
    facescrub.write_list(tmp_path / "actresses.txt", pd.DataFrame(MALE[:1], columns=facescrub.COLUMNS))
    with pytest.raises(UnusableInput, match=r"actresses\.txt: .* found 1 in both lists"):
        fetch()


def test_a_damaged_stand_in_is_named(fetch, tmp_path):
    (tmp_path / "hosts.zip").write_bytes((tmp_path / "hosts.zip").read_bytes()[:500])
    with pytest.raises(UnusableInput, match=r"hosts\.zip: expected a whole zip archive"):
        fetch()


def test_a_stand_in_host_that_does_not_answer_in_time_is_an_error_and_a_real_one_a_status():
    """Else a busy machine would drop a picture and the run would not repeat."""
    with pytest.raises(UnusableInput, match="expected every stand-in host to answer, found ok 3, timeout 1"):
        _check("hosts.zip", {"ok", "timeout"}, "ok 3, timeout 1")
    _check("", {"ok", "timeout"}, "ok 3, timeout 1")
