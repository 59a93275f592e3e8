"""What the surroundings may and may not do to a question: certificates, proxies, ~/.netrc, cookies."""

import http.client
import logging

import pytest
from aiohttp import web

import servers
from obverse import exchanges
from obverse.exchanges import Answer, Failure


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def ok(request):
    return web.Response(text="yes", headers={"Set-Cookie": "a=b"})


def post(url, unproxied="", authorization="hush", times=1, seconds=20.0):
    with exchanges.session(authorization) as session:
        return [exchanges.post(session, url, b"png", "image/png", seconds, unproxied) for _ in range(times)]


def test_a_server_whose_certificate_an_authority_of_the_environment_vouches_for_is_asked(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(servers.KNOWN))
    with servers.serving(ok, servers.KNOWN) as server:
        assert post(f"https://127.0.0.1:{server.port}/x") == [Answer(200, b"yes")]
    assert server.requests[0].headers["Authorization"] == "hush"


@pytest.mark.parametrize(
    ("host", "certificate", "said"),
    [("127.0.0.1", servers.STRANGER, "self-signed certificate"), ("localhost", servers.KNOWN, "Hostname mismatch")],
)
def test_a_strangers_certificate_ends_it_before_anything_is_sent(host, certificate, said, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(servers.KNOWN))
    with servers.serving(ok, certificate) as server:
        (found,) = post(f"https://{host}:{server.port}/x?key=querykey")
    assert isinstance(found, Failure) and not found.passing and said in found.problem
    assert server.requests == [] and "querykey" not in str(found)


def test_without_the_environments_word_nobody_vouches_for_the_tests():
    with servers.serving(ok, servers.KNOWN) as server:
        (found,) = post(f"https://127.0.0.1:{server.port}/x")
    assert "expected a certificate" in found.problem and not found.passing and server.requests == []


def test_authorities_that_there_are_not_are_told(monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    (found,) = post("https://127.0.0.1:1/x")
    assert not found.passing and "REQUESTS_CA_BUNDLE" in found.remedy


def test_a_proxy_of_the_environment_is_asked_for_a_tunnel_and_told_no_more(monkeypatch):
    async def forbids(request):
        return web.Response(status=403, text="no")

    with servers.serving(forbids) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://anna:proxyword@127.0.0.1:{proxy.port}")
        (found,) = post("https://model.example/x?key=querykey")
    assert [request.method for request in proxy.requests] == ["CONNECT"]
    assert "Authorization" not in proxy.requests[0].headers and "querykey" not in proxy.requests[0].raw_path
    assert isinstance(found, Failure) and "proxyword" not in str(found) and "querykey" not in str(found)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_is_asked_of_this_machine_passes_no_proxy(host, monkeypatch):
    with servers.serving(ok) as proxy, servers.serving(ok) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(f"http://{host}:{server.port}/x", unproxied=host) == [Answer(200, b"yes")]
    assert proxy.requests == [] and len(server.requests) == 1


@pytest.mark.parametrize("authorization", ["", "hush"])
def test_netrc_gives_no_password(authorization, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("default login anna password netrcword\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with servers.serving(ok) as server:
        post(f"http://127.0.0.1:{server.port}/x", authorization=authorization)
    assert server.requests[0].headers.get("Authorization", "") == authorization


def test_cookies_are_not_kept_and_the_connection_is():
    peers = set()

    async def noted(request):
        peers.add(request.transport.get_extra_info("peername"))
        return await ok(request)

    with servers.serving(noted) as server:
        assert post(f"http://127.0.0.1:{server.port}/x", times=3) == [Answer(200, b"yes")] * 3
    assert len(peers) == 1 and len(server.requests) == 3
    assert all("Cookie" not in request.headers for request in server.requests)


def test_what_is_not_http_at_all_is_a_broken_connection():
    with servers.serving(ok, servers.KNOWN) as server:
        (found,) = post(f"http://127.0.0.1:{server.port}/x?key=querykey")
    assert isinstance(found, Failure) and found.passing and "the connection broken" in found.problem
    assert "querykey" not in str(found) and server.requests == []


def test_headers_that_cannot_be_read_are_not_logged_with_the_query(caplog):
    async def garbled(request):
        request.transport.write(b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 3\r\n\r\nyes")
        request.transport.close()
        return web.Response()

    caplog.set_level(logging.DEBUG)
    with servers.serving(garbled) as server:
        post(f"http://127.0.0.1:{server.port}/x?key=querykey")
    assert len(server.requests) == 1 and "querykey" not in caplog.text


def test_an_error_of_the_protocol_is_a_failure_and_not_raised():
    async def odd(request):
        request.transport.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * (http.client._MAXHEADERS + 1) + b"\r\n")
        request.transport.close()
        return web.Response()

    with servers.serving(odd) as server:
        (found,) = post(f"http://127.0.0.1:{server.port}/x")
    assert isinstance(found, Failure) and found.passing and len(server.requests) == 1
