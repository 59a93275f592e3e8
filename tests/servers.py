"""A web of one loopback server, for what fetches: it remembers who was asked for what.

Run as a program it is the fetch stage in that web, to be killed: ``servers.py PORT FACES_A_SHARD MOST_BYTES STOP …``.
At STOP (``module:name:n``, the n-th call of a function; or "") it says "here" and waits. Its last words are the peak of
its memory in bytes.
"""

import asyncio
import atexit
import contextlib
import importlib
import resource
import ssl
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from obverse import cli, connectors, hosts, shards
from obverse.fetch_facescrub import fetch_facescrub

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
CLOSED = 1  # a port that nothing listens on
KNOWN, STRANGER = (Path(__file__).parent / "tls" / name for name in ("known.pem", "stranger.pem"))  # of the same names


class Resolver(hosts.Resolver):
    """Leads ``*.example`` to the server, ``refused*`` to a closed port, ``lost*`` nowhere, and asks the system last."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list:
        if host.startswith("lost"):
            raise OSError("no such name")
        if host.startswith("refused"):
            return await hosts.Resolver(CLOSED).resolve(host, port, family)
        if host.endswith(".example"):
            return await super().resolve(host, port, family)
        return await aiohttp.ThreadedResolver().resolve(host, port, family)


def connector(port: int) -> aiohttp.TCPConnector:
    """Return a connector to public addresses and, the only exception, the server."""
    ours = [(hosts.LOOPBACK, port), (hosts.LOOPBACK, CLOSED)]
    return connectors.guarded(lambda *place: place in ours or connectors.is_public(*place), Resolver(port))


@contextlib.asynccontextmanager
async def web_of(port: int) -> AsyncIterator[connectors.Network]:
    """Yield the maker of connectors, as `connectors.internet` does."""
    yield lambda: connector(port)


@dataclass
class Server:
    """What was asked, as host and path, in order; and the requests themselves, those for no more than a head apart."""

    port: int = 0
    requests: list[web.BaseRequest] = field(default_factory=list)
    heads: list[web.BaseRequest] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        return [request.host.partition(":")[0] + request.raw_path for request in self.requests]


def trust(patch: pytest.MonkeyPatch) -> None:
    """Let aiohttp take `KNOWN` for the certificate of an authority, as it takes those of the system."""
    patch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=KNOWN))


@contextlib.contextmanager
def serving(answer: Answer, certificate: Path | None = None) -> Iterator[Server]:
    """Serve ``answer`` on a free loopback port, in a thread of its own, while the block runs; by TLS if it can."""
    server, started, ended = Server(), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
    if tls:
        tls.load_cert_chain(certificate)

    async def noted(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "HEAD":
            server.heads.append(request)
            return web.Response()
        server.requests.append(request)
        return await answer(request)

    async def run() -> None:
        runner = web.ServerRunner(web.Server(noted, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, hosts.LOOPBACK, 0, ssl_context=tls).start()
        server.port = runner.addresses[0][1]
        loops.append(asyncio.get_running_loop())
        started.set()
        await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    started.wait()
    try:
        yield server
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join()


def stop_at(place: str) -> None:
    """Let the n-th call of a function wait to be killed; ``place`` is ``module:name:n``."""
    module, name, number = place.split(":")
    *above, last = name.split(".")
    owner = importlib.import_module(module)
    for part in above:
        owner = getattr(owner, part)
    call, left = getattr(owner, last), [int(number)]

    def waiting(*arguments: object, **named: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            print("here", flush=True)
            time.sleep(600)
        return call(*arguments, **named)

    setattr(owner, last, waiting)


def peak() -> int:
    """Return the most memory this process has held, in bytes."""
    told = Path("/proc/self/status").read_text()
    return 1024 * int(told.split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    port, faces, most = map(int, sys.argv[1:4])
    atexit.register(lambda: print(peak()))
    if sys.argv[4]:
        stop_at(sys.argv[4])
    shards.FACES = faces
    connectors.internet = lambda connections: web_of(port)
    if most:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    sys.argv[1:] = sys.argv[5:]
    cli.run(fetch_facescrub)
