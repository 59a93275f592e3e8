"""Zip archives from strangers: what could do harm is refused by name, and what is damaged is found."""

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from obverse.archive import zips
from obverse.errors import UnusableInput


def entry(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.create_system, made.external_attr = 3, mode << 16
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def written(path: Path, *members: tuple[zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in members:
            archive.writestr(one, content)
    return path


def opened(path: Path) -> dict[str, bytes]:
    with zips.opening(path) as archive:
        return {name: archive.read(name) for name in archive.names}


def test_members_come_back_as_they_went_in_also_large_stored_and_empty_ones(tmp_path):
    large, stored = bytes(range(256)) * 20_000, entry("s")
    stored.compress_type = zipfile.ZIP_STORED
    members = [(entry("a/ä b.npy"), large), (stored, large), (entry("none"), b"")]
    path = written(tmp_path / "a.zip", *members, (entry("folder/"), b""))
    assert opened(path) == {"a/ä b.npy": large, "s": large, "none": b""}


NAMES = ["/etc/passwd", "../x", "a/../../x", "a/..", "..", "a//b", "./a", "C:/x", "c:x", "a\\..\\x", "a\nb", "a\x1b[2J"]


@pytest.mark.parametrize("name", NAMES)
def test_a_path_that_leads_outside_or_cannot_be_shown_is_refused_by_name(tmp_path, name):
    with pytest.raises(UnusableInput, match="expected a path below the folder it is unpacked into") as refused:
        opened(written(tmp_path / "a.zip", (entry("good"), b"1"), (entry(name), b"2")))
    assert (name if name.isprintable() else repr(name)) in str(refused.value)


def test_a_name_that_goes_on_after_a_zero_is_refused(tmp_path):
    """A reader that stops at the zero would see another name than one that does not."""
    path = written(tmp_path / "a.zip", (entry("aXb"), b"1"))
    path.write_bytes(path.read_bytes().replace(b"aXb", b"a\0b"))
    with pytest.raises(UnusableInput, match="expected a path below"):
        opened(path)


def called(member: zipfile.ZipInfo, name: str) -> zipfile.ZipInfo:
    """Add the field in which others put the name in Unicode; from 3.12 on Python takes that for the member's name."""
    told = struct.pack("<BL", 1, zlib.crc32(member.filename.encode())) + name.encode()
    member.extra = struct.pack("<HHH", 0xCAFE, 2, 7) + struct.pack("<HH", 0x7075, len(told)) + told
    return member


@pytest.mark.parametrize("name", ["results/../../x", "results/y", "results/x"])
def test_a_member_with_a_second_name_is_refused_whatever_that_is(tmp_path, name):
    """Under every Python, whichever of the two it reads: what was looked at is then what is written."""
    path = written(tmp_path / "a.zip", (entry("good"), b"1"), (called(entry("results/x"), name), b"2"))
    with pytest.raises(UnusableInput, match="member results/x: expected one name, found a second"):
        opened(path)


def test_other_fields_beside_a_name_mean_nothing_also_broken_ones(tmp_path):
    member = entry("a")
    member.extra = struct.pack("<HH", 0xCAFE, 4) + struct.pack("<H", 0x7075) + b"..u"
    assert opened(written(tmp_path / "a.zip", (member, b"1"))) == {"a": b"1"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFBLK])
def test_a_link_or_a_device_is_refused(tmp_path, kind):
    with pytest.raises(UnusableInput, match="member l: expected a file, found a link or a device"):
        opened(written(tmp_path / "a.zip", (entry("l", kind | 0o777), b"/etc/passwd")))


def test_a_name_that_occurs_twice_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = written(tmp_path / "a.zip", (entry("a"), b"1"), (entry("a"), b"2"))
    with pytest.raises(UnusableInput, match="member a: expected each member once"):
        opened(path)


@pytest.mark.parametrize("held", ["a/b", "a/b/c", "a/b/c/d", "a/"])
def test_a_file_that_is_a_folder_too_is_refused(tmp_path, held):
    """However deep; a name that sorts between the two hides nothing."""
    content = b"" if held.endswith("/") else b"1"
    members = [(entry(held), content), (entry("a"), b"2"), (entry("a.b"), b"3"), (entry("a-/b"), b"4")]
    with pytest.raises(UnusableInput, match=f"member a: expected a file, found a folder too: it holds {held}\n"):
        opened(written(tmp_path / "a.zip", *members))


def patched(path: Path, name: bytes, offset: int, value: bytes, *, local: int | None = None) -> Path:
    """Overwrite bytes of a member's entry in the archive's directory, and of its own head at ``local``."""
    content = bytearray(path.read_bytes())
    start = content.index(b"PK\1\2")
    while content[start + 46 : start + 46 + len(name)] != name:
        start = content.index(b"PK\1\2", start + 4)
    content[start + offset : start + offset + len(value)] = value
    if local is not None:
        content[local : local + len(value)] = value
    path.write_bytes(content)
    return path


def test_an_encrypted_member_and_one_of_an_unknown_method_are_refused(tmp_path):
    path = written(tmp_path / "a.zip", (entry("a"), b"1" * 99))
    with pytest.raises(UnusableInput, match="member a: .*an encrypted one"):
        opened(patched(path, b"a", 8, b"\1"))
    path = written(tmp_path / "a.zip", (entry("a"), b"1" * 99))
    with pytest.raises(UnusableInput, match="member a: .*method 14"):
        opened(patched(path, b"a", 10, b"\x0e\0"))


def test_a_member_that_unpacks_to_more_than_its_size_is_a_bomb_and_found_before_it_is_all_unpacked(tmp_path):
    content = bytes(50_000_000)
    path = written(tmp_path / "a.zip", (entry("big"), content))
    small = struct.pack("<L", 100)
    with zips.opening(patched(path, b"big", 24, small)) as archive:
        pieces = []
        with pytest.raises(UnusableInput, match="member big: expected a size of 100 bytes, found more: a bomb"):
            pieces += archive.pieces("big")
    assert sum(map(len, pieces)) < 2_000_000


def test_a_bomb_that_says_its_size_is_refused_when_opened(tmp_path):
    path = written(tmp_path / "a.zip", (entry("good"), b"1"), (entry("big"), bytes(50_000_000)))
    with pytest.raises(UnusableInput, match="member big: .* 50,000,000 bytes packed into .*: a bomb"):
        opened(path)


def test_members_that_are_too_much_together_are_refused(tmp_path, monkeypatch):
    path = written(tmp_path / "a.zip", (entry("a"), b"1" * 100), (entry("b"), b"1" * 101))
    monkeypatch.setattr(zips, "MOST_BYTES", 200)
    with pytest.raises(UnusableInput, match="member b: .*found 201 bytes in all: a bomb"):
        opened(path)
    monkeypatch.setattr(zips, "MOST_MEMBERS", 1)
    with pytest.raises(UnusableInput, match="expected at most 1 members, found 2"):
        opened(path)


def test_members_that_share_bytes_are_a_bomb(tmp_path):
    path = written(tmp_path / "a.zip", (entry("a"), b"1" * 100), (entry("b"), b"1" * 100))
    with pytest.raises(UnusableInput, match="found some that are a's too: a bomb|found some that are b's too: a bomb"):
        opened(patched(path, b"b", 42, bytes(4)))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"<html>gone</html>", "something else"),
        (200, "cut off or damaged"),
    ],
)
def test_what_is_no_whole_zip_is_said_to_be_none(tmp_path, content, found):
    path = written(tmp_path / "a.zip", (entry("x"), bytes(range(256)) * 20))
    path.write_bytes(path.read_bytes()[:content] if isinstance(content, int) else content)
    with pytest.raises(UnusableInput, match=rf"a\.zip: expected a whole zip archive, found .*{found}"):
        opened(path)


def test_where_there_is_no_file_or_a_folder_another_name_is_asked_for(tmp_path):
    """That is a slip of whoever typed it, and no archive is damaged."""
    written(tmp_path / "a.zip", (entry("x"), b"1"))
    for path, found in {"none.zip": "no such file", "a.zip/b.zip": "no such file", ".": "a folder"}.items():
        with pytest.raises(UnusableInput, match=rf"expected an archive, found {found}\nName an") as said:
            opened(tmp_path / path)
        assert "again" not in str(said.value) and "written" not in str(said.value)


def test_every_byte_cut_off_the_end_is_noticed(tmp_path):
    path = written(tmp_path / "a.zip", (entry("x"), b"abc" * 30))
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(UnusableInput):
            opened(path)


def test_every_flipped_bit_ends_in_the_same_content_or_in_words(tmp_path):
    """Dates and the like mean nothing here; no change gives other content, and none another error."""
    path = written(tmp_path / "a.zip", (entry("x"), b"abc" * 30), (entry("y"), zlib.compress(b"y" * 50)))
    content, expected = path.read_bytes(), opened(path)
    for place in range(len(content)):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            path.write_bytes(changed)
            try:
                found = opened(path)
            except (UnusableInput, zips.Damage):
                continue
            assert list(found.values()) == list(expected.values())[: len(found)], (place, bit)


def test_what_python_writes_to_a_stream_is_read_too(tmp_path):
    """Such members say their sizes only behind their contents, and in the directory."""

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    stream = Stream()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(entry("a"), b"1" * 100)
        archive.writestr(entry("b"), b"2" * 100)
    (tmp_path / "a.zip").write_bytes(stream.getvalue())
    assert opened(tmp_path / "a.zip") == {"a": b"1" * 100, "b": b"2" * 100}
