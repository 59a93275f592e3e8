"""Pictures fetched from servers that nobody vouches for: one attempt a URL, every outcome a word.

The addresses in FaceScrub's lists are old: lapsed domains have changed hands and some have served malware. So the guard
sits where it cannot be talked round, at the opening of each socket (after name resolution, on every redirect), bodies
are capped, nothing is unpacked, and no request carries more than the project's name.
"""

import asyncio
import ipaddress
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path

import aiohttp
import aiohttp.abc
from yarl import URL

from obverse import hosts

OK, NOT_IMAGE, HASH_MISMATCH = "ok", "not_image", "hash_mismatch"
# The other outcomes: http_4xx, http_5xx, dns, connect, tls, timeout, redirects, too_big, bad_url, blocked_address

MAX_BYTES = 25_000_000
MAX_REDIRECTS = 5
CONNECTIONS_PER_HOST = 2

_WEB_PORTS = (80, 443)
# Global according to `ipaddress`, yet they lead to addresses that are not: NAT64, 6to4 and its relays.
_TUNNELS = [ipaddress.ip_network(network) for network in ("64:ff9b::/96", "2002::/16", "192.88.99.0/24")]

Receive = Callable[[str, str, bytes], None]  # url, outcome, body (empty unless the outcome is OK)
Allowed = Callable[[str, int], bool]  # address, port


class BlockedAddress(PermissionError):
    """A connection to an address that no public picture lives at."""


def is_public(address: str, port: int) -> bool:
    """Return whether ``address`` is on the public internet and ``port`` is one of the web's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    tunnelled = any(ip.version == network.version and ip in network for network in _TUNNELS)
    return port in _WEB_PORTS and ip.is_global and not ip.is_multicast and not tunnelled


@asynccontextmanager
async def standin(archive: Path) -> AsyncIterator[aiohttp.TCPConnector]:
    """Yield a connector whose whole world is the stand-in's server."""
    async with hosts.serving(archive) as port:
        yield guarded(lambda *place: place == (hosts.LOOPBACK, port), hosts.Resolver(port))


@asynccontextmanager
async def internet() -> AsyncIterator[aiohttp.TCPConnector]:
    """Yield a connector to public addresses alone."""
    yield guarded(is_public, None)


def guarded(allowed: Allowed, resolver: aiohttp.abc.AbstractResolver | None) -> aiohttp.TCPConnector:
    """Return a connector that opens sockets to ``allowed`` addresses and ports alone; None resolves names as usual."""

    def open_socket(info: tuple) -> socket.socket:  # getaddrinfo's five fields
        family, kind, protocol, _, place = info
        if not allowed(place[0], place[1]):
            raise BlockedAddress("address not allowed")
        return socket.socket(family, kind, protocol)

    # `fetch` bounds connections itself: a request that waits here would use up its own time
    return aiohttp.TCPConnector(limit=0, resolver=resolver, socket_factory=open_socket)


async def fetch(
    urls: list[str], connector: aiohttp.TCPConnector, connections: int, timeout_seconds: float, receive: Receive
) -> None:
    """Fetch each URL once and hand its outcome to ``receive``, in no particular order."""
    per_host: dict[str | None, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(CONNECTIONS_PER_HOST))
    waiting = iter(_interleaved(urls))

    async def work(session: aiohttp.ClientSession) -> None:
        for url in waiting:
            where = _parse(url)
            if where is None:
                receive(url, "bad_url", b"")
                continue
            async with per_host[where.host]:
                receive(url, *await _outcome(_get(session, where)))

    async with (
        aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=timeout_seconds),
            headers={"User-Agent": _user_agent(), "Accept-Encoding": "identity"},
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session,
        asyncio.TaskGroup() as workers,
    ):
        for _ in range(connections):
            workers.create_task(work(session))


def _user_agent() -> str:
    try:
        return f"Obverse/{metadata.version('obverse')}"
    except metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return "Obverse"


def _interleaved(urls: list[str]) -> list[str]:
    """Return ``urls`` so that neighbours have different hosts: a person's pictures often share one."""
    seen: dict[str, int] = defaultdict(int)
    turns = []
    for url in urls:
        host = url.partition("//")[2].partition("/")[0]
        turns.append(seen[host])
        seen[host] += 1
    return [urls[i] for i in sorted(range(len(urls)), key=turns.__getitem__)]


def _parse(url: str) -> URL | None:
    """Return ``url`` as it is spelt where that can be sent, else quoted (spaces, accents); None for no web address.

    Old lists hold doubly escaped addresses that only work unchanged.
    """
    try:
        parsed = URL(url, encoded=url.isascii() and url.isprintable() and " " not in url)
        return parsed if parsed.scheme in ("http", "https") and parsed.host else None
    except ValueError:
        return None


async def _get(session: aiohttp.ClientSession, url: URL) -> tuple[str, bytes]:
    async with session.get(url, max_redirects=MAX_REDIRECTS) as response:
        if response.status >= 400:
            return f"http_{response.status // 100}xx", b""
        if (response.content_length or 0) > MAX_BYTES:
            return "too_big", b""
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MAX_BYTES:
                return "too_big", b""
        return OK, bytes(body)


async def _outcome(request: Awaitable[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return what ``request`` returns, or the word for what it raised."""
    try:
        return await request
    except TimeoutError:
        return "timeout", b""
    except aiohttp.TooManyRedirects:
        return "redirects", b""
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
        return "bad_url", b""
    except aiohttp.ClientConnectorDNSError:
        return "dns", b""
    except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError):
        return "tls", b""
    except aiohttp.ClientConnectorError as error:
        return ("blocked_address" if isinstance(error.os_error, BlockedAddress) else "connect"), b""
    except (aiohttp.ClientError, OSError):
        return "connect", b""
