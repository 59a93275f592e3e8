"""One question put to an HTTP server, and what came of it, in words that give nothing of the question away.

Redirects are not followed, cookies not kept, certificates always checked. Proxies and authorities' certificates are
those of the environment (HTTPS_PROXY, REQUESTS_CA_BUNDLE), but ~/.netrc gives no password, and what is asked of this
machine itself passes no proxy.
"""

import http.client
import io
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import NamedTuple

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from obverse import waits

MAX_BYTES = 25_000_000
_BLOCK = 65_536
_TOO_MANY_REQUESTS, _UNAVAILABLE = 429, 503

logging.getLogger("urllib3").setLevel(logging.ERROR)  # what it logs below holds queries, and in these may be keys


class Answer(NamedTuple):
    """What a server said."""

    code: int
    body: bytes = b""  # of a redirect, and of what may pass (429, 5xx), not read
    location: str = ""  # where it sends one that asks
    wait: float | None = None  # seconds after which it wants to be asked again


class Failure(NamedTuple):
    """Why there is nothing to go on with: what was expected and found, and what to do."""

    problem: str
    remedy: str
    passing: bool  # it may do better when asked again


class _Authorization(AuthBase):
    """Sets the header, if there is one to set; that it is there at all keeps requests from looking into ~/.netrc."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._value:
            request.headers["Authorization"] = self._value
        return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find none: else requests prepares to follow, and for that reads the answer to its end, however long."""


class _Remaining(io.RawIOBase):
    """What a socket sends within the time it has for one piece: here, for all of them."""

    def __init__(self, sock: socket.socket, stream: io.BufferedReader) -> None:
        self._socket, self._stream = sock, stream
        self._until = time.monotonic() + sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)
        return self._stream.raw.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer, head and body, that must be whole in time: a server that drips is one that does not answer."""

    def __init__(self, sock: socket.socket, *arguments: object, **named: object) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp = io.BufferedReader(_Remaining(sock, self.fp))


class _Plain(HTTPConnection):
    response_class = _Response


class _Secure(HTTPSConnection):
    response_class = _Response


_TIMED = {HTTPConnection: _Plain, HTTPSConnection: _Secure}


class _Adapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *arguments: object, **named: object) -> HTTPConnectionPool:
        pool = super().get_connection_with_tls_context(*arguments, **named)
        pool.ConnectionCls = _TIMED.get(pool.ConnectionCls, pool.ConnectionCls)
        return pool


def session(authorization: str) -> requests.Session:
    """Return what one thread asks through; ``authorization`` is the header's value, "" for none."""
    through = _Session()
    through.auth = _Authorization(authorization)
    through.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    through.headers = {"User-Agent": "Obverse", "Accept": "application/json", "Accept-Encoding": "identity"}
    for scheme in ("http://", "https://"):
        through.mount(scheme, _Adapter())
    return through


def post(
    through: requests.Session, url: str, body: bytes, content_type: str, seconds: float, unproxied: str
) -> Answer | Failure:
    """Return what ``url`` answers to ``body``, or why it did not within ``seconds``; it is asked once.

    ``unproxied`` is a host that is asked directly, whatever the environment says of proxies; "" for none.
    """
    try:
        with through.post(
            url,
            data=body,
            headers={"Content-Type": content_type},
            timeout=Timeout(total=seconds),
            proxies={"no_proxy": unproxied} if unproxied else None,
            allow_redirects=False,
            stream=True,
        ) as response:
            return _read(response)
    except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        return _failure(error, seconds)


def _read(response: requests.Response) -> Answer | Failure:
    code = response.status_code
    if code // 100 == 3:
        return Answer(code, location=response.headers.get("Location", ""))
    if code // 100 == 5 or code == _TOO_MANY_REQUESTS:
        waiting = code in (_TOO_MANY_REQUESTS, _UNAVAILABLE)
        return Answer(code, wait=waits.retry_after(response.headers.get("Retry-After", "")) if waiting else None)
    body = bytearray()
    for block in response.iter_content(_BLOCK):
        body += block
        if len(body) > MAX_BYTES:
            problem = f"expected an answer of at most {MAX_BYTES:,} bytes, found a longer one"
            return Failure(problem, "Let it answer with the scores alone.", passing=False)
    return Answer(code, bytes(body))


def _failure(error: BaseException, seconds: float) -> Failure:
    """Return what went wrong without a word of requests' own, whose texts hold addresses and headers."""
    causes = list(_causes(error))
    if any(isinstance(cause, (TimeoutError, requests.Timeout)) for cause in causes):
        problem = f"expected a whole answer within {seconds:g} s, found none"
        return Failure(problem, "See whether it is up, or give it more time.", passing=True)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            problem = f"expected a certificate of its name that an authority vouches for, found {cause.verify_message}"
            remedy = "Nothing was sent. If your institute has an authority of its own, name it in REQUESTS_CA_BUNDLE."
            return Failure(problem, remedy, passing=False)
    told = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    reason = told[-1] if told else type(causes[-1]).__name__
    if isinstance(error, requests.RequestException) and not isinstance(error, ValueError):
        problem = f"expected an answer, found the connection broken or none to be had ({reason})"
        return Failure(problem, "See whether it is up, and reached from here.", passing=True)
    remedy = "Look at what the environment says of proxies and certificates (HTTPS_PROXY, REQUESTS_CA_BUNDLE)."
    return Failure(f"expected to send a request, found that it cannot be made ({reason})", remedy, passing=False)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
