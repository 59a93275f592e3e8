"""Fetching one large published file, over real sockets."""

import contextlib
import socket
import threading

import pytest
import requests
from aiohttp import web

import mirrors
import servers
from obverse import transfers

BODY = bytes(range(256)) * 1200  # more than four blocks
STALL = 0.3


@pytest.fixture
def fetch(tmp_path):
    """Fetch the path ``f`` of a server with that one page; return the bytes, what was asked, and the sum reported."""

    def run(page, there=b""):
        target, reported = tmp_path / "f.part", []
        if there:
            target.write_bytes(there)
        with mirrors.serving({"f": page, "elsewhere": mirrors.file(BODY)}) as mirror:
            try:
                transfers.from_mirror(mirror.url("f"), len(BODY), target, reported.append, STALL)
            finally:
                run.requests = mirror.requests
                run.agents = mirror.agents
        return target.read_bytes(), sum(reported)

    run.target = tmp_path / "f.part"
    return run


def test_a_file_comes_whole_under_the_projects_name(fetch):
    assert fetch(mirrors.file(BODY)) == (BODY, len(BODY))
    assert fetch.requests == [("/f", "")]
    assert [agent.partition("/")[0] for agent in fetch.agents] == ["Obverse"]


def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(fetch):
    assert fetch(mirrors.file(BODY, breaks_at=(140_000, 280_000))) == (BODY, len(BODY))
    asked = [int(part.removeprefix("bytes=").rstrip("-") or 0) for _, part in fetch.requests]
    assert len(asked) == 3 and 0 == asked[0] < asked[1] <= 140_000 < asked[2] <= 280_000


def test_a_server_that_cannot_send_parts_is_asked_for_the_whole_file_again(fetch):
    assert fetch(mirrors.file(BODY, breaks_at=(140_000,), ranges=False)) == (BODY, len(BODY))


def test_what_an_earlier_run_left_is_not_asked_for_again(fetch):
    assert fetch(mirrors.file(BODY), there=BODY[:100_000]) == (BODY, len(BODY))
    assert fetch.requests == [("/f", "bytes=100000-")]
    fetch.target.write_bytes(BODY)
    assert fetch(mirrors.file(BODY)) == (BODY, len(BODY))
    assert fetch.requests == []


def test_a_leftover_that_is_too_long_is_thrown_away(fetch):
    assert fetch(mirrors.file(BODY), there=BODY + b"x") == (BODY, len(BODY))
    assert fetch.requests == [("/f", "")]


def test_a_server_error_is_asked_again_and_a_refusal_is_not(fetch):
    with pytest.raises(transfers.Failed, match="answered 503 Service Unavailable, 3 times"):
        fetch(mirrors.answer(503))
    assert len(fetch.requests) == 3
    with pytest.raises(transfers.Failed, match="answered 404 Not Found"):
        fetch(mirrors.answer(404))
    assert len(fetch.requests) == 1


def test_a_redirect_is_not_followed(fetch):
    with pytest.raises(transfers.Failed, match="answered 302"):
        fetch(mirrors.answer(302, Location="/elsewhere"))
    assert fetch.requests == [("/f", "")]


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html><title>Quota</title></html>", b"\n <HTML>sign in</HTML>"])
def test_a_web_page_in_place_of_the_file_is_recognised_and_not_kept(fetch, page):
    def unannounced(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(page)

    with pytest.raises(transfers.Failed, match="answered with a web page"):
        fetch(unannounced)
    assert fetch.target.read_bytes() == b""


def test_no_more_is_read_than_the_file_has(fetch):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(BODY)
        except OSError:
            pass

    with pytest.raises(transfers.Failed, match="sent more than the 307,200 bytes there should be"):
        fetch(endless)
    assert not fetch.target.exists()


def test_a_file_of_another_length_is_not_read(fetch):
    for body in (BODY[:1000], BODY + b"x"):
        with pytest.raises(transfers.Failed, match=f"announced {len(body):,} bytes where there should be 307,200"):
            fetch(mirrors.answer(200, body))
        assert not fetch.target.exists() and len(fetch.requests) == 1


def test_a_file_that_ends_early_unannounced_is_not_whole(fetch):
    def short(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(BODY[:1000])

    with pytest.raises(transfers.Failed, match="sent 1,000 bytes where there should be 307,200, 3 times"):
        fetch(short)


@pytest.mark.parametrize("step", [0, 1])
def test_a_server_that_stands_still_or_drips_is_left(fetch, step):
    """Three attempts of a third of a second, and their pauses; the server would go on for a minute."""
    stop = threading.Event()

    def slow(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(BODY)))
        handler.end_headers()
        try:
            for _ in range(1200):
                handler.wfile.write(b"x" * step)
                if stop.wait(0.05):
                    return
        except OSError:
            pass

    try:
        with pytest.raises(transfers.Failed, match="sent less than 65,536 bytes in 0.3 s, 3 times"):
            fetch_until(fetch, slow, stop)
    finally:
        stop.set()


def fetch_until(fetch, page, stop):
    """Tell the server's threads to end before the server waits for them."""
    release = threading.Timer(5 * transfers.ATTEMPTS * STALL, stop.set)
    release.start()
    try:
        fetch(page)
    finally:
        release.cancel()


def test_nobody_listening_is_said_at_once(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/f"
        with pytest.raises(transfers.Failed, match="Cannot connect to host 127.0.0.1"):
            transfers.from_mirror(url, 10, tmp_path / "f", lambda count: None, STALL)


def test_a_host_that_does_not_answer_the_knock_is_left_at_once(tmp_path, monkeypatch):
    """A queue of connections that is full swallows the next one, as a firewall does."""
    monkeypatch.setattr(transfers, "CONNECT_SECONDS", 0.3)
    with contextlib.ExitStack() as open_sockets:
        full = open_sockets.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = open_sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/f"
        with pytest.raises(transfers.Failed, match="^no connection within 0.3 s$"):
            transfers.from_mirror(url, 10, tmp_path / "f", lambda count: None, STALL)


def test_a_server_that_does_not_speak_tls_is_said(tmp_path):
    with mirrors.serving({"f": mirrors.file(BODY)}) as mirror:
        url = mirror.url("f").replace("http:", "https:")
        with pytest.raises(transfers.Failed, match="(?i)ssl"):
            transfers.from_mirror(url, 10, tmp_path / "f", lambda count: None, STALL)


@pytest.mark.parametrize(
    ("certificate", "host"),
    [(servers.KNOWN, "localhost"), (servers.STRANGER, "127.0.0.1")],
    ids=["of another name", "vouched for by nobody"],
)
def test_a_server_without_a_certificate_of_its_name_that_somebody_vouches_for_is_asked_nothing(
    certificate, host, tmp_path, monkeypatch
):
    async def answer(request):
        return web.Response(body=BODY)

    def fetch(certificate, host):
        with servers.serving(answer, certificate) as server:
            url = f"https://{host}:{server.port}/f"
            try:
                transfers.from_mirror(url, len(BODY), tmp_path / "f", lambda count: None, STALL)
            finally:
                fetch.asked = server.asked

    servers.trust(monkeypatch)
    with pytest.raises(transfers.Failed, match="(?i)certificate"):
        fetch(certificate, host)
    assert fetch.asked == [] and not (tmp_path / "f").exists()
    fetch(servers.KNOWN, "127.0.0.1")
    assert (tmp_path / "f").read_bytes() == BODY


def test_a_full_disk_is_no_fault_of_the_servers(tmp_path):
    (tmp_path / "f").symlink_to("/dev/full")
    with mirrors.serving({"f": mirrors.file(BODY)}) as mirror, pytest.raises(OSError, match="No space left"):
        transfers.from_mirror(mirror.url("f"), len(BODY), tmp_path / "f", lambda count: None, STALL)


@pytest.fixture
def drive(tmp_path, monkeypatch):
    """Fetch a file of Google Drive's, whose host is a server here; return the bytes and the sum reported."""
    send = requests.adapters.HTTPAdapter.send

    def run(pages, key="abc"):
        with mirrors.serving(pages) as mirror:

            def here(self, request, **options):
                assert request.url.startswith("https://drive.google.com/")
                request.url = request.url.replace("https://drive.google.com", mirror.address)
                return send(self, request, **options)

            monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", here)
            reported = []
            transfers.from_drive(key, len(BODY), tmp_path / "f.drive", reported.append, STALL)
            run.mirror = mirror
        return (tmp_path / "f.drive").read_bytes(), sum(reported)

    return run


ATTACHED = {"Content_Type": "application/zip", "Content_Disposition": 'attachment; filename="img.zip"'}
QUOTA = (
    b'<html><title>Google Drive - Quota exceeded</title><p class="uc-error-caption">Sorry</p>'
    b'<p class="uc-error-subcaption">Too many users have viewed or downloaded this file recently.</p></html>'
)
WARNING = (
    b'<html><form id="download-form" action="https://drive.google.com/download" method="get">'
    b'<input type="hidden" name="id" value="abc"><input type="hidden" name="confirm" value="t"></form></html>'
)


def test_a_file_of_google_drives_comes_through_the_page_that_warns_of_its_size(drive):
    pages = {
        "uc": mirrors.answer(200, WARNING, Content_Type="text/html"),
        "download": mirrors.answer(200, BODY, **ATTACHED),
    }
    assert drive(pages) == (BODY, len(BODY))
    assert [path for path, _ in drive.mirror.requests] == ["/uc?id=abc", "/download?id=abc&confirm=t"]
    assert [agent.partition("/")[0] for agent in drive.mirror.agents] == ["Obverse"]


def test_a_spent_quota_is_explained(drive):
    with pytest.raises(transfers.Failed, match="quota of downloads is spent.*Too many users have viewed"):
        drive({"uc": mirrors.answer(200, QUOTA, Content_Type="text/html")})


def test_a_file_of_google_drives_of_another_length_is_not_kept(drive, tmp_path):
    with pytest.raises(transfers.Failed, match="sent 600,000 bytes where there should be 307,200"):
        drive({"uc": mirrors.answer(200, bytes(600_000), **ATTACHED)})
    assert list(tmp_path.iterdir()) == []
