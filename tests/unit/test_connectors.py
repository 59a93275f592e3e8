"""What the fetch may open a socket to."""

import asyncio

import pytest
from aiohttp import web

import servers
from obverse import archives, connectors, download
from obverse.schedule import Schedule

TIMES = download.Times(connect=5.0, read=5.0, total=5.0)


async def outcomes(urls, connector):
    """Return what each URL comes to through a connector."""
    found = {}
    schedule = Schedule(["" for _ in urls])

    async def receive(place, answer):
        found[urls[place]] = answer.outcome
        schedule.done(place, True)

    async with download.session(connector, TIMES, "") as session:
        await download.fetch(urls, schedule, session, 2, TIMES.total, receive)
    return found


def test_the_internet_connector_reaches_no_server_on_this_machine_or_its_network():
    async def answer(request):
        return web.Response(body=b"secret")

    async def run(port):
        names = ["127.0.0.1", "localhost", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"]
        urls = [f"http://{name}:{port}/x" for name in names] + ["http://10.1.2.3/x", "http://[fe80::1]/x"]
        async with connectors.internet(2) as connect:
            return await outcomes(urls, connect())

    with servers.serving(answer) as server:
        found = asyncio.run(run(server.port))
    assert server.asked == [] and set(found.values()) <= {"blocked_address", "dns", "bad_url"}
    assert sum(outcome == "blocked_address" for outcome in found.values()) >= 6


@pytest.mark.parametrize(
    ("certificate", "host", "outcome"),
    [
        (servers.KNOWN, "known.example", "ok"),
        (servers.KNOWN, "other.example", "tls"),
        (servers.STRANGER, "known.example", "tls"),
    ],
    ids=["vouched for", "of another name", "vouched for by nobody"],
)
def test_a_server_shows_a_certificate_of_its_name_that_somebody_vouches_for_or_is_asked_nothing(
    certificate, host, outcome, monkeypatch
):
    async def answer(request):
        return web.Response(body=b"picture")

    async def run(port):
        return await outcomes([url], servers.connector(port))

    servers.trust(monkeypatch)
    url = f"https://{host}/x.jpg"
    with servers.serving(answer, certificate) as server:
        assert asyncio.run(run(server.port)) == {url: outcome}
    assert len(server.asked) == (outcome == "ok")


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
        ("64:ff9b:1::7f00:1", 80, False),
        ("::127.0.0.1", 80, False),
        ("::ffff:0:7f00:1", 80, False),
        ("fec0::1", 80, False),
        ("5f00::1", 80, False),
        ("3fff::1", 80, False),
        ("2002:7f00:1::", 80, False),
    ],
)
def test_only_public_addresses_and_the_ports_of_the_web_are_allowed(address, port, public):
    assert connectors.is_public(address, port) is public


def test_the_stand_in_answers_every_host_from_its_archive_and_nothing_else_is_reached(tmp_path):
    archives.write(tmp_path / "hosts.zip", [("a.example/x.jpg", b"a"), ("b.example/d e/x.jpg", b"b")])
    urls = {
        "http://a.example/x.jpg": "ok",
        "http://b.example/d%20e/x.jpg": "ok",
        "http://b.example/x.jpg": "http_4xx",
        "http://127.0.0.1/x": "blocked_address",
    }

    async def run():
        async with connectors.standin(tmp_path / "hosts.zip") as connect:
            return await outcomes(list(urls), connect())

    assert asyncio.run(run()) == urls
