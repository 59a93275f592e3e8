"""The web addresses that an auditor's endpoint may have, and what of them may be shown.

`{NAME}` in the query of one is the value of that environment variable. So a key need not stand in the configuration,
which Snakemake writes into its log with the command of a job that fails.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

import requests

from obverse.errors import UnusableInput

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_SHORTEST_KEY = 8  # characters: "v=1" in a query is no secret, unless it is called as one
_KEYS_NAME = re.compile("key|token|secret|pass|auth|sig|code|cred", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z_0-9]*)\}")


class Address(NamedTuple):
    """An address that may be asked."""

    url: str  # as it is sent
    shown: str  # scheme, host, port and path, without its query, which may hold a key
    host: str
    loopback: bool  # on this machine
    keys: tuple[str, ...]  # what its query holds that may be a secret


def parse(url: str) -> Address:
    """Return what ``url`` is, its placeholders filled.

    Raises `UnusableInput` unless it is https, or http on this machine, without a password, and for an environment
    variable that is not set.
    """
    where = _parsed(_filled(url, lambda name: "")).shown
    values = {name: _value(where, name) for name in _PLACEHOLDER.findall(url.partition("?")[2])}
    address = _parsed(_filled(url, lambda name: quote(values[name], safe="", errors="surrogateescape")))
    return address._replace(keys=(*address.keys, *values.values()))


def contradictions(config: dict) -> Iterator[tuple[str, str, str]]:
    """Yield what cannot be the address of an endpoint, or may give a key away: which key, what is wrong, what to do.

    Nothing of the environment is asked for: what only plans a run need not hold the keys.
    """
    for name, chosen in config["asked"].items():
        url = chosen.get("endpoint", {}).get("url")
        if url is None:
            continue
        where = f"asked.{name}.endpoint.url"
        try:
            written = _parsed(_filled(url, lambda variable: ""))
        except UnusableInput as error:
            yield where, error.problem, error.remedy
            continue
        if _secrets(urlsplit(written.url)):
            problem = f"after {written.shown} stands what may be a key, as it is (not shown), and would stand in logs"
            remedy = "Write it as ?name={NAME}, and set the environment variable NAME to it."
            yield where, problem, remedy


def _filled(url: str, value: Callable[[str], str]) -> str:
    """Return ``url`` with each variable that its query names replaced by its ``value``."""
    place, mark, query = url.partition("?")
    return place + mark + _PLACEHOLDER.sub(lambda found: value(found[1]), query)


def _value(where: str, name: str) -> str:
    value = os.environ.get(name, "")
    if not value.strip():
        problem = (
            f"expected what stands in the url's query in the environment variable {name}, found it empty or not set"
        )
        raise UnusableInput(where, problem, f'Set it, as in: export {name}="…"')
    return value


def _parsed(url: str) -> Address:
    sent = _sent(url)
    if sent is None:
        problem = "expected a web address, found none (it is not shown, for it may hold a key)"
        raise UnusableInput("url of the endpoint", problem, "Write it as https://host/path.")
    parts = urlsplit(sent)
    if "@" in parts.netloc:
        problem = "expected an address without a user or password, found one with"
        remedy = (
            "Take them out, name an environment variable as authorization, and set that: "
            """export NAME="Basic $(printf %s 'user:password' | base64)\"."""
        )
        raise UnusableInput(f"{parts.scheme}://{parts.hostname}", problem, remedy)
    loopback = _is_loopback(parts.hostname)
    if parts.scheme == "http" and not loopback:
        problem = "expected https, found http, by which others could read the pictures and the authorization"
        raise UnusableInput(shown(sent), problem, "Ask it by https; http is for servers on this machine (127.0.0.1).")
    return Address(sent, shown(sent), parts.hostname, loopback, (parts.query, *_secrets(parts)))


def _secrets(parts: SplitResult) -> list[str]:
    """Return what after an address's path may be a key, by its length or its name."""
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), ("", parts.fragment)]
    called = [value for name, value in pairs if value and _KEYS_NAME.search(name)]
    return called + [one for name, value in pairs if len(one := value or name) >= _SHORTEST_KEY]


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
