"""Asking an endpoint, over real sockets."""

import asyncio
import email.utils
import json
import logging
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from aiohttp import web

import servers
from obverse import endpoints, exchanges, pictures
from obverse.endpoints import Client, Endpoint
from obverse.errors import UnusableInput

SECRET = "Bearer hush/hush+hush=="
PICTURE = pictures.png(np.arange(12, dtype=np.uint8).reshape(2, 2, 3))


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setattr(endpoints, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setenv("ENDPOINT_KEY", SECRET)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def endpoint(port, url="http://127.0.0.1:{}/score?key=querykey", **changed):
    told = {"body": "", "scores": "", "authorization": "ENDPOINT_KEY", "timeout_seconds": 20.0, "attempts": 3}
    return Endpoint(url=url.format(port), **(told | changed))


class Charged:
    """Counts what was charged for, and refuses beyond ``most``."""

    def __init__(self, most=1000):
        self.times, self.most = 0, most

    def __call__(self):
        if self.times >= self.most:
            raise PermissionError("the budget is spent")
        self.times += 1


def says(*answers):
    """Return a handler that gives one answer after the other, the last for ever."""
    left = list(answers)

    async def answer(request):
        await request.read()
        code, text, headers = left.pop(0) if len(left) > 1 else left[0]
        return web.Response(status=code, text=text, headers=headers)

    return answer


def good(text="[0.25, 0.75]"):
    return (200, text, {})


def refusal(answer, certificate=None, url="http://127.0.0.1:{}/score?key=querykey", **changed):
    """Return what is said when an answer cannot be used, how often was charged, and how often asked."""
    charged = Charged()
    with servers.serving(answer, certificate) as server:
        with pytest.raises(UnusableInput) as refused:
            Client(endpoint(server.port, url, **changed), 1).ask(PICTURE, charged)
        text = str(refused.value)
        assert text.startswith(f"{url.split(':')[0]}://127.0.0.1:{server.port}/score: expected ")
    assert refused.value.__context__ is None, "what it would show may hold a secret"
    assert "hush" not in text.lower() and "querykey" not in text
    return text, charged.times, len(server.requests)


def test_the_pictures_own_bytes_are_sent_and_the_value_at_the_path_comes_back():
    bodies = []

    async def answer(request):
        bodies.append(await request.read())
        return web.Response(text='{"out": [{"scores": {"cat": 0.5, "dog": [1, null]}}], "model": "x"}')

    charged = Charged()
    with servers.serving(answer) as server:
        asked = Client(endpoint(server.port, scores="out[0].scores"), 1).ask(PICTURE, charged)
    assert asked == {"cat": 0.5, "dog": [1, None]} and bodies == [PICTURE]
    assert server.asked == ["127.0.0.1/score?key=querykey"] and charged.times == 1
    request = server.requests[0]
    assert (request.method, request.content_type) == ("POST", "image/png")
    assert request.headers["Authorization"] == SECRET and request.headers["User-Agent"] == "Obverse"


def test_a_template_is_sent_filled_as_json():
    bodies = []

    async def answer(request):
        bodies.append(await request.json())
        return web.Response(text="[0.5]")

    with servers.serving(answer) as server:
        assert Client(endpoint(server.port, body='{"x": {pixels}}'), 1).ask(PICTURE, Charged()) == [0.5]
    assert bodies == [{"x": np.arange(12).reshape(2, 2, 3).tolist()}]
    assert server.requests[0].content_type == "application/json"


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("[]", []), ("false", False), ('""', ""), ("1e308", 1e308)])
@pytest.mark.parametrize("path", ["", "@"])
def test_the_whole_answer_may_be_taken_and_what_is_empty_is_something(text, value, path):
    with servers.serving(says(good(text))) as server:
        assert Client(endpoint(server.port, scores=path), 1).ask(PICTURE, Charged()) == value


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}, {"Retry-After": "soon"}])
@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_what_may_pass_is_asked_again_and_each_attempt_is_charged(code, headers):
    charged = Charged()
    with servers.serving(says((code, SECRET, headers), (code, SECRET, headers), good())) as server:
        assert Client(endpoint(server.port), 1).ask(PICTURE, charged) == [0.25, 0.75]
    assert charged.times == len(server.requests) == 3


@pytest.mark.parametrize("attempts", [1, 2])
@pytest.mark.parametrize("code", [429, 500, 503])
def test_what_does_not_pass_ends_after_the_attempts_allowed(code, attempts):
    text, charged, asked = refusal(says((code, SECRET, {})), attempts=attempts)
    assert f"found HTTP {code}; attempts made: {attempts}" in text and charged == asked == attempts


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("date", [False, True])
def test_the_time_an_endpoint_asks_for_is_kept(code, date, monkeypatch):
    waited = []
    monkeypatch.setattr(endpoints.time, "sleep", waited.append)
    after = email.utils.formatdate(time.time() + 40, usegmt=True) if date else "40"
    with servers.serving(says((code, "", {"Retry-After": after}), good())) as server:
        Client(endpoint(server.port), 1).ask(PICTURE, Charged())
    assert len(waited) == 1 and (20 < waited[0] <= 40 if date else waited[0] == 40)


def test_without_one_the_wait_doubles_and_is_bounded(monkeypatch):
    waited = []
    monkeypatch.setattr(endpoints.time, "sleep", waited.append)
    monkeypatch.setattr(endpoints, "BACKOFF_SECONDS", 10.0)
    with servers.serving(says((500, "", {"Retry-After": "1"}))) as server, pytest.raises(UnusableInput):
        Client(endpoint(server.port, attempts=6), 1).ask(PICTURE, Charged())
    assert 5 <= waited[0] <= 15 and 10 <= waited[1] <= 30 and waited[2] >= 20 and waited[4:] == [60.0]


@pytest.mark.parametrize("wait", ["61", "9" * 400, "Fri, 01 Jan 2120 00:00:00 GMT"])
def test_an_endpoint_that_asks_for_more_than_a_minute_is_not_asked_again(wait):
    text, charged, asked = refusal(says((429, "", {"Retry-After": wait}), good()))
    assert "HTTP 429, to be asked again in" in text and "more than 60" in text and charged == asked == 1


@pytest.mark.parametrize("code", [400, 404, 413, 422, 600])
def test_what_asking_again_cannot_mend_is_asked_once_and_told(code):
    text, charged, asked = refusal(says((code, f"no such thing for '{SECRET}' " + "x" * 500, {})))
    assert f"found HTTP {code}, which says" in text and "no such thing for '***' x" in text
    assert "x" * 80 in text and "x" * 120 not in text and charged == asked == 1


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_authorization_is_told_by_the_name_of_its_variable(code):
    text, charged, asked = refusal(says((code, SECRET, {})))
    assert "the authorization was refused" in text and "ENDPOINT_KEY" in text and charged == asked == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_not_followed(code):
    with servers.serving(says(good())) as other:
        there = f"localhost:{other.port}/v2/score/"
        told = {"Location": f"http://anna:hush@{there}?querykey#hush"}
        text, charged, asked = refusal(says((code, SECRET, told)))
    assert f"HTTP {code}, a redirect to http://{there}: the authorization was not sent there" in text
    assert "anna" not in text and "***" not in text
    assert other.requests == [] and charged == asked == 1


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("/score/", "http://127.0.0.1:{}/score/"),
        ("score/?querykey", "http://127.0.0.1:{}/score/"),
        ("?querykey", "http://127.0.0.1:{}/score"),
        ("//other.example/x", "http://other.example/x"),
        ("https://other.example:8443", "https://other.example:8443"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("https://other.example/x;session=hush?y", "https://other.example/x"),
        ("http:anna:hush@other.example/x", "http://127.0.0.1:{}/***@other.example/x"),
        ("/login/https://anna:hush%40other.example/x", "http://127.0.0.1:{}/login/https://***@other.example/x"),
        ("https://other.example/hush%2Fhush%2Bhush==/x", "https://other.example/***/x"),
        ("https://hush%2Fhush%2Bhush==.example/x", "https://***.example/x"),
        ("https://anna:hush@", "nowhere"),
        ("anna:hush@other.example/x", "nowhere"),
        ("https://other.example:hush/x", "nowhere"),
        ("mailto:a@b", "nowhere"),
        ("https://[::1/x", "nowhere"),
        ("", "nowhere"),
    ],
)
def test_a_redirect_may_lead_anywhere_and_host_port_and_path_are_told(location, place):
    text, _, asked = refusal(says((302, "", {"Location": location} if location else {})))
    (port,) = re.findall(r"^http://127\.0\.0\.1:(\d+)/score: ", text)
    assert f"a redirect to {place.format(port)}: the authorization was not sent there" in text and asked == 1


def test_of_a_redirect_that_leads_far_the_beginning_is_told():
    text, _, _ = refusal(says((302, "", {"Location": "https://other.example/" + "x" * 500})))
    assert "x" * 90 in text and "x" * 120 not in text


def test_a_redirect_is_not_read_however_long_it_is():
    async def endless(request):
        response = web.StreamResponse(status=302, headers={"Location": "/"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 100_000)

    assert refusal(endless)[1:] == (1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html>hello</html>", "expected JSON, found '<html>hello</html>'"),
        (f"{'x' * 110}{SECRET}{'x' * 110}", f"'{'x' * 110}***{'x' * 7}'"),
        (json.dumps({"error": SECRET})[:-1].replace("/", r"\/"), 'expected JSON, found \'{"error": "***"\''),
        ("hush%2Fhush%2Bhush%3D%3D /score?key=querykey", "found '*** /score?***'"),
        ("", "expected JSON, found ''"),
        ("[NaN]", "expected JSON, found '[NaN]'"),
        ("[-Infinity]", "expected JSON, found '[-Infinity]'"),
        ("[1e999]", "expected JSON, found '[1e999]'"),
        ("[" * 100_000, "expected JSON, found '[[["),
        ("1" * 5000, "expected JSON, found '111"),
        ('{"score": [1]}', "expected scores at 'max(scores)', found nothing there in '{\"score\": [1]}'"),
        ('{"scores": []}', "found nothing there in"),
        (json.dumps({"scores": [SECRET, 1]}), 'found nothing there in \'{"scores": ["***", 1]}\''),
        ("null", "found nothing there in 'null'"),
        ("\x1b[2J", r"found '\x1b[2J'"),
    ],
)
def test_an_answer_without_scores_is_shown_as_far_as_it_may_be(text, said):
    found, charged, asked = refusal(says(good(text)), scores="max(scores)")
    assert said in found and charged == asked == 1


@pytest.mark.parametrize("length", [100, 99])
def test_an_answer_is_cut_off_at_its_most_bytes(length, monkeypatch):
    monkeypatch.setattr(exchanges, "MAX_BYTES", 99)
    if length == 99:
        with servers.serving(says(good("1" * length))) as server:
            assert Client(endpoint(server.port), 1).ask(PICTURE, Charged()) == int("1" * length)
        return
    text, charged, asked = refusal(says(good("1" * length)))
    assert "at most 99 bytes" in text and charged == asked == 1


def test_an_answer_without_end_is_not_read_to_it():
    async def endless(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"1" * 1_000_000)

    text, charged, asked = refusal(endless)
    assert "at most 25,000,000 bytes" in text and charged == asked == 1


async def silent(request):
    await asyncio.sleep(600)


async def dripping(request):
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"1")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("answer", [silent, dripping])
def test_an_answer_that_does_not_come_or_drips_runs_out_of_time_and_is_asked_for_again(answer):
    text, charged, asked = refusal(answer, timeout_seconds=0.3, attempts=2)
    assert "a whole answer within 0.3 s, found none; attempts made: 2" in text and charged == asked == 2


def test_a_head_that_drips_runs_out_of_time_too():
    def drip(listening, ended):
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not ended.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening, ended))
        thread.start()
        try:
            with pytest.raises(UnusableInput, match="a whole answer within 0.3 s"):
                port = listening.getsockname()[1]
                Client(endpoint(port, timeout_seconds=0.3, attempts=1), 1).ask(PICTURE, Charged())
        finally:
            ended.set()
            thread.join()


def test_a_connection_that_breaks_is_made_again():
    async def breaks(request):
        if len(server.requests) == 1:
            request.transport.abort()
        response = web.StreamResponse(headers={"Content-Length": "5"})
        await response.prepare(request)
        await response.write(b"[0.5]" if len(server.requests) > 2 else b"[0")
        request.transport.close()
        return response

    charged = Charged()
    with servers.serving(breaks) as server:
        assert Client(endpoint(server.port), 1).ask(PICTURE, charged) == [0.5]
    assert charged.times == len(server.requests) == 3


def test_a_port_that_nobody_listens_on_is_told():
    charged = Charged()
    with pytest.raises(UnusableInput, match=r"none to be had \(Connection refused\); attempts made: 3") as refused:
        Client(endpoint(servers.CLOSED), 1).ask(PICTURE, charged)
    assert charged.times == 3 and "querykey" not in str(refused.value) and refused.value.__context__ is None


def test_a_budget_that_is_spent_stops_before_the_request():
    charged = Charged(most=2)
    with servers.serving(says((503, "", {}))) as server, pytest.raises(PermissionError, match="the budget is spent"):
        Client(endpoint(server.port), 1).ask(PICTURE, charged)
    assert len(server.requests) == 2
    with servers.serving(says(good())) as server, pytest.raises(PermissionError):
        Client(endpoint(server.port), 1).ask(PICTURE, charged)
    assert server.requests == []


def test_many_threads_are_each_answered_what_they_asked():
    at_once, most, four = [0], [0], asyncio.Event()

    async def answer(request):
        picture = await request.read()
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        if most[0] == 4:
            asyncio.get_running_loop().call_later(0.2, four.set)  # until then a fifth would be seen
        await four.wait()
        at_once[0] -= 1
        return web.json_response(np.asarray(pictures.decode(picture)).tolist())

    asked = [np.full((2, 2), i, np.uint8) for i in range(40)]
    lock, charges = threading.Lock(), []

    def charge():
        with lock:
            charges.append(1)

    with servers.serving(answer) as server, ThreadPoolExecutor(8) as threads:
        client = Client(endpoint(server.port), 4)
        found = list(threads.map(lambda pixels: client.ask(pictures.png(pixels), charge), asked))
    assert found == [pixels.tolist() for pixels in asked]
    assert len(charges) == len(server.requests) == 40 and most[0] == 4


def test_no_secret_is_in_a_log_or_a_repr(caplog):
    caplog.set_level(logging.DEBUG)
    with servers.serving(says((503, SECRET, {"Retry-After": "0"}), (200, "[1]", {"Set-Cookie": SECRET}))) as server:
        client = Client(endpoint(server.port), 1)
        client.ask(PICTURE, Charged())
    shown = caplog.text + repr(client) + repr(vars(client)["_endpoint"]) + repr(client._session())
    assert "hush" not in shown and "querykey" not in shown


def test_a_key_that_the_query_takes_from_the_environment_is_sent_and_never_shown(monkeypatch):
    monkeypatch.setenv("QUERY_KEY", "query+key/é")
    url = "http://127.0.0.1:{}/score?v=1&key={{QUERY_KEY}}"
    with servers.serving(says(good())) as server:
        assert Client(endpoint(server.port, url), 1).ask(PICTURE, Charged()) == [0.25, 0.75]
    assert server.requests[0].query == {"v": "1", "key": "query+key/é"}
    for spelt in "query+key/é", "QUERY%2Bkey%2F%C3%A9":
        answer = says((422, f"what is {spelt}?", {}))
        with servers.serving(answer) as server, pytest.raises(UnusableInput, match=r"is \*\*\*\?'; att") as refused:
            Client(endpoint(server.port, url), 1).ask(PICTURE, Charged())
        assert str(refused.value).startswith(f"http://127.0.0.1:{server.port}/score: expected an answer")


@pytest.mark.parametrize("value", [None, "", "  ", f"{SECRET}\n", f"hush\r\nX: {SECRET}", f"{SECRET}é", f"{SECRET}\0"])
def test_a_variable_that_holds_no_header_is_refused_by_its_name(value, monkeypatch):
    with monkeypatch.context() as patch:
        if value is None:
            patch.delenv("ENDPOINT_KEY")
        else:
            patch.setattr(endpoints.os, "environ", {"ENDPOINT_KEY": value})  # a real one can hold no NUL
        with pytest.raises(UnusableInput, match="in the environment variable ENDPOINT_KEY, found") as refused:
            Client(endpoint(1), 1)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"authorization": SECRET}, "expected the name of an environment variable as authorization"),
        ({"scores": "out["}, "expected a JMESPath expression as scores, found 'out\\['"),
        ({"scores": "$.out"}, "expected a JMESPath expression"),
        ({"scores": "nosuch(@)"}, "expected a JMESPath expression"),
        ({"scores": " "}, "expected a JMESPath expression"),
        ({"body": "{}"}, "expected {image} or {pixels} in the body"),
        ({"url": "http://model.example/x?key=querykey"}, "http://model.example/x: expected https"),
        ({"url": "https://anna:hush@model.example/"}, "without a user or password"),
    ],
)
def test_what_an_endpoint_cannot_mean_is_refused_before_it_is_asked(changed, said):
    with pytest.raises(UnusableInput, match=said) as refused:
        Client(endpoint(1, **changed), 1)
    assert "hush" not in str(refused.value) and "querykey" not in str(refused.value)
    assert refused.value.__context__ is None
