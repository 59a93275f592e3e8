"""CIFAR-10's binary archive."""

import gzip
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from obverse import cifar10
from obverse.errors import UnusableInput

NAMES = [f"class{number}" for number in range(10)]


def _batches():
    rng = np.random.default_rng(0)
    return [
        cifar10.Batch(
            rng.integers(0, 10, count, dtype=np.uint8), rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
        )
        for count in (3, 2, 2, 2, 2, 1)
    ]


@pytest.fixture
def archive(tmp_path):
    cifar10.write(tmp_path / "c.tar.gz", _batches(), NAMES)
    return tmp_path / "c.tar.gz"


def _rewritten(archive, change):
    """Put what ``change`` makes of each member's content back into the archive; None leaves the member out."""
    with tarfile.open(archive) as old:
        contents = {member.name: old.extractfile(member).read() for member in old}
    with tarfile.open(archive, "w:gz") as new:
        for name, content in contents.items():
            changed = change(name, content)
            if changed is not None:
                entry = tarfile.TarInfo(name)
                entry.size = len(changed)
                new.addfile(entry, io.BytesIO(changed))


def test_batches_come_back(archive):
    batches, names = cifar10.read(archive)
    assert names == NAMES and tuple(batches) == cifar10.BATCHES
    for found, expected in zip(batches.values(), _batches(), strict=True):
        np.testing.assert_array_equal(found.labels, expected.labels)
        np.testing.assert_array_equal(found.pixels, expected.pixels)


def test_torchvision_reads_the_same_pixels_of_the_same_records(archive, tmp_path, monkeypatch):
    """Its reader wants the pickled variant, which holds the records' planes as they are; ours opens no pickle."""
    from torchvision.datasets import CIFAR10

    for check in ("_check_integrity", "_load_meta"):  # its checksums are of the official files
        monkeypatch.setattr(CIFAR10, check, lambda self: True)
    folder = tmp_path / CIFAR10.base_folder
    folder.mkdir()
    with tarfile.open(archive) as members:
        for member in cifar10.BATCHES:
            records = np.frombuffer(members.extractfile(member).read(), np.uint8).reshape(-1, 3073)
            batch = {"data": records[:, 1:], "labels": records[:, 0].tolist()}
            (folder / Path(member).stem).write_bytes(pickle.dumps(batch))
    batches, _ = cifar10.read(archive)
    for train, ours in ((True, list(batches.values())[:5]), (False, list(batches.values())[5:])):
        read = CIFAR10(str(tmp_path), train=train)
        np.testing.assert_array_equal(read.data, np.concatenate([batch.pixels for batch in ours]))
        assert read.targets == [label for batch in ours for label in batch.labels.tolist()]


def test_a_record_is_a_label_then_the_red_green_and_blue_planes(archive):
    with tarfile.open(archive) as packed:
        record = packed.extractfile("cifar-10-batches-bin/data_batch_1.bin").read()[3073 : 2 * 3073]
    batch = _batches()[0]
    assert record[0] == batch.labels[1]
    assert record[1] == batch.pixels[1, 0, 0, 0] and record[2] == batch.pixels[1, 0, 1, 0]
    assert record[1 + 32] == batch.pixels[1, 1, 0, 0]
    assert record[1 + 1024] == batch.pixels[1, 0, 0, 1] and record[1 + 2048] == batch.pixels[1, 0, 0, 2]


def test_the_same_pixels_give_the_same_bytes_at_any_time(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 2e9)
    cifar10.write(tmp_path / "again.tar.gz", _batches(), NAMES)
    assert archive.read_bytes() == (tmp_path / "again.tar.gz").read_bytes()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda name, content: content[:-1], r"data_batch_1\.bin: expected records of 3,073 bytes, found 9,218 bytes"),
        (lambda name, content: b"" if "test" in name else content, r"test_batch\.bin: expected records of 3,073 bytes"),
        (lambda name, content: None if "batch_3" in name else content, r"found none named .*data_batch_3\.bin"),
        (lambda name, content: b"one\n" if "meta" in name else content, "expected 10 class names, found 1"),
        (
            lambda name, content: content if "meta" in name else b"\x0a" + content[1:],
            "expected labels below 10, found 10",
        ),
    ],
)
def test_a_damaged_member_is_named(archive, change, expected):
    _rewritten(archive, change)
    with pytest.raises(UnusableInput, match=expected):
        cifar10.read(archive)


def test_an_archive_cut_short_or_of_another_kind_is_refused(archive):
    whole = archive.read_bytes()
    for content in (whole[:-2000], b"", b"<html>", gzip.compress(b"no tar")):
        archive.write_bytes(content)
        with pytest.raises(UnusableInput, match=r"c\.tar\.gz: expected CIFAR-10"):
            cifar10.read(archive)
