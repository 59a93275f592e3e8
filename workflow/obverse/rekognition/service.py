"""A stand-in for Rekognition: an HTTP server on the loopback interface that answers DetectFaces by what its eyes see.

It knows nothing of who is in a picture. It speaks the service's own protocol, so that the real client asks it, and for
tests it can be told to misbehave as the service may.
"""

import asyncio
import contextlib
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import botocore.session
from aiohttp import web
from botocore.validate import ParamValidator
from PIL import Image

from obverse.hosts import LOOPBACK
from obverse.rekognition import padded, received, wire
from obverse.rekognition.batches import Batches
from obverse.rekognition.eyes import Eyes

PATIENCE = 0.003  # seconds a request waits for others to be seen together with
_DECODERS, _SEERS = 2, 2  # threads
_BODY = 2 * wire.MOST_BYTES  # bytes: base64 makes four of three
_TOO_FAST = {
    "ThrottlingException": "Rate exceeded",
    "ProvisionedThroughputExceededException": "Provisioned rate exceeded",
}


@dataclass(frozen=True)
class Misconduct:
    """What the service does wrong; by default nothing. Calls are counted from 1."""

    throttle_first: int = 0  # calls
    throttled_as: str = "ThrottlingException"  # or ProvisionedThroughputExceededException
    fail_every: int = 0  # calls: each such one ends in status 500
    hang_first: int = 0  # calls
    hang_seconds: float = 0.0
    sees_nobody: bool = False
    sees_two: bool = False
    leaves_out: str = ""  # a field of every face
    adds: str = ""  # a field that nobody knows
    refuses_key: str = ""  # an access key that it does not know


class Service:
    """What has been asked; ``url`` is where."""

    def __init__(self, eyes: Eyes, misconduct: Misconduct) -> None:
        session = botocore.session.get_session()
        self.regions = frozenset(session.get_available_regions("rekognition"))
        self._shape = session.get_service_model("rekognition").operation_model("DetectFaces").output_shape
        self._held: set[frozenset[str]] = set()  # fields of which a face was held against Amazon's model
        self._eyes, self._misconduct = eyes, misconduct
        self.url = ""
        self.calls = 0  # requests for DetectFaces that were signed, whatever came of them
        self.asked: Counter[str] = Counter()  # of those, how many were about the picture with this sha256
        self.answered: Counter[str] = Counter()  # with faces or none: what the real service has paid for

    @property
    def batch_sizes(self) -> list[int]:
        """How many pictures were seen together, batch by batch."""
        return self._batches.sizes

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        try:
            body, status = await self._detect(request), 200
        except wire.Refusal as refusal:
            body, status = refusal.body, refusal.status
        return web.Response(body=body, status=status, content_type=wire.TYPE)

    async def _detect(self, request: web.BaseRequest) -> bytes:
        key = wire.check_signed(request.headers, self.regions)
        wire.check_target(request.method, request.path, request.headers)
        self.calls += 1
        call = self.calls
        if key == self._misconduct.refuses_key:
            raise wire.Refusal("UnrecognizedClientException", "The security token included in the request is invalid.")
        try:
            asked = wire.asked(await request.read())
        except web.HTTPRequestEntityTooLarge as error:
            raise wire.too_large() from error
        sha256 = hashlib.sha256(asked.content).hexdigest()
        self.asked[sha256] += 1
        await self._misbehave(call)
        loop = asyncio.get_running_loop()
        picture = await loop.run_in_executor(self._decoders, received.picture, asked.content)
        found = await asyncio.wrap_future(self._batches.submit(picture))
        body = self._body(found, asked)
        self.answered[sha256] += 1
        return body

    async def _misbehave(self, call: int) -> None:
        told = self._misconduct
        if call <= told.hang_first:
            await asyncio.sleep(told.hang_seconds)
        if call <= told.throttle_first:
            raise wire.Refusal(told.throttled_as, _TOO_FAST[told.throttled_as])
        if told.fail_every and call % told.fail_every == 0:
            raise wire.Refusal("InternalServerError", "Internal server error", status=500)

    def _body(self, found: dict[str, object] | None, asked: wire.Asked) -> bytes:
        told = self._misconduct
        details = [] if found is None or told.sees_nobody else [wire.chosen(found, asked.fields)]
        if details and asked.fields not in self._held:
            self._hold(details, asked.fields)
        if details and told.sees_two:
            details.append(_smaller(details[0]))
        for detail in details:
            detail.pop(told.leaves_out, None)
            detail.update({told.adds: {"Value": True, "Confidence": 99.0}} if told.adds else {})
        return json.dumps({"FaceDetails": details}).encode()

    def _hold(self, details: list[dict[str, object]], fields: frozenset[str]) -> None:
        """Hold a face against Amazon's model: the first with these fields, as all others have its shape."""
        report = ParamValidator().validate({"FaceDetails": details}, self._shape)
        if report.has_errors():
            raise wire.Refusal("InternalServerError", f"The answer is none: {report.generate_report()}", status=500)
        self._held.add(fields)

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        limits = {"most": 2 * padded.SIZE, "patience": PATIENCE, "threads": _SEERS}
        batches = Batches[Image.Image, dict | None](self._eyes.see, **limits)
        with batches as self._batches, ThreadPoolExecutor(_DECODERS) as self._decoders:
            yield

    async def run(self, port: int, started: threading.Event, ended: asyncio.Event) -> None:
        """Serve on the loopback interface, at a free port if ``port`` is 0, until ``ended``."""
        with self._working():
            server = web.Server(self.answer, request_factory=_request, access_log=None)
            runner = web.ServerRunner(server, shutdown_timeout=0.1)
            await runner.setup()
            try:
                await web.TCPSite(runner, LOOPBACK, port).start()
                self.url = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
                started.set()
                await ended.wait()
            finally:
                await runner.cleanup()


@contextlib.contextmanager
def serving(eyes: Eyes, misconduct: Misconduct | None = None, port: int = 0) -> Iterator[Service]:
    """Serve in a thread of its own while the block runs; yield what tells the URL and counts."""
    service, started = Service(eyes, misconduct or Misconduct()), threading.Event()
    loop, ended, failed = asyncio.new_event_loop(), asyncio.Event(), []

    def work() -> None:
        try:
            loop.run_until_complete(service.run(port, started, ended))
        except Exception as error:  # a port that is taken: raised where somebody waits for the service
            failed.append(error)
        finally:
            loop.close()
            started.set()

    thread = threading.Thread(target=work, name="rekognition")
    thread.start()
    started.wait()
    try:
        if failed:
            raise failed[0]
        yield service
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(ended.set)
        thread.join()


def _smaller(detail: dict[str, object]) -> dict[str, object]:
    """Return the face of somebody else, half as large, in the corner."""
    box = detail["BoundingBox"]
    return detail | {"BoundingBox": {"Width": box["Width"] / 2, "Height": box["Height"] / 2, "Left": 0.0, "Top": 0.0}}


def _request(*parts: object) -> web.BaseRequest:
    return web.BaseRequest(*parts, asyncio.get_running_loop(), client_max_size=_BODY)
