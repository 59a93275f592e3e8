"""Fetching from servers that nobody vouches for, over real sockets."""

import asyncio
import gzip

import pytest
from aiohttp import web

from obverse import archives, download, hosts


def _fetch(urls, pages, timeout_seconds=5.0, connections=4):
    """Fetch ``urls`` with every name leading to one server whose handler is ``pages``; return outcomes and requests."""
    outcomes, requests = {}, []

    async def answer(request):
        requests.append(request)
        return await pages(request)

    async def run():
        runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, hosts.LOOPBACK, 0).start()
            port = runner.addresses[0][1]
            connector = download.guarded(lambda *place: place[1] == port, hosts.Resolver(port))
            addresses = [url.replace("PORT", str(port)) for url in urls]
            arrived = {}
            await download.fetch(
                addresses, connector, connections, timeout_seconds, lambda url, *outcome: arrived.update({url: outcome})
            )
            outcomes.update({url: arrived[address] for url, address in zip(urls, addresses, strict=True)})
        finally:
            await runner.cleanup()

    asyncio.run(run())
    return outcomes, requests


async def _ok(request):
    return web.Response(body=b"picture")


def test_a_body_comes_as_it_is_served_and_the_request_names_the_project_alone():
    async def packed(request):
        return web.Response(body=gzip.compress(b"bomb"), headers={"Content-Encoding": "gzip", "Set-Cookie": "a=b"})

    outcomes, requests = _fetch(["http://a.example/x", "http://a.example/y"], packed, connections=1)
    for outcome, body in outcomes.values():
        assert outcome == "ok" and gzip.decompress(body) == b"bomb"
    for request in requests:
        assert request.headers["User-Agent"].startswith("Obverse")
        assert request.headers["Accept-Encoding"] == "identity"
        assert "Referer" not in request.headers and "Cookie" not in request.headers


@pytest.mark.parametrize(("code", "outcome"), [(404, "http_4xx"), (410, "http_4xx"), (500, "http_5xx")])
def test_an_error_status_is_named_by_its_hundred(code, outcome):
    async def fail(request):
        return web.Response(status=code, text="sorry")

    assert _fetch(["http://a.example/x"], fail)[0] == {"http://a.example/x": (outcome, b"")}


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

    assert _fetch(["http://a.example/x"], flood)[0] == {"http://a.example/x": ("too_big", b"")}
    monkeypatch.setattr(download, "MAX_BYTES", 7)
    assert _fetch(["http://a.example/x"], _ok)[0] == {"http://a.example/x": ("ok", b"picture")}


def test_a_server_that_drips_is_left_when_the_time_is_up():
    async def drip(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await asyncio.sleep(30)

    assert _fetch(["http://a.example/x"], drip, timeout_seconds=0.2)[0] == {"http://a.example/x": ("timeout", b"")}


def test_redirects_are_followed_five_times_and_only_to_the_web():
    async def around(request):
        if request.path.startswith("/to"):
            return web.Response(status=302, headers={"Location": request.query["url"]})
        left = int(request.path[1:])
        return web.Response(status=302, headers={"Location": f"/{left - 1}"}) if left else web.Response(body=b"here")

    to_file = "http://a.example/to?url=file:///etc/passwd"
    outcomes, _ = _fetch(["http://a.example/4", "http://a.example/9", to_file], around)
    assert outcomes["http://a.example/4"] == ("ok", b"here")
    assert outcomes["http://a.example/9"] == ("redirects", b"")
    assert outcomes[to_file] == ("bad_url", b"")


def test_a_redirect_to_an_address_that_is_not_allowed_is_blocked_at_its_socket():
    async def inward(request):
        return web.Response(status=302, headers={"Location": request.query["url"]})

    urls = [
        f"http://a.example/x?url=http://{place}/" for place in ("127.0.0.1:9", "10.0.0.1", "[::1]", "169.254.169.254")
    ]
    outcomes, requests = _fetch(urls, inward)
    assert set(outcomes.values()) == {("blocked_address", b"")} and len(requests) == len(urls)


def test_the_internet_connector_reaches_no_server_on_this_machine_or_its_network():
    outcomes, seen = {}, []

    async def run():
        async def answer(request):
            seen.append(request)
            return web.Response(body=b"secret")

        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        try:
            await web.TCPSite(runner, hosts.LOOPBACK, 0).start()
            port = runner.addresses[0][1]
            names = ["127.0.0.1", "localhost", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
            urls = [f"http://{name}:{port}/x" for name in names] + ["http://10.1.2.3/x", "http://[fe80::1]/x"]
            async with download.internet() as connector:
                await download.fetch(urls, connector, 2, 5.0, lambda url, *outcome: outcomes.update({url: outcome}))
        finally:
            await runner.cleanup()

    asyncio.run(run())
    assert not seen and {outcome for outcome, _ in outcomes.values()} <= {"blocked_address", "dns", "bad_url"}
    assert sum(outcome == "blocked_address" for outcome, _ in outcomes.values()) >= 6


@pytest.mark.parametrize(
    ("address", "port", "public"),
    [
        ("93.184.215.14", 80, True),
        ("93.184.215.14", 443, True),
        ("93.184.215.14", 22, False),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", 443, True),
        ("127.0.0.1", 80, False),
        ("10.0.0.1", 80, False),
        ("172.16.0.1", 80, False),
        ("192.168.1.1", 80, False),
        ("169.254.169.254", 80, False),
        ("100.64.0.1", 80, False),
        ("0.0.0.0", 80, False),
        ("224.0.0.1", 80, False),
        ("255.255.255.255", 80, False),
        ("192.88.99.1", 80, False),
        ("::1", 80, False),
        ("::", 80, False),
        ("fe80::1%eth0", 80, False),
        ("fc00::1", 80, False),
        ("ff02::1", 80, False),
        ("::ffff:127.0.0.1", 80, False),
        ("::ffff:93.184.215.14", 80, True),
        ("64:ff9b::7f00:1", 80, False),
        ("2002:7f00:1::", 80, False),
    ],
)
def test_only_public_addresses_and_the_ports_of_the_web_are_allowed(address, port, public):
    assert download.is_public(address, port) is public


def test_a_name_that_does_not_resolve_and_a_closed_port_are_told_apart():
    class Nowhere(hosts.Resolver):
        async def resolve(self, host, port=0, family=0):
            if host == "lost.example":
                raise OSError("no such name")
            return await super().resolve(host, port)

    outcomes = {}

    async def run():
        connector = download.guarded(lambda *place: True, Nowhere(1))  # nothing listens on port 1
        urls = ["http://lost.example/x", "http://closed.example/x"]
        await download.fetch(urls, connector, 2, 5.0, lambda url, *outcome: outcomes.update({url: outcome}))

    asyncio.run(run())
    assert outcomes == {"http://lost.example/x": ("dns", b""), "http://closed.example/x": ("connect", b"")}


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://a.example/b%2520c.jpg?d=%7E", "/b%2520c.jpg?d=%7E"),
        ("http://a.example/b c.jpg", "/b%20c.jpg"),
        ("http://a.example/é.jpg", "/%C3%A9.jpg"),
    ],
)
def test_an_escaped_url_is_sent_as_it_stands_and_any_other_is_quoted(url, sent):
    outcomes, requests = _fetch([url], _ok)
    assert outcomes[url] == ("ok", b"picture") and requests[0].raw_path == sent


@pytest.mark.parametrize("url", ["ftp://a.example/x", "/etc/passwd", "http://", "http://[::1/x"])
def test_what_is_no_web_address_is_never_asked(url):
    outcomes, requests = _fetch([url], _ok)
    assert outcomes[url] == ("bad_url", b"") and not requests


def test_a_host_is_asked_for_two_pictures_at_a_time_and_hosts_take_turns():
    now, most, order = {}, {}, []

    async def slow(request):
        order.append(request.host)
        now[request.host] = now.get(request.host, 0) + 1
        most[request.host] = max(most.get(request.host, 0), now[request.host])
        await asyncio.sleep(0.01)
        now[request.host] -= 1
        return web.Response(body=b"x")

    urls = [f"http://{host}.example/{number}" for host in "ab" for number in range(6)]
    outcomes, _ = _fetch(urls, slow, connections=8)
    assert len(outcomes) == 12 and most == {"a.example": 2, "b.example": 2}
    assert set(order[:2]) == {"a.example", "b.example"}


def test_the_stand_in_answers_every_host_from_its_archive(tmp_path):
    archives.write(tmp_path / "hosts.zip", [("a.example/x.jpg", b"a"), ("b.example/d e/x.jpg", b"b")])
    outcomes = {}

    async def run():
        urls = [
            "http://a.example/x.jpg",
            "http://b.example/d%20e/x.jpg",
            "http://b.example/x.jpg",
            "http://127.0.0.1/x",
        ]
        async with download.standin(tmp_path / "hosts.zip") as connector:
            await download.fetch(urls, connector, 2, 5.0, lambda url, *outcome: outcomes.update({url: outcome}))

    asyncio.run(run())
    assert list(dict(sorted(outcomes.items())).values()) == [
        ("blocked_address", b""),
        ("ok", b"a"),
        ("ok", b"b"),
        ("http_4xx", b""),
    ]
