"""What a fetch keeps while it runs."""

import hashlib

import pyarrow as pa
import pytest

from obverse import archives, facescrub
from obverse.errors import UnusableInput
from obverse.journal import Entry, Journal

BODY, OTHER = b"a picture" * 50, b"another" * 60


def entry(body=b"", status="ok"):
    return Entry(status, True, 200, None, 1, hashlib.sha256(body).hexdigest() if body else None, len(body))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journal"


def opened(folder, made_from="these lists"):
    with Journal(folder, made_from) as journal:
        return journal.entries


def written(folder):
    """Keep three answers, and return them as they come back."""
    with Journal(folder, "these lists") as journal:
        journal.add("http://a/1", entry(BODY), BODY, 0)
        journal.add("http://a/2", entry(status="http_4xx"), b"", 0)
        journal.add("http://a/3", entry(OTHER), OTHER, 0)
        return dict(journal.entries)


def test_answers_come_back_with_the_places_of_their_bodies(folder):
    before = written(folder)
    assert opened(folder) == before
    assert before["http://a/3"].offset == len(BODY) and before["http://a/2"].offset is None


def test_another_list_starts_a_new_journal(folder):
    written(folder)
    assert opened(folder, "other lists") == {}
    assert sorted(path.name for path in folder.iterdir()) == ["made_from"]
    assert (folder.with_name(folder.name + ".old") / "answers.jsonl").is_file()  # days of work are put aside


@pytest.mark.parametrize("torn", [1, 20, -1])
def test_a_torn_last_line_costs_one_answer_and_the_next_one_is_whole(folder, torn):
    before = written(folder)
    path = folder / "answers.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:torn])
    with Journal(folder, "these lists") as journal:
        assert list(journal.entries) == ["http://a/1", "http://a/2"]
        journal.add("http://a/3", entry(OTHER), OTHER, 0)
    after = opened(folder)
    assert after.keys() == before.keys() and after["http://a/3"].offset == len(BODY + OTHER)


def test_an_answer_without_its_whole_body_is_asked_for_again(folder):
    """A machine that loses power may keep the line and lose the bytes."""
    written(folder)
    with (folder / "0000.spool").open("ab") as spool:
        spool.truncate(len(BODY) + 5)
    assert list(opened(folder)) == ["http://a/1", "http://a/2"]


def test_zeros_in_the_middle_cost_their_lines_alone(folder):
    written(folder)
    lines = (folder / "answers.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "answers.jsonl").write_bytes(lines[0] + b"\0" * 50 + b"\n" + lines[2])
    assert list(opened(folder)) == ["http://a/1", "http://a/3"]


def test_answers_can_be_taken_back(folder):
    written(folder)
    with Journal(folder, "these lists") as journal:
        journal.forget(["http://a/2"])
        assert "http://a/2" not in journal.entries
        journal.forget(["http://a/2"])  # twice, where two answers came too late at once
    assert list(opened(folder)) == ["http://a/1", "http://a/3"]


def rows(count):
    columns = {
        name: pa.nulls(count, kind) if name != "url" else [f"http://a/{i}" for i in range(count)]
        for name, kind in zip(facescrub.FETCHED.names, facescrub.FETCHED.types, strict=True)
    }
    return pa.table(columns, schema=facescrub.FETCHED)


def test_a_finished_shard_is_its_table_and_each_kept_body_once_in_order(folder, tmp_path):
    kept = written(folder)
    first, third = kept["http://a/1"], kept["http://a/3"]
    with Journal(folder, "these lists") as journal:
        assert not journal.is_finished(0)
        journal.finish(0, rows(3), [third, first, third])
        assert journal.is_finished(0) and not (folder / "0000.spool").exists()
        assert journal.entries == kept
        assert journal.rows(1).equals(rows(3))
        journal.deliver(1, tmp_path / "pictures")
    with archives.reading(tmp_path / "pictures") as reader:
        assert [(name, reader.read(name)) for name in reader.names] == [(third.sha256, OTHER), (first.sha256, BODY)]
    assert (folder / "0000.zip").samefile(tmp_path / "pictures" / "0000.zip")
    assert sorted(path.name for path in folder.iterdir()) == ["0000.parquet", "0000.zip", "made_from"]


def test_what_was_delivered_before_is_replaced(folder, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "0007.zip").write_bytes(b"old")
    written(folder)
    with Journal(folder, "these lists") as journal:
        journal.finish(0, rows(3), [])
        journal.deliver(1, tmp_path / "pictures")
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["0000.zip"]


def test_a_spool_that_changed_is_named_and_no_shard_is_finished(folder):
    kept = written(folder)
    spool = folder / "0000.spool"
    spool.write_bytes(spool.read_bytes().replace(b"another", b"anothex", 1))
    with Journal(folder, "these lists") as journal:
        with pytest.raises(UnusableInput, match=r"0000\.spool: expected the picture with sha256"):
            journal.finish(0, rows(3), list(kept.values())[::2])
        assert not journal.is_finished(0)


def test_a_full_disk_is_said_and_what_was_kept_before_comes_back(folder):
    before = written(folder)
    (folder / "0001.spool").symlink_to("/dev/full")
    with Journal(folder, "these lists") as journal:
        with pytest.raises(UnusableInput, match="expected room for what is fetched, found none"):
            journal.add("http://a/4", entry(BODY), BODY, 1)
        assert "http://a/4" not in journal.entries
    assert opened(folder) == before
