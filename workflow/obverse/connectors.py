"""What the fetch may open a socket to.

The addresses in FaceScrub's lists are old: lapsed domains have changed hands and some have served malware. So the guard
sits where it cannot be talked round, at the opening of each socket: after name resolution, and on every redirect.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import aiohttp.abc

from obverse import hosts

_WEB_PORTS = (80, 443)
# Global according to `ipaddress`, yet they lead to addresses that are not: 6to4 and its relays.
# Documentation's second range is not yet known to every Python.
_TUNNELS = [ipaddress.ip_network(network) for network in ("2002::/16", "3fff::/20", "192.88.99.0/24")]
# All that is handed out of IPv6: embedded IPv4, NAT64 and site-local addresses lie outside.
_UNICAST = ipaddress.ip_network("2000::/3")
_NAMES_KEPT_SECONDS = 600

Allowed = Callable[[str, int], bool]  # address, port
Network = Callable[[], aiohttp.TCPConnector]  # each knows no name and holds no connection yet


class BlockedAddress(PermissionError):
    """A connection to an address that no public picture lives at."""


def is_public(address: str, port: int) -> bool:
    """Return whether ``address`` is on the public internet and ``port`` is one of the web's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.version == 6 and ip not in _UNICAST:
        return False
    tunnelled = any(ip.version == network.version and ip in network for network in _TUNNELS)
    return port in _WEB_PORTS and ip.is_global and not ip.is_multicast and not tunnelled


@asynccontextmanager
async def standin(archive: Path) -> AsyncIterator[Network]:
    """Yield the maker of connectors whose whole world is the stand-in's server."""
    async with hosts.serving(archive) as port:
        yield lambda: guarded(lambda *place: place == (hosts.LOOPBACK, port), hosts.Resolver(port))


@asynccontextmanager
async def internet(connections: int) -> AsyncIterator[Network]:
    """Yield the maker of connectors to public addresses alone."""
    # Names are looked up by threads, of which there are few: dead names, seconds each, would hold up the living.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(connections, "names"))
    yield lambda: guarded(is_public, None)


def guarded(allowed: Allowed, resolver: aiohttp.abc.AbstractResolver | None) -> aiohttp.TCPConnector:
    """Return a connector that opens sockets to ``allowed`` addresses and ports alone; None resolves names as usual."""

    def open_socket(info: tuple) -> socket.socket:  # getaddrinfo's five fields
        family, kind, protocol, _, place = info
        if not allowed(place[0], place[1]):
            raise BlockedAddress("address not allowed")
        return socket.socket(family, kind, protocol)

    # `download.fetch` bounds connections itself: a request that waits here would use up its own time
    return aiohttp.TCPConnector(
        limit=0, resolver=resolver, socket_factory=open_socket, ttl_dns_cache=_NAMES_KEPT_SECONDS
    )
