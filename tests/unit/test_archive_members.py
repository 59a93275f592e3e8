import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from obverse.archive import members
from obverse.errors import UnusableInput


@pytest.fixture
def contents(tmp_path: Path) -> dict[str, members.Content]:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(3_000_000) + bytes(1_000_000))
    return {"b/large.npy": large, "a.txt": b"words\n", "b/ä.txt": b""}


def test_members_come_back_and_what_they_are_measured_as(tmp_path: Path, contents: dict[str, members.Content]):
    members.write(tmp_path / "a.zip", contents, {})
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        assert opened.testzip() is None
        for name, content in contents.items():
            held = opened.read(name)
            assert held == (content if isinstance(content, bytes) else content.read_bytes())
            assert members.measure(content) == (hashlib.sha256(held).hexdigest(), len(held))


def test_neither_order_nor_dates_nor_permissions_of_files_reach_the_archive(
    tmp_path: Path, contents: dict[str, members.Content]
):
    members.write(tmp_path / "a.zip", contents, {})
    os.utime(contents["b/large.npy"], (1, 1))
    contents["b/large.npy"].chmod(0o700)
    members.write(tmp_path / "b.zip", dict(reversed(contents.items())), {})
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_file_that_changed_since_it_was_measured_is_named(tmp_path: Path, contents: dict[str, members.Content]):
    expected = {name: members.measure(content)[0] for name, content in contents.items()}
    contents["b/large.npy"].write_bytes(b"else")
    with pytest.raises(UnusableInput, match=r"b/large\.npy: expected a file at rest"):
        members.write(tmp_path / "a.zip", contents, expected)


def test_the_emptiest_file_does_not_look_like_a_bomb(tmp_path: Path):
    """A reader refuses what inflates a thousandfold, as black pictures would at the usual level."""
    members.write(tmp_path / "a.zip", {"black.npy": bytes(50_000_000)}, {})
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        (info,) = opened.infolist()
    assert info.file_size < 500 * info.compress_size
