"""The web addresses that an auditor's endpoint may have, and what of them may be shown."""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import requests

from obverse.errors import UnusableInput

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_SHORTEST_KEY = 8  # characters: "v=1" in a query is no secret


class Address(NamedTuple):
    """An address that may be asked."""

    url: str  # as it is sent
    shown: str  # without its query, which may hold a key
    host: str
    loopback: bool  # on this machine
    keys: tuple[str, ...]  # what its query holds that may be a secret


def parse(url: str) -> Address:
    """Return what ``url`` is; raise `UnusableInput` unless it is https, or http on this machine, without a password."""
    sent = _sent(url)
    if sent is None:
        problem = "expected a web address, found none (it is not shown, for it may hold a key)"
        raise UnusableInput("url of the endpoint", problem, "Write it as https://host/path.")
    parts = urlsplit(sent)
    if "@" in parts.netloc:
        problem = "expected an address without a user or password, found one with"
        remedy = "Put the authorization into an environment variable, and name that."
        raise UnusableInput(f"{parts.scheme}://{parts.hostname}", problem, remedy)
    shown, loopback = f"{parts.scheme}://{parts.netloc}{parts.path}", _is_loopback(parts.hostname)
    if parts.scheme == "http" and not loopback:
        problem = "expected https, found http, by which others could read the pictures and the authorization"
        raise UnusableInput(shown, problem, "Ask it by https; http is for servers on this machine (127.0.0.1).")
    values = (value for _, value in parse_qsl(parts.query) if len(value) >= _SHORTEST_KEY)
    return Address(sent, shown, parts.hostname, loopback, (parts.query, *values))


def shown(url: str) -> str:
    """Return scheme, host, port and path of ``url``, of which a server may have made anything.

    Of a path too, what stands before an @ (a user's name, of an address that is written amiss) or after a semicolon
    (a session's number) is not shown. Raises `ValueError` for no address of a host.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("no host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port is None else f":{parts.port}"
    path = re.sub(r"[^/]*(?:@|%40)", "***@", parts.path.partition(";")[0], flags=re.IGNORECASE)
    return f"{parts.scheme}://{host}{port}{path}"


def _sent(url: str) -> str | None:
    """Return ``url`` as requests would send it, which is what is to be judged; None for no web address."""
    try:
        sent = requests.Request("POST", url).prepare().url if url.isprintable() and url == url.strip() else ""
        return sent if urlsplit(sent).scheme in ("http", "https") and urlsplit(sent).hostname else None
    except (requests.RequestException, ValueError):
        return None


def _is_loopback(host: str) -> bool:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return any(ip in network for network in _LOOPBACK)
