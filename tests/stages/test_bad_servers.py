"""Fetching FaceScrub's pictures from servers that fail, lie and attack, over real sockets."""

import asyncio
import gzip
import hashlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from aiohttp import web
from PIL import Image

import servers
from obverse import archives, connectors, download, facescrub, inbox, pictures, samples, shards
from obverse.crop_facescrub import crop_facescrub
from obverse.errors import UnusableInput
from obverse.fetch_facescrub import fetch_facescrub

PRIVATE = [
    *("http://127.0.0.1:80/", "http://0x7f.1/", "http://2130706433/", "http://localhost/", "http://[::1]/"),
    *("http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/"),
    *("http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://0.0.0.0/"),
]


def jpeg(seed: int) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


def bomb() -> bytes:
    stream = io.BytesIO()
    Image.new("1", (9000, 9000)).save(stream, "PNG")
    return stream.getvalue()


RIGHT = jpeg(0)
POLYGLOT = jpeg(1) + b"PK\5\6" + bytes(18)  # a picture that also is an (empty) zip archive
EXPLOIT = b"GIF89a/*<svg onload=alert(1)>*/=1;<?php system('id'); ?>"

# path -> the status it ends in, how often it is asked for, the bytes that the list expects
CASES = {
    "right": ("ok", 1, RIGHT),
    "with space": ("ok", 1, RIGHT),
    "double%2520escape": ("ok", 1, RIGHT),
    "missing": ("http_4xx", 1, RIGHT),
    "broken": ("http_5xx", 3, RIGHT),
    "recovers": ("ok", 2, RIGHT),
    "busy": ("ok", 2, RIGHT),
    "html": ("not_image", 1, RIGHT),
    "truncated": ("not_image", 1, RIGHT[:600]),
    "replaced": ("hash_mismatch", 1, RIGHT),
    "drip": ("timeout", 3, RIGHT),
    "endless": ("too_big", 1, RIGHT),
    "gzip": ("not_image", 1, gzip.compress(RIGHT)),
    "pixels": ("too_many_pixels", 1, bomb()),
    "loop": ("redirects", 1, RIGHT),
    "file": ("bad_url", 1, RIGHT),
    "exploit": ("not_image", 1, EXPLOIT),
    "polyglot": ("ok", 1, POLYGLOT),
    "cut": ("connection_lost", 1, RIGHT),
}
ELSEWHERE = {  # whole URLs that never reach the server
    "http://lost.example/x.jpg": "dns",
    "http://refused.example/x.jpg": "connect",
    "https://tls.example/x.jpg": "tls",
    "file:///etc/passwd": "bad_url",
    "http://127.0.0.1:22/": "blocked_address",
}


async def answer(request: web.BaseRequest, seen: list[str] = []) -> web.StreamResponse:  # noqa: B006
    """Answer as ``CASES`` wants it."""
    name = request.path[1:].removesuffix(".jpg")
    seen.append(f"{request.transport.get_extra_info('sockname')}{name}")
    first = seen.count(seen[-1]) == 1
    if name.startswith("to/"):
        return web.Response(status=302, headers={"Location": PRIVATE[int(name[3:])]})
    if name == "drip":
        return await _pour(request, b"x", 0.2)
    if name == "endless":
        return await _pour(request, bytes(100_000), 0)
    if name == "cut":
        response = web.StreamResponse(headers={"Content-Length": str(len(RIGHT))})
        await response.prepare(request)
        await response.write(RIGHT[:100])
        request.transport.close()
        return response
    plain = {
        "missing": web.Response(status=404, body=RIGHT),
        "broken": web.Response(status=500),
        "html": web.Response(body=b"<html>buy this domain</html>", content_type="image/jpeg"),
        "truncated": web.Response(body=RIGHT[:600]),
        "replaced": web.Response(body=jpeg(2)),
        "gzip": web.Response(body=gzip.compress(RIGHT), headers={"Content-Encoding": "gzip"}),
        "pixels": web.Response(body=CASES["pixels"][2]),
        "loop": web.Response(status=302, headers={"Location": request.raw_path}),
        "file": web.Response(status=302, headers={"Location": "file:///etc/passwd"}),
        "exploit": web.Response(body=EXPLOIT),
        "polyglot": web.Response(body=POLYGLOT),
    }
    if first and name in ("recovers", "busy"):
        return web.Response(status=500) if name == "recovers" else _wait()
    return plain.get(name) or web.Response(body=RIGHT)


def _wait() -> web.Response:
    return web.Response(status=429, headers={"Retry-After": "0"})


async def _pour(request: web.BaseRequest, drop: bytes, seconds: float) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(drop)
            await asyncio.sleep(seconds)
    except ConnectionError:
        return response


def write_lists(folder: Path, urls: list[tuple[str, bytes]]) -> None:
    """Write the two lists: a face for each URL and the bytes it should give; people have ten each."""
    rows = [
        (f"Person {face // 10:02d}", face, face, url, 1, 2, 21, 22, hashlib.sha256(content).hexdigest())
        for face, (url, content) in enumerate(urls)
    ]
    half = len(rows) // 20 * 10
    for name, part in (("actors", rows[:half]), ("actresses", rows[half:])):
        facescrub.write_list(folder / f"{name}.txt", pd.DataFrame(part, columns=facescrub.COLUMNS))


def options(folder: Path, out: Path) -> dict:
    return {
        **{"actors": folder / "actors.txt", "actresses": folder / "actresses.txt", "hosts": ""},
        **{"accept_hash_mismatch": False, "contact": "me@b.org", "connections": 16},
        **{"connect_seconds": 1, "read_seconds": 1, "timeout_seconds": 1, "workers": 2},
        **{"journal": out / "journal", "pictures": out / "pictures", "faces": out / "faces.parquet"},
    }


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """One fetch of everything bad: the table, the pictures kept, what the server was asked, where sockets led."""
    folder, places = tmp_path_factory.mktemp("bad"), []
    urls = [(f"http://h{i}.example/{name}.jpg", case[2]) for i, (name, case) in enumerate(CASES.items())]
    urls += [(f"http://r{i}.example/to/{i}", RIGHT) for i in range(len(PRIVATE))]
    urls += [(url, RIGHT) for url in ELSEWHERE]
    urls += [urls[0], urls[0], (urls[0][0], jpeg(7))]  # duplicate URLs, one with another hash
    write_lists(folder, urls)
    outside = [f"\t{len(urls) - 3}\t{urls[0][0]}\t{box}\t" for box in ("1,2,21,22", "30,2,60,22")]
    (folder / "actresses.txt").write_text((folder / "actresses.txt").read_text().replace(*outside))
    connect = socket.socket.connect
    with servers.serving(answer) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(connectors, "internet", lambda connections: servers.web_of(server.port))
        patch.setattr(download, "BACKOFF_SECONDS", 0.01)
        patch.setattr(download, "MAX_BYTES", 2_000_000)
        patch.setattr(socket.socket, "connect", lambda self, place: places.append(place) or connect(self, place))
        fetch_facescrub(**options(folder, folder / "out"))
    with archives.reading(folder / "out" / "pictures") as reader:
        kept = {name: reader.read(name) for name in reader.names}
    table = facescrub.read_fetched(folder / "out" / "faces.parquet").to_pandas()
    cropped = {name: folder / name for name in ("images", "samples", "rejected")}
    crop_facescrub(
        faces=folder / "out" / "faces.parquet",
        pictures=folder / "out" / "pictures",
        size=16,
        resize="bilinear",
        workers=2,
        **cropped,
    )
    return table, kept, server, places, cropped


@pytest.mark.parametrize("name", CASES)
def test_each_bad_answer_ends_in_its_own_status_and_the_run_goes_on(bad, name):
    table, _, server, *_ = bad
    status, asked, _ = CASES[name]
    row = table[table["url"].str.endswith(f"/{name}.jpg")].iloc[0]
    path = f"/{name}.jpg".replace(" ", "%20")
    assert row["status"] == status
    assert row["attempts"] == asked
    times = sum(found.endswith(path) for found in server.asked)
    assert times == (1 + download.MAX_REDIRECTS if name == "loop" else asked)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_each_url_that_leads_nowhere_has_its_own_status(bad, url):
    table, *_ = bad
    assert table.set_index("url").loc[url, "status"] == ELSEWHERE[url]


def test_no_redirect_to_a_private_address_is_followed_however_it_is_spelt(bad):
    table, _, server, places, _ = bad
    rows = table[table["url"].str.contains("/to/")]
    assert len(rows) == len(PRIVATE) and set(rows["status"]) <= {"blocked_address", "bad_url", "dns"}
    assert (rows["status"] == "blocked_address").sum() >= 7
    # the socket guard: every connection of this process went to the one allowed place, or to the closed port
    assert {place[:2] for place in places if isinstance(place, tuple)} == {
        (servers.hosts.LOOPBACK, server.port),
        (servers.hosts.LOOPBACK, servers.CLOSED),
    }
    assert all(found.split("/")[0].endswith(".example") for found in server.asked)


def test_only_what_decodes_and_has_the_listed_hash_is_passed_on(bad):
    table, kept, *_ = bad
    assert sorted(kept.values()) == sorted([RIGHT, POLYGLOT])
    for name, content in kept.items():
        assert hashlib.sha256(content).hexdigest() == name
        assert pictures.decode(content).size == (40, 30)
    assert set(table.loc[table["member"].notna(), "status"]) == {"ok"}
    exploit = table[table["url"].str.endswith("exploit.jpg")].iloc[0]
    assert exploit["sha256"] == hashlib.sha256(EXPLOIT).hexdigest() and pd.isna(exploit["member"])


def test_a_url_of_several_faces_is_asked_for_once_and_each_face_has_its_own_verdict(bad):
    table, *_ = bad
    rows = table[table["url"].str.endswith("/right.jpg")]
    assert rows["status"].to_list() == ["ok", "ok", "ok", "hash_mismatch"]


def test_the_table_tells_who_answered_what(bad):
    table, *_ = bad
    row = table.set_index("url").loc["http://h0.example/right.jpg"].iloc[0]
    assert (row["host"], row["http_code"], row["width"], row["height"]) == ("h0.example", 200, 40, 30)
    loop = table[table["url"].str.endswith("loop.jpg")].iloc[0]
    assert loop["final_url"] == loop["url"] and loop["http_code"] == 302


def test_every_face_is_cropped_or_rejected_with_its_reason(bad):
    table, _, _, _, cropped = bad
    rejected = pd.read_csv(cropped["rejected"]).set_index("face_id")["status"]
    came = table[table["member"].notna()]
    assert samples.read(cropped["samples"])["sample_id"].to_pylist() == came["face_id"].to_list()[:-2] + [
        came["face_id"].iloc[-1]
    ]
    assert rejected[rejected == "bbox_outside"].index.to_list() == [came["face_id"].iloc[-2]]
    assert rejected.drop(came["face_id"].iloc[-2]).to_dict() == (
        table[table["member"].isna()].set_index("face_id")["status"].to_dict()
    )


def test_a_list_with_a_broken_row_is_named_before_anything_is_asked(tmp_path):
    write_lists(tmp_path, [("http://a.example/x.jpg", RIGHT)] * 40)
    path = tmp_path / "actors.txt"
    path.write_text(path.read_text().replace("\t1,2,21,22\t", "\t1,2,21\t", 1))
    with pytest.raises(UnusableInput, match=r"actors\.txt, line 2: expected a box"):
        fetch_facescrub(**options(tmp_path, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def lose_names(monkeypatch, first: int, last: int) -> None:
    """Let the web's resolver know nothing between its ``first`` and its ``last`` look-up, nor any ``lost*`` ever."""
    looked_up, resolve = [], servers.Resolver.resolve

    async def forgetful(self, host, port=0, family=0):
        looked_up.append(host)
        if first <= len(looked_up) < last:
            raise OSError("no such name")
        return await resolve(self, host, port, family)

    monkeypatch.setattr(servers.Resolver, "resolve", forgetful)


@pytest.fixture
def fetch(tmp_path, monkeypatch):
    """Fetch 300 pictures of as many hosts; return their statuses, and leave the server in ``fetch.server``."""
    monkeypatch.setattr(shards, "FACES", 10)
    monkeypatch.setattr(download, "BACKOFF_SECONDS", 0.01)
    urls = [(f"http://{'lost' if 200 <= i < 230 else ''}h{i}.example/right.jpg", RIGHT) for i in range(300)]
    write_lists(tmp_path, urls)

    def run() -> list[str]:
        with servers.serving(answer) as run.server:
            monkeypatch.setattr(connectors, "internet", lambda connections: servers.web_of(run.server.port))
            fetch_facescrub(**options(tmp_path, tmp_path / "out") | {"connections": 1})
        return facescrub.read_fetched(tmp_path / "out/faces.parquet")["status"].to_pylist()

    return run


@pytest.mark.parametrize("first", [20, 100, 299], ids=["early", "late", "at the last picture"])
def test_when_no_host_can_be_reached_any_more_the_run_stops_and_asks_again_next_time(fetch, tmp_path, first):
    """It is more likely that this machine lost its network than that the world ended: nothing of it is kept."""
    with pytest.MonkeyPatch.context() as patch:
        lose_names(patch, first, 10**9)
        with pytest.raises(UnusableInput, match="requests in a row reached none"):
            fetch()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["journal"]
    before = fetch.server.asked
    statuses = fetch()
    assert [place for place, status in enumerate(statuses) if status != "ok"] == list(range(200, 230))
    assert set(statuses) == {"ok", "dns"} and not set(before) & set(fetch.server.asked)


def test_a_network_that_was_away_for_a_while_costs_no_picture(fetch, monkeypatch):
    lose_names(monkeypatch, 100, 180)
    statuses = fetch()
    assert statuses.count("ok") == 270 and statuses[200:230] == ["dns"] * 30


def test_hosts_that_are_gone_are_asked_once_more_and_those_that_answered_are_not(fetch):
    assert fetch()[200:230] == ["dns"] * 30
    assert len(fetch.server.requests) == 270
    assert {request.host for request in fetch.server.heads} <= {f"h{i}.example" for i in range(296, 300)}


def test_more_hosts_gone_in_a_row_than_a_lost_network_has_are_no_lost_network(fetch, monkeypatch):
    monkeypatch.setattr(inbox, "LOST_AFTER", 10)
    assert fetch()[200:230] == ["dns"] * 30


def test_a_host_that_comes_back_is_no_longer_dead(fetch, tmp_path, monkeypatch):
    write_lists(tmp_path, [(f"http://{'b' if i % 2 else 'a'}.example/{i}.jpg", RIGHT) for i in range(40)])
    lost, resolve = [], servers.Resolver.resolve

    async def late(self, host, port=0, family=0):
        if host == "b.example" and len(lost) < 8:
            lost.append(host)
            raise OSError("no such name")
        return await resolve(self, host, port, family)

    monkeypatch.setattr(servers.Resolver, "resolve", late)
    assert fetch() == ["ok"] * 40 and len(lost) == 8


# ---- killed, and out of disk: the stage as a process


def start(folder: Path, out: Path, port: int, most_bytes: int = 0, stop: str = "") -> subprocess.Popen:
    words = [str(port), "10", str(most_bytes), stop]
    patient = {"connect_seconds": 30, "read_seconds": 30, "timeout_seconds": 30}  # a second attempt is another table
    for key, value in (options(folder, out) | patient).items():
        words += [f"--{key.replace('_', '-')}", str(value)]
    paths = os.pathsep.join([str(Path(servers.__file__).parent), str(Path(connectors.__file__).parents[1])])
    return subprocess.Popen(
        [sys.executable, servers.__file__, *words],
        env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},  # bytecode would fill the small disk
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments, **limits) -> str:
    """Run the stage to its end; return what it says when it fails, "" when it does not."""
    with start(*arguments, **limits) as process:
        _, said = process.communicate()
    return said if process.returncode else ""


def products(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def write_many(folder: Path) -> None:
    """Write lists of 120 faces on 6 hosts, one of them dead, some pictures missing."""
    urls = [(f"http://{'refused' if i % 6 == 5 else f'h{i % 6}'}.example/{i}.jpg", jpeg(i)) for i in range(120)]
    write_lists(folder, urls)


@pytest.fixture
def many(tmp_path):
    write_many(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a fetch of the many that nothing disturbs leaves."""
    folder = tmp_path_factory.mktemp("undisturbed")
    write_many(folder)
    with servers.serving(simple) as server:
        assert run(folder, folder / "out", server.port) == ""
    return products(folder / "out")


async def simple(request: web.BaseRequest) -> web.Response:
    number = int(request.path[1:].removesuffix(".jpg"))
    return web.Response(status=404) if number % 11 == 3 else web.Response(body=jpeg(number))


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("obverse.archives:write:3", id="a shard is to be finished"),
        pytest.param("obverse.tables:write:3", id="its pictures are there, its table is not"),
        pytest.param("obverse.inbox:Inbox.end:1", id="all have been asked once"),
        pytest.param("obverse.journal:Journal.add:113", id="some have been asked twice"),
        pytest.param("obverse.inbox:Inbox.end:2", id="all have been asked twice"),
        pytest.param("pathlib:Path.rename:1", id="the pictures are to be delivered"),
        pytest.param("obverse.facescrub:write_fetched:1", id="the pictures are delivered, the table is not"),
    ],
)
def test_killed_at_a_critical_moment_and_started_again_it_ends_in_the_same_bytes(many, undisturbed, moment):
    with servers.serving(simple) as server:
        with start(many, many / "killed", server.port, stop=moment) as process:
            assert "here\n" in process.stdout  # reads until then
            process.send_signal(signal.SIGKILL)
        shutil.rmtree(many / "killed/pictures", ignore_errors=True)  # as Snakemake does with a failed job's outputs
        asked = len(server.requests)
        assert run(many, many / "killed", server.port) == ""
        assert len(server.requests) - asked <= 100 - asked + 16
    assert products(many / "killed") == undisturbed


def test_killed_in_its_middle_and_started_again_it_asks_little_twice_and_ends_in_the_same_bytes(many, undisturbed):
    release = []

    async def held(request):
        """Answer 45 requests, then none until the first process is dead."""
        while len(server.requests) > 45 and not release:
            await asyncio.sleep(0.01)
        return await simple(request)

    answers = many / "killed/journal/answers.jsonl"
    with servers.serving(held) as server:
        with start(many, many / "killed", server.port) as process:
            while not (answers.exists() and answers.read_bytes().count(b"http://h") >= 45):
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        release.append(True)
        in_flight = len(server.requests) - 45
        assert run(many, many / "killed", server.port) == ""
        twice = [name for name in set(server.asked) if server.asked.count(name) > 1]
        assert 0 < in_flight <= 16 and len(twice) <= in_flight and len(set(server.asked)) == 100
    assert products(many / "killed") == undisturbed
    statuses = facescrub.read_fetched(many / "killed/faces.parquet").to_pandas()["status"].value_counts()
    assert statuses.to_dict() == {"ok": 91, "host_dead": 12, "http_4xx": 9, "connect": 8}


def test_what_was_answered_is_not_asked_for_again_and_gives_the_same_bytes(many):
    """Even when Snakemake has removed the outputs."""
    with servers.serving(simple) as server:
        assert run(many, many / "out", server.port) == ""
        before, asked = products(many / "out"), len(server.requests)
        shutil.rmtree(many / "out/pictures")
        (many / "out/faces.parquet").unlink()
        assert run(many, many / "out", server.port) == ""
        assert products(many / "out") == before and len(server.requests) == asked
        path = many / "actors.txt"
        path.write_text(path.read_text().replace("Person 00", "Person XX"))
        assert run(many, many / "out", server.port) == ""
        assert len(server.requests) == 2 * asked  # other lists: nothing is mixed


def test_a_bomb_is_not_unpacked(tmp_path):
    """600 MB of nothing in few of gzip, and 81 million pixels in few bytes of PNG."""
    packer, pixels = zlib.compressobj(1, wbits=31), bomb()
    packed = b"".join([*(packer.compress(bytes(10**6)) for _ in range(600)), packer.flush()])
    write_lists(tmp_path, [(f"http://h{i}.example/{i}", RIGHT) for i in range(20)])

    async def explode(request):
        if request.path == "/0":
            return web.Response(body=RIGHT)
        if int(request.path[1:]) % 2:
            return web.Response(body=pixels)
        return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "image/jpeg"})

    with servers.serving(explode) as server, start(tmp_path, tmp_path / "out", server.port) as process:
        said, _ = process.communicate()
    assert process.returncode == 0
    assert len(packed) < 4_000_000 and int(said.splitlines()[-1]) < 500_000_000
    statuses = facescrub.read_fetched(tmp_path / "out/faces.parquet")["status"].to_pylist()
    assert statuses == ["ok", *["too_many_pixels", "not_image"] * 9, "too_many_pixels"]


def test_a_full_disk_is_said_and_with_room_the_run_goes_on_where_it_stood(many):
    with servers.serving(simple) as server:
        said = run(many, many / "out", server.port, most_bytes=9_000)
        assert "expected room for what is fetched, found none (File too large)" in said and "Traceback" not in said
        assert sorted(path.name for path in (many / "out").iterdir()) == ["journal"]
        kept = (many / "out/journal/answers.jsonl").read_bytes().count(b'", true, 200')
        before = len(server.requests)
        assert kept > 0 and run(many, many / "out", server.port) == ""
        assert len(server.requests) - before <= 100 - kept
    assert len(facescrub.read_fetched(many / "out/faces.parquet")) == 120
