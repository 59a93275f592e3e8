"""Pictures fetched from servers that nobody vouches for: politely, with every outcome a word.

Bodies are capped, nothing is unpacked, and no request carries more than the project's name. Where sockets may lead is
`connectors.py`'s to say, in which order URLs are asked for `schedule.py`'s.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import aiohttp
from yarl import URL

from obverse import transfers, waits
from obverse.connectors import BlockedAddress
from obverse.schedule import Schedule

OK = "ok"
# The other outcomes: http_3xx (a redirect to nowhere), http_4xx, http_5xx, http_other, redirects (too many), bad_url,
# dns, connect, tls, connection_lost, timeout, too_big, blocked_address

MAX_BYTES = 25_000_000
MAX_REDIRECTS = 5
RETRIES = 2  # of what may pass: time run out, 5xx, 429, a resolver that cannot say at present
BACKOFF_SECONDS = 1.0  # doubled each time, give or take half
LONGEST_WAIT_SECONDS = 60.0  # a server that asks for more is not asked again

_REDIRECTS = (301, 302, 303, 307, 308)
_TOO_MANY_REQUESTS, _UNAVAILABLE = 429, 503


class Times(NamedTuple):
    """How long a server may take, in seconds."""

    connect: float
    read: float  # between two pieces of an answer
    total: float  # one attempt, redirects included


class Answer(NamedTuple):
    """What came of one URL."""

    outcome: str
    http_code: int | None = None
    final_url: str | None = None  # who answered, where that is another
    attempts: int = 0
    reached: bool = True  # False: the URL's own host could not be
    body: bytes = b""  # empty unless the outcome is OK
    wait: float | None = None  # seconds after which the server wants to be asked again
    unsure: bool = False  # whether the name exists: the resolver could not say at present


Receive = Callable[[int, Answer], Awaitable[None]]  # place in the schedule; it tells the schedule `done`


def session(connector: aiohttp.TCPConnector, times: Times, contact: str) -> aiohttp.ClientSession:
    """Return what requests are made through; to be entered, it closes ``connector``."""
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=times.connect, sock_read=times.read),
        headers={"User-Agent": transfers.user_agent(contact), "Accept-Encoding": "identity"},
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def fetch(
    urls: list[str],
    schedule: Schedule,
    through: aiohttp.ClientSession,
    connections: int,
    total_seconds: float,
    receive: Receive,
) -> None:
    """Ask for the URLs that ``schedule`` hands out, ``connections`` at a time, and hand each answer to ``receive``."""

    async def work() -> None:
        # One that finds nothing to ask goes: whatever an answer makes free is for the one that got the answer.
        while (place := schedule.take()) is not None:
            await receive(place, await ask(through, urls[place], total_seconds))

    async with asyncio.TaskGroup() as workers:
        for _ in range(connections):
            workers.create_task(work())


async def answers(through: aiohttp.ClientSession, url: str, total_seconds: float) -> bool:
    """Return whether the server of ``url`` says anything, asked for no more than the head of its front page."""
    where = parse(url)
    try:
        async with asyncio.timeout(total_seconds), through.head(where.origin(), allow_redirects=False):
            return True
    except (aiohttp.ClientError, OSError, ValueError):  # a time that ran out is an OSError
        return False


def parse(url: str) -> URL | None:
    """Return ``url`` as it is spelt where that can be sent, else quoted (spaces, accents); None for no web address.

    Old lists hold doubly escaped addresses that only work unchanged.
    """
    try:
        parsed = _spelt(url)
        return parsed if parsed.scheme in ("http", "https") and parsed.host else None
    except (ValueError, TypeError, OverflowError):  # what a date of a hostile server leads to
        return None


def _spelt(url: str) -> URL:
    return URL(url, encoded=url.isascii() and url.isprintable() and " " not in url)


async def ask(session: aiohttp.ClientSession, url: str, total_seconds: float) -> Answer:
    """Return what ``url`` answers, asked at most 1 + `RETRIES` times."""
    where = parse(url)
    if where is None:
        return Answer("bad_url")
    for attempt in range(1, RETRIES + 2):
        answer = (await _attempt(session, where, total_seconds))._replace(attempts=attempt)
        may_pass = answer.unsure or answer.outcome in ("timeout", "http_5xx") or answer.http_code == _TOO_MANY_REQUESTS
        wait = waits.backoff(BACKOFF_SECONDS, attempt) if answer.wait is None else answer.wait
        if not may_pass or attempt > RETRIES or wait > LONGEST_WAIT_SECONDS:
            return answer
        await asyncio.sleep(wait)
    raise AssertionError("unreachable")


async def _attempt(session: aiohttp.ClientSession, url: URL, total_seconds: float) -> Answer:
    """Return what following ``url`` comes to, or the word for what it raised."""
    hops = [url]
    try:
        async with asyncio.timeout(total_seconds):
            answer = await _follow(session, hops)
    except aiohttp.ConnectionTimeoutError:
        answer = Answer("connect", reached=False)
    except TimeoutError:
        answer = Answer("timeout")
    except aiohttp.ClientConnectorDNSError as error:
        answer = Answer("dns", reached=False, unsure=error.os_error.errno == socket.EAI_AGAIN)
    except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError):
        answer = Answer("tls")
    except aiohttp.ClientConnectorError as error:
        blocked = isinstance(error.os_error, BlockedAddress)
        answer = Answer("blocked_address") if blocked else Answer("connect", reached=False)
    except ValueError:  # among them aiohttp's own for URLs, and those of names that cannot be encoded
        answer = Answer("bad_url")
    except (aiohttp.ClientError, OSError):
        answer = Answer("connection_lost")
    moved = len(hops) > 1
    return answer._replace(final_url=str(hops[-1]) if moved else None, reached=answer.reached or moved)


async def _follow(session: aiohttp.ClientSession, hops: list[URL]) -> Answer:
    """Return the answer at the end of the redirects that start at ``hops[0]``; each is added to ``hops``."""
    for _ in range(MAX_REDIRECTS + 1):
        async with session.get(hops[-1], allow_redirects=False) as response:
            location = response.headers.get("Location") if response.status in _REDIRECTS else None
            if location is None:
                return await _read(response)
        onward = hops[-1].join(_spelt(location))
        if onward.scheme not in ("http", "https") or not onward.host:
            return Answer("bad_url", response.status)
        hops.append(onward)
    return Answer("redirects", response.status)


async def _read(response: aiohttp.ClientResponse) -> Answer:
    code = response.status
    if code // 100 != 2:
        wait = (
            waits.retry_after(response.headers.get("Retry-After", ""))
            if code in (_TOO_MANY_REQUESTS, _UNAVAILABLE)
            else None
        )
        return Answer(f"http_{code // 100}xx" if code < 600 else "http_other", code, wait=wait)
    if (response.content_length or 0) > MAX_BYTES:
        return Answer("too_big", code)
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BYTES:
            return Answer("too_big", code)
    return Answer(OK, code, body=bytes(body))
