"""The faces of the lists in shards, and what each row says."""

import hashlib

import pandas as pd
import pytest

from obverse import facescrub, shards
from obverse.journal import Entry
from obverse.schedule import DEAD_AFTER, Schedule
from obverse.shards import Shards


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def faces(*urls):
    """Return list rows: each URL's picture should be the bytes of its own name."""
    rows = [("A B", i, i, url, 1, 2, 3, 4, digest(url)) for i, url in enumerate(urls)]
    return pd.DataFrame(rows, columns=facescrub.COLUMNS).assign(gender="male")


def came(text, offset=0, shard=0):
    return Entry("ok", True, 200, None, 1, digest(text), len(text), 9, 8, shard, offset)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(shards, "FACES", 3)


def test_a_shard_is_complete_when_all_its_urls_are_settled_those_it_shares_too():
    parts = Shards(faces("http://a/1", "http://a/2", "http://a/1", "http://a/3", "http://a/2"), False)
    assert parts.urls == ["http://a/1", "http://a/2", "http://a/3"] and parts.count == 2
    assert [parts.of(place) for place in range(3)] == [0, 0, 1]
    assert parts.settle([0]) == []
    assert parts.settle([2]) == []
    assert parts.settle([1]) == [0, 1]


def test_a_row_says_what_came_of_its_url_and_keeps_only_the_right_picture():
    urls = ["http://a/right", "http://a/other", "http://b/gone", "http://a/right"]
    entries = {
        "http://a/right": came("http://a/right"),
        "http://a/other": came("something else"),
        "http://b/gone": Entry("http_4xx", True, 404, "http://b/moved", 1),
    }
    for accept in (False, True):
        parts = Shards(faces(*urls), accept)
        table, kept = parts.table(0, entries, Schedule(parts.hosts))
        rows = table.to_pandas()
        assert table.schema.names == facescrub.FETCHED.names
        assert rows["status"].to_list() == ["ok", "hash_mismatch", "http_4xx"]
        assert rows["host"].to_list() == ["a", "a", "b"]
        assert rows["member"].notna().to_list() == [True, accept, False]
        assert rows.loc[2, "http_code"] == 404 and rows.loc[2, "final_url"] == "http://b/moved"
        assert rows.loc[0, ["bytes", "width", "height"]].to_list() == [14, 9, 8]
        assert [entry.sha256 for entry in kept] == [digest("http://a/right"), digest("something else")]
        second, kept = parts.table(1, entries, Schedule(parts.hosts))
        assert second["member"].to_pylist() == [digest("http://a/right")] and kept == []  # the first shard has it


@pytest.mark.parametrize(
    ("status", "sha256", "accept", "kept"),
    [
        ("ok", "http://a/1", False, True),
        ("ok", "another", False, False),
        ("ok", "another", True, True),
        ("not_image", "http://a/1", True, False),
    ],
)
def test_a_body_is_kept_when_it_is_a_picture_and_the_one_that_is_meant(status, sha256, accept, kept):
    assert Shards(faces("http://a/1"), accept).keeps(0, status, digest(sha256)) is kept


def test_what_a_dead_host_answered_too_late_does_not_count():
    urls = [f"http://a/{i}" for i in range(DEAD_AFTER + 1)]
    parts = Shards(faces(*urls), False)
    schedule = Schedule(parts.hosts)
    for place in reversed(range(DEAD_AFTER + 1)):
        schedule.recall(place, place == DEAD_AFTER)
    entries = {url: Entry("dns", False) for url in urls} | {urls[-1]: came(urls[-1], offset=None)}
    statuses = [
        status for shard in range(3) for status in parts.table(shard, entries, schedule)[0]["status"].to_pylist()
    ]
    assert statuses == ["dns"] * DEAD_AFTER + ["host_dead"]


def test_what_is_no_web_address_has_no_host():
    assert Shards(faces("/etc/passwd", "http://[::1/", "HTTP://A.Example/x"), False).hosts == ["", "", "a.example"]
