"""Amazon's own client, asked for DetectFaces; its retries are ours, since every attempt is counted before it is made.

No key, and no message of the service's about keys, is in an error's text.
"""

import itertools
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore import exceptions as amazon
from botocore.client import BaseClient
from botocore.parsers import ResponseParserError

from obverse import waits
from obverse.errors import UnusableInput
from obverse.rekognition import sessions
from obverse.rekognition.rates import Rate

BACKOFF_SECONDS = 1.0  # before the second attempt; doubled each time, give or take half
LONGEST_WAIT_SECONDS = 30.0
THROTTLED = frozenset(
    ("ThrottlingException", "ProvisionedThroughputExceededException", "Throttling", "TooManyRequestsException")
)
REFUSED = frozenset(("InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException"))
CREDENTIALS = frozenset(
    (
        *("AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException"),
        *("ExpiredTokenException", "IncompleteSignatureException", "MissingAuthenticationTokenException"),
        *("InvalidClientTokenId", "SubscriptionRequiredException", "OptInRequired"),
    )
)
# SSLError and ProxyConnectionError are ConnectionErrors too, but of those asking again makes nothing better.
_LASTING = (amazon.SSLError, amazon.ProxyConnectionError)
_PASSING = (amazon.ConnectionError, amazon.HTTPClientError, ResponseParserError)
_PARSER_ERRORS = (
    AttributeError,
    TypeError,
    ValueError,
    KeyError,
)  # botocore's, of JSON in another shape than its model


@dataclass(frozen=True)
class Manner:
    """How the service is asked."""

    region: str
    connections: int
    requests_per_second: float  # infinity: as fast as it answers
    timeout_seconds: float  # of one attempt, for connecting and for each wait for an answer
    attempts: int  # of one question, at most


class _Failure(NamedTuple):
    problem: str
    remedy: str
    passing: bool


# Of what is no JSON, as a page of somebody's in between, botocore makes an answer that says nothing.
_NO_ANSWER = _Failure("expected an answer with FaceDetails, found one without", "Is a proxy in between?", passing=True)


def address(region: str) -> str:
    """Return where a `Client` would send pictures: found as it is, but without looking for the user's credentials.

    Raises `UnusableInput` as it does.
    """
    try:
        session = sessions.session("")
        sessions.check_region(session, region)
        return _where(
            session.client("rekognition", region_name=region, config=sessions.config(1, 1.0, ""), **sessions.NOBODY)
        )
    except (amazon.BotoCoreError, ValueError) as error:
        raise UnusableInput("rekognition", *sessions.explain(error)) from error


def _where(client: BaseClient) -> str:
    found = urlsplit(client.meta.endpoint_url)
    return f"{found.scheme}://{found.netloc.rpartition('@')[2]}"


class Client:
    """Asks the service, from several threads at once."""

    def __init__(self, manner: Manner, stand_in: str = "") -> None:
        """Ask the stand-in at this URL with nobody's credentials, or the service itself with the user's.

        Those are found as Amazon's tools find them, and so is another address. Raises `UnusableInput` for a region
        that the service is not in, and for a configuration of those tools that they cannot use.
        """
        self._manner, self._rate = manner, Rate(manner.requests_per_second)
        self._guard, self._method = threading.Lock(), ""
        try:
            self._session = sessions.session(stand_in)
            sessions.check_region(self._session, manner.region)
            self._client = self._session.client(
                "rekognition",
                region_name=manner.region,
                endpoint_url=stand_in or None,
                config=sessions.config(manner.connections, manner.timeout_seconds, stand_in),
            )
        except (amazon.BotoCoreError, ValueError) as error:
            raise self._unusable(*sessions.explain(error)) from error

    @property
    def where(self) -> str:
        """Where pictures are sent: scheme, host and port."""
        return _where(self._client)

    def ask(self, picture: bytes, charge: Callable[[], None]) -> dict[str, object]:
        """Return the service's whole answer about a picture, or {"Error": its code} where it refuses the picture.

        ``charge`` is called before each attempt; what it raises passes through, and nothing is sent. Raises
        `UnusableInput` when there is no answer after all attempts, or none can be had.
        """
        self._check_credentials()
        for attempt in itertools.count(1):
            self._rate.wait()
            charge()
            try:
                answer = self._client.detect_faces(Image={"Bytes": picture}, Attributes=["ALL"])
            except amazon.ClientError as error:
                if (code := _code(error)) in REFUSED:
                    return {"Error": code}
                failure = self._judged(code, error)
            except (amazon.BotoCoreError, ResponseParserError) as error:
                failure = _of_the_way(error)
            except _PARSER_ERRORS:
                failure = _NO_ANSWER
            else:
                if isinstance(answer.get("FaceDetails"), list):
                    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
                failure = _NO_ANSWER
            if not failure.passing or attempt >= self._manner.attempts:
                raise self._unusable(f"{failure.problem}; attempts made: {attempt}", failure.remedy)
            time.sleep(min(waits.backoff(BACKOFF_SECONDS, attempt), LONGEST_WAIT_SECONDS))
        raise AssertionError("unreachable")

    def _check_credentials(self) -> None:
        with self._guard:
            if self._method:
                return
            try:
                found = self._session.get_credentials()
                if found is not None:
                    found.get_frozen_credentials()  # those that must be fetched, or have expired, show only now
            except (amazon.BotoCoreError, amazon.ClientError) as error:
                raise self._unusable(*sessions.explain(error)) from error
            if found is None:
                problem = "expected credentials where Amazon's tools look for them, found none"
                raise self._unusable(problem, "Set AWS_PROFILE, or run: aws configure")
            self._method = re.sub(r"[^a-z0-9-]", "", found.method.lower()) or "unknown"

    def _judged(self, code: str, error: amazon.ClientError) -> _Failure:
        """Return why the service did not answer."""
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in CREDENTIALS:
            problem = f"expected an answer, found {code}: credentials found by way of {self._method!r}"
            remedy = "Are they those you mean, for this region, allowed rekognition:DetectFaces? Is the clock right?"
            return _Failure(problem, remedy, passing=False)
        problem = f"expected an answer, found {code} (HTTP {status})"
        if code in THROTTLED or status == 429:
            return _Failure(problem, "Lower requests_per_second, or allow more attempts.", passing=True)
        if status // 100 == 5:
            return _Failure(problem, "Ask again later, or allow more attempts.", passing=True)
        return _Failure(problem, "Its meaning stands in the service's manual.", passing=False)

    def _unusable(self, problem: str, remedy: str) -> UnusableInput:
        return UnusableInput(f"Rekognition in {self._manner.region}", problem, remedy)


def _code(error: amazon.ClientError) -> str:
    """Return the service's own name for what is wrong; a name, whatever a server may send as one."""
    return re.sub(r"[^A-Za-z0-9.]", "", str(error.response.get("Error", {}).get("Code", "")))[:80] or "no reason"


def _of_the_way(error: Exception) -> _Failure:
    """Return why nothing, or nothing that can be read, came back."""
    problem = f"expected an answer, found none that can be read ({type(error).__name__})"
    if isinstance(error, _LASTING) or not isinstance(error, _PASSING):
        return _Failure(problem, "Look at the proxy, the certificates and the settings of Amazon's tools.", False)
    return _Failure(problem, "Is the network there? Ask again later, or allow more attempts or seconds.", True)
