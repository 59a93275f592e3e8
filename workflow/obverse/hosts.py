"""The stand-in's web: every fictitious host answered from one archive by one server on the loopback interface.

A member ``host/path`` of the archive is what that host serves at that path; whatever has no member is a 404.
"""

import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp.abc
from aiohttp import web

from obverse import archives

LOOPBACK = "127.0.0.1"


class Resolver(aiohttp.abc.AbstractResolver):
    """Resolves every name to one address and port, so that URLs without a port reach the stand-in's server."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        """Return the server's address, whatever ``host`` and ``port`` are."""
        return [
            {"hostname": host, "host": LOOPBACK, "port": self._port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        ]

    async def close(self) -> None:
        """Hold nothing, so close nothing."""


@contextlib.asynccontextmanager
async def serving(archive: Path) -> AsyncIterator[int]:
    """Serve ``archive`` on a free loopback port while the block runs; yield the port."""
    with archives.reading(archive) as pages:

        async def answer(request: web.BaseRequest) -> web.Response:
            try:
                return web.Response(body=pages.read(request.host.partition(":")[0] + request.path))
            except KeyError:
                return web.Response(status=404, text="no such picture")

        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        try:
            site = web.TCPSite(runner, LOOPBACK, 0)
            await site.start()
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()
