"""Asking servers that nobody vouches for, over real sockets."""

import asyncio
import gzip
import socket
import time

import pytest
from aiohttp import web

import servers
from obverse import download, transfers
from obverse.download import Answer
from obverse.schedule import Schedule

TIMES = download.Times(connect=5.0, read=5.0, total=5.0)


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(download, "BACKOFF_SECONDS", 0.01)


def fetch(urls, pages, times=TIMES, connections=4, contact=""):
    """Fetch ``urls`` from a web whose only handler is ``pages``; return answers by URL, and the requests."""
    answers = {}
    schedule = Schedule([download.parse(url).host if download.parse(url) else "" for url in urls])

    async def receive(place, answer):
        answers[urls[place]] = answer
        schedule.done(place, answer.reached)

    with servers.serving(pages) as server:

        async def run():
            async with download.session(servers.connector(server.port), times, contact) as session:
                await download.fetch(urls, schedule, session, connections, times.total, receive)

        asyncio.run(run())
    return answers, server.requests


async def ok(request):
    return web.Response(body=b"picture")


def test_a_body_comes_as_it_is_served_and_the_request_says_who_asks_and_no_more():
    async def packed(request):
        return web.Response(body=gzip.compress(b"bomb"), headers={"Content-Encoding": "gzip", "Set-Cookie": "a=b"})

    answers, requests = fetch(["http://a.example/x", "http://a.example/y"], packed, connections=1, contact="me@b.org")
    for answer in answers.values():
        assert answer.outcome == "ok" and gzip.decompress(answer.body) == b"bomb" and answer.http_code == 200
    for request in requests:
        agent = request.headers["User-Agent"]
        assert agent.startswith("Obverse") and "research data set" in agent and "me@b.org" in agent
        assert request.headers["Accept-Encoding"] == "identity"
        assert "Referer" not in request.headers and "Cookie" not in request.headers
    assert "; " not in transfers.user_agent("")


@pytest.mark.parametrize(
    ("code", "outcome", "attempts"),
    [(404, "http_4xx", 1), (410, "http_4xx", 1), (500, "http_5xx", 3), (429, "http_4xx", 3), (304, "http_3xx", 1)],
)
def test_an_error_is_named_by_its_hundred_and_asked_again_where_it_may_pass(code, outcome, attempts):
    async def fail(request):
        return web.Response(status=code)

    answers, requests = fetch(["http://a.example/x"], fail)
    assert answers == {"http://a.example/x": Answer(outcome, code, attempts=attempts)}
    assert len(requests) == attempts


@pytest.mark.parametrize("code", [500, 502, 429])
def test_a_server_that_recovers_gives_its_picture(code):
    async def recover(request, seen=[]):  # noqa: B006
        seen.append(code)
        return web.Response(status=code) if seen.count(code) == 1 else web.Response(body=b"picture")

    answers, _ = fetch(["http://a.example/x"], recover)
    assert answers["http://a.example/x"] == Answer("ok", 200, attempts=2, body=b"picture")


@pytest.mark.parametrize(("wait", "asked"), [("1", 2), ("61", 1), ("999999999999", 1)])
def test_the_time_a_server_asks_for_is_kept_and_one_that_asks_for_too_much_is_left(wait, asked):
    times = []

    async def busy(request):
        times.append(time.monotonic())
        if len(times) == 1:
            return web.Response(status=429, headers={"Retry-After": wait})
        return web.Response(body=b"picture")

    answers, _ = fetch(["http://a.example/x"], busy)
    assert len(times) == asked and answers["http://a.example/x"].attempts == asked
    if asked == 2:
        assert times[1] - times[0] >= 1


@pytest.mark.parametrize("stated", [True, False])
def test_a_body_beyond_the_cap_is_cut_off_whether_its_length_is_stated_or_not(monkeypatch, stated):
    monkeypatch.setattr(download, "MAX_BYTES", 1000)

    async def flood(request):
        if stated:
            return web.Response(body=b"x" * 1001)
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 400)
        except ConnectionError:
            return response

    answers, _ = fetch(["http://a.example/x"], flood)
    assert answers["http://a.example/x"] == Answer("too_big", 200, attempts=1)
    monkeypatch.setattr(download, "MAX_BYTES", 7)
    assert fetch(["http://a.example/x"], ok)[0]["http://a.example/x"].body == b"picture"


@pytest.mark.parametrize("times", [TIMES._replace(total=0.2), TIMES._replace(read=0.2)], ids=["total", "read"])
def test_a_server_that_drips_is_left_when_the_time_is_up_and_tried_twice_more(times):
    async def drip(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await asyncio.sleep(30)

    answers, requests = fetch(["http://a.example/x"], drip, times)
    assert answers["http://a.example/x"] == Answer("timeout", attempts=3) and len(requests) == 3


def test_a_body_that_ends_before_its_stated_length_is_no_answer():
    async def cut(request):
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 10)
        request.transport.close()
        return response

    assert fetch(["http://a.example/x"], cut)[0]["http://a.example/x"].outcome == "connection_lost"


async def redirect(request):
    """``/to?url=…`` leads there; ``/N`` leads to N - 1, and 0 is the end."""
    if request.path == "/to":
        return web.Response(status=302, headers={"Location": request.query["url"]})
    left = int(request.path[1:])
    return web.Response(status=302, headers={"Location": f"/{left - 1}"}) if left else web.Response(body=b"here")


def test_redirects_are_followed_five_times_and_only_to_the_web():
    answers, _ = fetch(["http://a.example/5", "http://a.example/6"], redirect)
    assert answers["http://a.example/5"] == Answer("ok", 200, "http://a.example/0", 1, body=b"here")
    assert answers["http://a.example/6"].outcome == "redirects"
    urls = [f"http://a.example/to?url={url}" for url in ("file:///etc/passwd", "ftp://a.example/x", "//[")]
    answers, _ = fetch(urls, redirect)
    assert {answer.outcome for answer in answers.values()} == {"bad_url"}


def test_a_redirect_to_a_dead_host_is_no_failure_of_the_one_that_redirects():
    url = "http://a.example/to?url=http://refused.example/x"
    answer = fetch([url], redirect)[0][url]
    assert (answer.outcome, answer.reached, answer.final_url) == ("connect", True, "http://refused.example/x")


def test_a_name_that_does_not_resolve_a_closed_port_and_a_broken_handshake_are_told_apart():
    urls = ["http://lost.example/x", "http://refused.example/x", "https://a.example/x"]
    answers, requests = fetch(urls, ok)  # the server speaks no TLS
    assert [answers[url] for url in urls] == [
        Answer("dns", attempts=1, reached=False),
        Answer("connect", attempts=1, reached=False),
        Answer("tls", attempts=1),
    ]


def test_a_resolver_that_cannot_say_at_present_is_asked_again(monkeypatch):
    resolve, looked_up = servers.Resolver.resolve, []

    async def falter(self, host, port=0, family=0):
        looked_up.append(host)
        if host == "mute.example" or looked_up.count(host) == 1:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return await resolve(self, host, port, family)

    monkeypatch.setattr(servers.Resolver, "resolve", falter)
    answers, _ = fetch(["http://a.example/x", "http://mute.example/x"], ok)
    assert answers["http://a.example/x"] == Answer("ok", 200, attempts=2, body=b"picture")
    assert answers["http://mute.example/x"] == Answer("dns", attempts=3, reached=False, unsure=True)
    assert looked_up.count("mute.example") == 3


def test_whether_a_server_answers_costs_it_no_page():
    async def run(port, url):
        async with download.session(servers.connector(port), TIMES, "") as session:
            return await download.answers(session, url, TIMES.total)

    with servers.serving(ok) as server:
        assert asyncio.run(run(server.port, "http://a.example/x.jpg?y"))
        assert not asyncio.run(run(server.port, "http://lost.example/x.jpg"))
        assert not asyncio.run(run(server.port, "http://refused.example/x.jpg"))
    assert [request.raw_path for request in server.heads] == ["/"] and server.asked == []


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://a.example/b%2520c.jpg?d=%7E", "/b%2520c.jpg?d=%7E"),
        ("http://a.example/b c.jpg", "/b%20c.jpg"),
        ("http://a.example/é.jpg", "/%C3%A9.jpg"),
    ],
)
def test_an_escaped_url_is_sent_as_it_stands_and_any_other_is_quoted(url, sent):
    answers, requests = fetch([url], ok)
    assert answers[url].body == b"picture" and requests[0].raw_path == sent


@pytest.mark.parametrize(
    "url", ["ftp://a.example/x", "/etc/passwd", "http://", "http://[::1/x", f"http://{'a' * 64}.b/"]
)
def test_what_is_no_web_address_is_never_asked(url):
    answers, requests = fetch([url], ok)
    assert answers[url].outcome in ("bad_url", "dns") and not requests


def test_a_cookie_is_not_given_back_even_on_the_way_of_a_redirect():
    async def tempt(request):
        if request.path == "/first":
            return web.Response(status=302, headers={"Location": "/second", "Set-Cookie": "a=b"})
        return web.Response(body=b"picture")

    _, requests = fetch(["http://a.example/first"], tempt)
    assert [("Cookie" in request.headers) for request in requests] == [False, False]


def test_no_more_connections_are_opened_than_allowed():
    now, most = [0], [0]

    async def slow(request):
        now[0] += 1
        most[0] = max(most[0], now[0])
        await asyncio.sleep(0.01)
        now[0] -= 1
        return web.Response(body=b"x")

    answers, _ = fetch([f"http://h{number}.example/" for number in range(20)], slow, connections=3)
    assert len(answers) == 20 and most == [3]


def test_an_error_in_what_receives_ends_the_fetch():
    async def receive(place, answer):
        raise LookupError("full")

    async def run(port):
        schedule = Schedule(["a.example"] * 3)
        async with download.session(servers.connector(port), TIMES, "") as session:
            await download.fetch(["http://a.example/x"] * 3, schedule, session, 2, TIMES.total, receive)

    with servers.serving(ok) as server, pytest.raises(ExceptionGroup) as raised:
        asyncio.run(run(server.port))
    assert raised.group_contains(LookupError)
