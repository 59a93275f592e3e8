"""A target that is an HTTP endpoint of the user's own: one picture a request, and what it says comes back as it is.

The authorization, and a key that the URL's query may hold, are in no error's text.
"""

import itertools
import json
import math
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

import jmespath
import requests

from obverse import addresses, bodies, exchanges, waits
from obverse.errors import UnusableInput
from obverse.exchanges import Answer, Failure
from obverse.redactions import redacted

BACKOFF_SECONDS = 1.0  # before the second attempt; doubled each time, give or take half
LONGEST_WAIT_SECONDS = 60.0  # a server that asks for more is not asked again
SHOWN_CHARACTERS = 120  # of an answer that cannot be used, and of where a redirect leads


@dataclass(frozen=True)
class Endpoint:
    """Where a target answers, how it is asked, and where in its answer the scores are."""

    # https; http for a loopback address alone. Its query may hold a key, and {NAME}: an environment variable's value
    url: str = field(repr=False)
    # `{image}` is replaced by the picture's PNG in base64, `{pixels}` by its values, 0-255, as lists [H][W] (grey) or
    # [H][W][3], and the whole is sent as application/json; an empty one sends the PNG itself, as image/png
    body: str
    scores: str  # a JMESPath expression; "" or "@": the whole answer
    authorization: str  # the environment variable that holds the Authorization header; "": none is sent
    timeout_seconds: float  # of one attempt, connecting and answering
    attempts: int  # of one question, at most


class Client:
    """Asks an endpoint, from several threads at once."""

    def __init__(self, endpoint: Endpoint, connections: int) -> None:
        """Send at most ``connections`` requests at once; raise `UnusableInput` for what ``endpoint`` cannot mean.

        That is: a URL that is none, holds a password or is http to another machine; a body without a placeholder, or
        that is no JSON; an expression that is no JMESPath; an environment variable not set, or an authorization of more
        than one line.
        """
        self._endpoint, self._address = endpoint, addresses.parse(endpoint.url)
        where = self._address.shown
        bodies.check(where, endpoint.body)
        self._scores = _compiled(where, endpoint.scores or "@")
        self._authorization = _authorization(where, endpoint.authorization)
        self._secrets = (self._authorization, self._authorization.partition(" ")[2].strip(), *self._address.keys)
        self._places, self._of_thread = threading.BoundedSemaphore(connections), threading.local()

    def ask(self, picture: bytes, charge: Callable[[], None]) -> object:
        """Return what the endpoint says of a picture, a PNG's bytes: the JSON value at `scores`, never None.

        ``charge`` is called before each attempt; what it raises passes through, and nothing is sent. Raises
        `UnusableInput` when there is no such value after all attempts.
        """
        body = bodies.filled(self._endpoint.body, picture)
        for attempt in itertools.count(1):
            found = self._attempt(body, charge)
            if isinstance(found, Answer) and found.code // 100 == 2:
                return self._value(found.body)
            failure, wait = self._judged(found), getattr(found, "wait", None)
            if wait is not None and wait > LONGEST_WAIT_SECONDS:
                problem = f"{failure.problem}, to be asked again in {wait:,.0f} s, more than {LONGEST_WAIT_SECONDS:g}"
                raise self._unusable(problem, "Ask again later.")
            if not failure.passing or attempt >= self._endpoint.attempts:
                raise self._unusable(f"{failure.problem}; attempts made: {attempt}", failure.remedy)
            time.sleep(min(waits.backoff(BACKOFF_SECONDS, attempt), LONGEST_WAIT_SECONDS) if wait is None else wait)
        raise AssertionError("unreachable")

    def _attempt(self, body: bytes, charge: Callable[[], None]) -> Answer | Failure:
        content_type = bodies.content_type(self._endpoint.body)
        unproxied = self._address.host if self._address.loopback else ""
        with self._places:
            charge()
            return exchanges.post(
                self._session(), self._address.url, body, content_type, self._endpoint.timeout_seconds, unproxied
            )

    def _session(self) -> requests.Session:
        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = exchanges.session(self._authorization)
        return self._of_thread.session

    def _judged(self, found: Answer | Failure) -> Failure:
        """Return why ``found`` is not what was asked for."""
        if isinstance(found, Failure):
            return found
        problem, variable = f"expected an answer, found HTTP {found.code}", self._endpoint.authorization
        if found.code // 100 == 3:
            problem = f"{problem}, a redirect to {self._onward(found.location)}: the authorization was not sent there"
            return Failure(problem, "If that is the endpoint, write its address as url.", passing=False)
        if found.code in (401, 403):
            held = f"The environment variable {variable} holds it." if variable else "None is sent: name a variable."
            return Failure(f"{problem}: the authorization was refused", held, passing=False)
        if found.code // 100 == 5 or found.code == 429:
            return Failure(problem, "Ask again later, or allow more attempts.", passing=True)
        problem = f"{problem}, which says {self._beginning(found.body)}"
        return Failure(problem, "Compare url and body with what the endpoint expects.", passing=False)

    def _onward(self, location: str) -> str:
        """Return scheme, host, port and path of where a redirect leads."""
        try:
            place = addresses.shown(urljoin(self._address.url, location)) if location else "nowhere"
        except ValueError:
            place = "nowhere"
        return redacted(place, self._secrets)[:SHOWN_CHARACTERS] if place.isprintable() else "nowhere"

    def _value(self, body: bytes) -> object:
        """Return what an answer holds at the path; raise `UnusableInput`."""
        path = f"at {self._endpoint.scores or '@'!r}"
        try:
            value = json.loads(body, parse_constant=_refuse, parse_float=_finite)
        except (ValueError, RecursionError):
            value, problem = None, "expected JSON, found"
        else:
            value, problem = _at(self._scores, value), f"expected scores {path}, found nothing there in"
        if value is None:
            remedy = "Compare scores, a JMESPath expression, with what the endpoint answers."
            raise self._unusable(f"{problem} {self._beginning(body)}", remedy)
        return value

    def _beginning(self, body: bytes) -> str:
        return repr(redacted(body.decode(errors="replace"), self._secrets)[:SHOWN_CHARACTERS])

    def _unusable(self, problem: str, remedy: str) -> UnusableInput:
        return UnusableInput(self._address.shown, problem, remedy)


def _compiled(where: str, expression: str) -> jmespath.parser.ParsedResult:
    try:
        compiled, problem = jmespath.compile(expression), ""
        compiled.search({})  # only so do functions that there are not show
    except jmespath.exceptions.JMESPathTypeError:
        pass  # an empty answer is not what it was written for
    except ValueError as error:
        problem = f"expected a JMESPath expression as scores, found {expression!r}: {' '.join(str(error).split())}"
    if problem:
        raise UnusableInput(where, problem, 'Its grammar is at https://jmespath.org; "" takes the whole answer.')
    return compiled


def _at(scores: jmespath.parser.ParsedResult, answer: object) -> object:
    """Return what an answer holds at a path, None also where the expression cannot be applied to it."""
    try:
        return scores.search(answer)
    except (ValueError, TypeError, RecursionError):
        return None


def _authorization(where: str, variable: str) -> str:
    """Return the Authorization header that an environment variable holds, "" for no variable."""
    if not variable:
        return ""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
        problem = "expected the name of an environment variable as authorization, found none (not shown)"
        raise UnusableInput(where, problem, "Put the value into an environment variable, and name that.")
    value = os.environ.get(variable, "")
    if not value.strip():
        problem = f"expected the authorization in the environment variable {variable}, found it empty or not set"
        raise UnusableInput(where, problem, f'Set it, as in: export {variable}="Bearer …"')
    if not (value.isascii() and value.isprintable()):
        problem = f"expected one line of ASCII in the environment variable {variable}, found line breaks or others"
        raise UnusableInput(where, problem, "Set it to the header's value alone.")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError("a number too large")
    return number
