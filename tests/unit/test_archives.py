"""Zip archives of pictures."""

import zipfile

import pytest

from obverse import archives
from obverse.errors import UnusableInput


def test_members_come_back_in_order_and_other_readers_read_them(tmp_path):
    members = [("b/2.jpg", b"two"), ("a/1.jpg", b""), ("host.example/ä b.jpg", b"\0\xff" * 99)]
    archives.write(tmp_path / "a.zip", members)
    with archives.reading(tmp_path / "a.zip") as reader:
        assert [(name, reader.read(name)) for name in reader.names] == members
        with pytest.raises(KeyError):
            reader.read("absent")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_the_same_members_give_the_same_bytes_at_any_time(tmp_path, monkeypatch):
    archives.write(tmp_path / "a.zip", [("x", b"1")])
    monkeypatch.setattr("time.time", lambda: 2e9)
    archives.write(tmp_path / "b.zip", iter([("x", b"1")]))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_name_that_occurs_twice_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(ValueError, match="'x' occurs twice"):
        archives.write(tmp_path / "a.zip", [("x", b"1"), ("x", b"2")])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"<html>quota exceeded</html>", None])
def test_what_is_no_whole_zip_is_named(tmp_path, content):
    path = tmp_path / "a.zip"
    archives.write(path, [("x", b"1" * 1000)])
    path.write_bytes(path.read_bytes()[:700] if content is None else content)
    with pytest.raises(UnusableInput, match=r"a\.zip: expected a whole zip archive"), archives.reading(path):
        pass


def test_a_missing_archive_is_named(tmp_path):
    with pytest.raises(UnusableInput, match="no such file"), archives.reading(tmp_path / "a.zip"):
        pass


def test_a_flipped_byte_is_found_in_its_member(tmp_path):
    path = tmp_path / "a.zip"
    archives.write(path, [("good", b"g" * 50), ("bad", b"b" * 50)])
    path.write_bytes(path.read_bytes().replace(b"b" * 50, b"b" * 49 + b"c"))
    with archives.reading(path) as reader:
        assert reader.read("good") == b"g" * 50
        with pytest.raises(UnusableInput, match=r"a\.zip, member bad: expected an intact member"):
            reader.read("bad")


def test_a_folder_of_archives_reads_as_one_in_the_order_of_their_names(tmp_path):
    archives.write(tmp_path / "0001.zip", [("c", b"3"), ("a", b"1")])
    archives.write(tmp_path / "0000.zip", [("b", b"2"), ("a", b"1")])
    (tmp_path / ".snakemake_timestamp").touch()
    with archives.reading(tmp_path) as reader:
        assert [(name, reader.read(name)) for name in reader.names] == [("b", b"2"), ("a", b"1"), ("c", b"3")]
        with pytest.raises(KeyError):
            reader.read("absent")


def test_a_damaged_archive_of_a_folder_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(UnusableInput, match="expected zip archives in this folder, found none"):
        archives.reading(tmp_path).__enter__()
    archives.write(tmp_path / "0000.zip", [("b", b"2")])
    (tmp_path / "0001.zip").write_bytes(b"")
    with pytest.raises(UnusableInput, match=r"0001\.zip: expected a whole zip archive"):
        archives.reading(tmp_path).__enter__()
