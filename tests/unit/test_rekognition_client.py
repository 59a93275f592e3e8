"""Amazon's client and the project's retries, over real sockets."""

import contextlib
import json
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web

import servers
from obverse.errors import UnusableInput
from obverse.rekognition import client as module
from obverse.rekognition import service, wire
from obverse.rekognition.client import Client, Manner
from obverse.rekognition.service import Misconduct, Service
from rekognition_clients import eyes, face, sent

FACE = sent(face(1))
MANNER = Manner("us-east-1", 2, math.inf, 20.0, 4)
SECRETS = {"AWS_ACCESS_KEY_ID": "AKIAOFNOBODY", "AWS_SECRET_ACCESS_KEY": "hush-hush", "AWS_SESSION_TOKEN": "passing-by"}


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path) -> None:
    """Nothing of the user's tools, and no waiting."""
    monkeypatch.setattr(module, "BACKOFF_SECONDS", 0.001)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in ("AWS_PROFILE", *SECRETS):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def credentials(monkeypatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def misbehaving() -> Iterator[Callable[..., Service]]:
    """Return a call that starts a service which does what it is told."""
    with contextlib.ExitStack() as opened:
        yield lambda **told: opened.enter_context(service.serving(eyes(), Misconduct(**told)))


class Charges:
    """Counts attempts; raises when there have been ``most``."""

    def __init__(self, most: float = math.inf) -> None:
        self.count, self._most = 0, most

    def __call__(self) -> None:
        if self.count >= self._most:
            raise UnusableInput("max_questions", "spent", "Raise it.")
        self.count += 1


def manner(**changes: object) -> Manner:
    return Manner(**(vars(MANNER) | changes))


def saying(status: int, body: bytes):
    """Return a handler that answers everything so."""

    async def answer(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response(status=status, body=body, content_type=wire.TYPE)

    return answer


def refusal(code: str) -> bytes:
    return json.dumps({"__type": code, "message": f"{SECRETS} may not do that"}).encode()


def test_the_whole_answer_comes_without_what_is_about_the_request(misbehaving):
    started, charges = misbehaving(), Charges()
    answer = Client(MANNER, started.url).ask(FACE, charges)
    assert answer.keys() == {"FaceDetails"} and len(answer["FaceDetails"]) == 1
    assert set(wire.FIELDS.values()) - {"EyeDirection"} < answer["FaceDetails"][0].keys()
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert charges.count == started.calls == 1


@pytest.mark.parametrize("kind", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_one_that_throttles_twice_is_asked_thrice_and_each_attempt_is_charged(misbehaving, kind: str):
    started, charges = misbehaving(throttle_first=2, throttled_as=kind), Charges()
    assert Client(MANNER, started.url).ask(FACE, charges)["FaceDetails"]
    assert charges.count == started.calls == 3


def test_one_that_fails_every_other_time_is_asked_again(misbehaving):
    started, charges = misbehaving(fail_every=2), Charges()
    asking = Client(MANNER, started.url)
    assert [len(asking.ask(FACE, charges)["FaceDetails"]) for _ in range(3)] == [1, 1, 1]
    assert charges.count == started.calls == 5


def test_one_that_hangs_is_given_up_and_asked_again(misbehaving):
    started, charges = misbehaving(hang_first=1, hang_seconds=600), Charges()
    assert Client(manner(timeout_seconds=2.0), started.url).ask(FACE, charges)["FaceDetails"]
    assert charges.count == started.calls == 2


def test_after_all_attempts_it_is_an_error_that_says_why(misbehaving):
    started, charges = misbehaving(throttle_first=100), Charges()
    with pytest.raises(UnusableInput, match=r"us-east-1: .*ThrottlingException \(HTTP 400\); attempts made: 4"):
        Client(MANNER, started.url).ask(FACE, charges)
    assert charges.count == started.calls == 4


def test_what_charge_raises_passes_and_nothing_more_is_sent(misbehaving):
    started, charges = misbehaving(throttle_first=100), Charges(most=2)
    with pytest.raises(UnusableInput, match="spent"):
        Client(MANNER, started.url).ask(FACE, charges)
    assert started.calls == 2


def test_nobody_at_the_address_is_an_error_after_all_attempts():
    charges = Charges()
    with pytest.raises(UnusableInput, match="EndpointConnectionError"):
        Client(MANNER, "http://127.0.0.1:9").ask(FACE, charges)
    assert charges.count == MANNER.attempts


@pytest.mark.parametrize("body", [b"<html>", b"", b"{}", b"[]", b'{"FaceDetails": null}'])
def test_an_answer_that_is_none_is_asked_for_again(body: bytes):
    charges = Charges()
    with servers.serving(saying(200, body)) as server, pytest.raises(UnusableInput, match="attempts made: 4"):
        Client(MANNER, f"http://127.0.0.1:{server.port}").ask(FACE, charges)
    assert charges.count == MANNER.attempts


@pytest.mark.parametrize("content", [b"GIF89a", FACE[:2000], b"\xff\xd8\xff" + bytes(wire.MOST_BYTES)])
def test_a_picture_that_is_refused_is_an_answer_and_not_asked_about_again(misbehaving, content: bytes):
    started, charges = misbehaving(), Charges()
    answer = Client(MANNER, started.url).ask(content, charges)
    assert answer["Error"] in module.REFUSED and answer.keys() == {"Error"}
    assert charges.count == started.calls == 1


def test_a_key_that_the_service_does_not_know_is_said_without_it(misbehaving, credentials, monkeypatch):
    started, charges = misbehaving(refuses_key=SECRETS["AWS_ACCESS_KEY_ID"]), Charges()
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", started.url)
    with pytest.raises(UnusableInput) as caught:
        Client(MANNER).ask(FACE, charges)
    said = str(caught.value)
    assert "UnrecognizedClientException: credentials found by way of 'env'" in said and "us-east-1" in said
    assert charges.count == started.calls == 1
    assert not [secret for secret in SECRETS.values() if secret in said]


@pytest.mark.parametrize("code", sorted(module.CREDENTIALS) + ["SomethingNew", "", "a\x1b[2J:http://x/"])
def test_no_other_refusal_is_asked_about_again_and_none_of_its_words_are_repeated(credentials, monkeypatch, code: str):
    charges = Charges()
    with servers.serving(saying(400, refusal(code))) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", f"http://127.0.0.1:{server.port}")
        with pytest.raises(UnusableInput) as caught:
            Client(MANNER).ask(FACE, charges)
    said = str(caught.value)
    assert charges.count == 1 and "may not do that" not in said and said.replace("\n", "").isprintable()
    assert not [secret for secret in SECRETS.values() if secret in said]


def test_without_credentials_nothing_is_charged_or_sent(misbehaving, monkeypatch):
    started, charges = misbehaving(), Charges()
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", started.url)
    with pytest.raises(UnusableInput, match="expected credentials"):
        Client(MANNER).ask(FACE, charges)
    assert charges.count == started.calls == 0


def test_credentials_that_cannot_be_had_are_said_before_anything_is_charged(misbehaving, monkeypatch, tmp_path):
    """A program that is to give them fails, and says more than is to be repeated."""
    started, charges = misbehaving(), Charges()
    program = "sh -c 'echo hush-hush >&2; exit 3'"
    (tmp_path / "AWS_CONFIG_FILE").write_text(f"[default]\ncredential_process = {program}\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", started.url)
    with pytest.raises(UnusableInput, match="CredentialRetrievalError") as caught:
        Client(MANNER).ask(FACE, charges)
    assert charges.count == started.calls == 0 and "hush-hush" not in str(caught.value)


@pytest.mark.parametrize("region", ["mars-east-1", "us-east-9", "eu-north-1"])
def test_a_region_that_the_service_is_not_in_is_refused_at_once(region: str):
    with pytest.raises(UnusableInput, match=rf"rekognition.region: expected a region .* found '{region}'\nDid you"):
        Client(manner(region=region))


def test_a_profile_that_there_is_not_is_said(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "elsewhere")
    with pytest.raises(UnusableInput, match="ProfileNotFound"):
        Client(MANNER)


def test_nothing_that_the_users_tools_are_told_concerns_the_stand_in(misbehaving, credentials, monkeypatch):
    """Neither a profile, nor credentials, nor a proxy, nor another address."""
    started = misbehaving(refuses_key=SECRETS["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("AWS_PROFILE", "elsewhere")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    asking = Client(MANNER, started.url)
    assert asking.ask(FACE, Charges())["FaceDetails"] and asking.where == started.url


def test_where_pictures_are_sent_is_known_before_any_is():
    assert Client(manner(region="eu-west-1")).where == "https://rekognition.eu-west-1.amazonaws.com"


def test_several_threads_ask_at_once(misbehaving):
    started, charges = misbehaving(), Charges()
    asking = Client(manner(connections=4), started.url)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda content: asking.ask(content, charges), [FACE] * 8))
    assert all(answer == answers[0] for answer in answers) and started.calls == 8
