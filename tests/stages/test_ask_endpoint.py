"""Asking a web service about the user's pictures, over real sockets."""

import asyncio
import base64
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from PIL import Image

import askable
import servers
from askable import CLASSES, DISTINCT, NAMES
from obverse import asking, cli, endpoints, pictures, predictions
from obverse.ask_endpoint import ask_endpoint
from obverse.errors import UnusableInput

SECRET, KEY = "hush-hush-of-mine", "key-in-the-query"
CONNECTIONS, AGAIN = 3, asking.STEADY
ALL = DISTINCT + AGAIN  # questions until all are answered: the first few were asked about again by then
ONCE = ALL + AGAIN  # of a run that nothing disturbs


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setattr(endpoints, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setenv("MINE_AUTHORIZATION", f"Bearer {SECRET}")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def mine(tmp_path):
    """The user's pictures, in colour."""
    return askable.write(tmp_path / "mine", (6, 6, 3))


def scores(pixels):
    """Return what the service says of a picture: probabilities of as many classes."""
    weights = np.random.default_rng(1).normal(size=(pixels.size, CLASSES))
    logits = pixels.reshape(-1) / 255 @ weights
    return (np.exp(logits) / np.exp(logits).sum()).tolist()


class Service:
    """Answers with ``say``, scores and the number of the request to text or a response; remembers what it said."""

    def __init__(self, say=lambda found, number: json.dumps({"out": found}), at=lambda number: None):
        self.said, self.number, self.say, self._at = {}, 0, say, at

    async def __call__(self, request):
        body = await request.read()
        self.number += 1
        number = self.number
        self._at(number)
        assert request.headers["Authorization"] == f"Bearer {SECRET}" and KEY in request.raw_path
        picture = base64.b64decode(json.loads(body)["x"]) if body.startswith(b"{") else body
        assert picture.startswith(b"\x89PNG")
        pixels = np.asarray(pictures.decode(picture))
        said = self.say(scores(pixels), number)
        await asyncio.sleep(0)
        if isinstance(said, web.Response):
            return said
        self.said.setdefault(asking.sha256(pixels.tobytes()), json.loads(said)["out"])
        return web.Response(text=said)


def told(mine, port, **changes):
    """Return what the stage is told."""
    how = {"url": f"http://127.0.0.1:{port}/score?key={KEY}", "body": "", "scores": "out"}
    how |= {"authorization": "MINE_AUTHORIZATION", "connections": CONNECTIONS, "timeout_seconds": 20.0, "attempts": 4}
    how |= {"size": 6, "colour": "rgb"}
    return mine.arguments(**how | changes)


def command_line(arguments):
    """Return the same as a rule writes it."""
    words = []
    for name, value in arguments.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, list):
            words += [option, *map(str, value)]
        else:
            words += [f"{option}={value}"]
    return words


@pytest.fixture
def ask(mine):
    """Ask a service; return it."""

    def run(service, **changes):
        with servers.serving(service) as server:
            ask_endpoint(**told(mine, server.port, **changes))
        return service

    return run


def test_the_caches_hold_the_logarithms_of_what_it_said_and_each_picture_was_asked_about_once(ask, mine):
    service = ask(Service())
    for place, cache in enumerate(mine.caches()):
        for sample_id, found in cache.items():
            np.testing.assert_allclose(found, np.log(scores(mine.pixels[place][sample_id])), rtol=1e-5)
    assert service.number == mine.asked() == ONCE and len(service.said) == DISTINCT
    assert mine.answers() == service.said
    assert [predictions.releases(path) for path in mine.files("predictions.parquet")] == ["full", "full"]


def _largest(found, count):
    order = np.argsort(found)[::-1][:count]
    return [{"label": NAMES[place], "score": found[place]} for place in order]


@pytest.mark.parametrize(
    ("releases", "say", "kept"),
    [
        ("m2", lambda found: _largest(found, 2), lambda found: sorted(found)[-2:]),
        ("round2", lambda found: [round(one, 2) for one in found], lambda found: [round(one, 2) for one in found]),
        ("label", lambda found: NAMES[int(np.argmax(found))], lambda found: [1.0]),
    ],
)
def test_a_service_may_release_less_and_the_caches_say_so(ask, mine, releases, say, kept):
    ask(Service(lambda found, number: json.dumps({"out": say(found)})), releases=releases, names=NAMES)
    for place, cache in enumerate(mine.caches()):
        for sample_id, found in cache.items():
            truth = scores(mine.pixels[place][sample_id])
            assert found.argmax() == np.argmax(truth)
            shown, expected = np.exp(found.astype(float)), np.array(kept(truth))
            np.testing.assert_allclose(np.sort(shown[shown > 0]), np.sort(expected[expected > 0]), rtol=1e-5)
    assert [predictions.releases(path) for path in mine.files("predictions.parquet")] == [releases] * 2


def test_a_second_run_asks_nothing_however_it_would_ask_and_whatever_was_deleted(mine):
    service, changed = Service(), {"connections": 1, "attempts": 1, "timeout_seconds": 1.0, "max_questions": 0}
    with servers.serving(service) as server:
        ask_endpoint(**told(mine, server.port))
        before, lines = [path.read_bytes() for path in mine.files("predictions.parquet")], mine.lines()
        for path in mine.files("predictions.parquet"):
            path.unlink()
        ask_endpoint(**told(mine, server.port, **changed))
    assert service.number == ONCE and mine.lines() == lines
    assert [path.read_bytes() for path in mine.files("predictions.parquet")] == before


def test_the_same_pixels_are_no_other_question_however_they_are_encoded(mine, monkeypatch):
    service = Service()
    with servers.serving(service) as server:
        ask_endpoint(**told(mine, server.port))
        monkeypatch.setattr(pictures, "png", _png_of_another_encoder)
        ask_endpoint(**told(mine, server.port))
    assert service.number == ONCE
    assert mine.answers().keys() == {asking.sha256(one.tobytes()) for one in _wanted(mine)}


def _png_of_another_encoder(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=0)
    return stream.getvalue()


def _wanted(mine):
    return [mine.pixels[0][one] for one in askable.LABELS] + [mine.pixels[1][one] for one in askable.HELD]


def test_pictures_are_sent_grey_where_they_are(tmp_path):
    grey, service = askable.write(tmp_path / "grey", (6, 6)), Service()
    with servers.serving(service) as server:
        ask_endpoint(**told(grey, server.port, colour="grey"))
    assert service.said.keys() == {asking.sha256(one.tobytes()) for one in _wanted(grey)}
    grey.caches()


def test_without_names_it_may_call_classes_as_the_subfolders_are_called(ask, mine):
    ask(Service(lambda found, number: json.dumps({"out": NAMES[int(np.argmax(found))]})), releases="label")
    for place, cache in enumerate(mine.caches()):
        for sample_id, found in cache.items():
            assert found.argmax() == np.argmax(scores(mine.pixels[place][sample_id]))


def test_an_answer_that_could_not_be_used_once_is_asked_for_again_by_the_same_command(mine):
    def say(found, number):
        return json.dumps({"out": found[1:] if number == 4 else found})

    service = Service(say)
    with servers.serving(service) as server:
        with pytest.raises(UnusableInput, match=f"expected scores of {CLASSES} classes"):
            ask_endpoint(**told(mine, server.port))
        known, asked = len(mine.answers()) - 1, service.number
        ask_endpoint(**told(mine, server.port))
    assert service.number - asked == DISTINCT - known + min(AGAIN, known) + AGAIN and mine.asked() == service.number
    mine.caches()


@pytest.mark.parametrize("changes", [{"body": '{"x": "{image}"}'}, {"scores": "out[:]"}])
def test_asked_otherwise_it_is_another_target(mine, changes):
    service = Service()
    with servers.serving(service) as server:
        ask_endpoint(**told(mine, server.port))
        ask_endpoint(**told(mine, server.port, **changes))
    assert service.number == mine.asked() == 2 * ONCE


def test_one_that_throttles_twice_is_asked_again_and_every_attempt_counts(ask, mine):
    def say(found, number):
        return (
            web.Response(status=429, headers={"Retry-After": "0"}) if number in (4, 5) else json.dumps({"out": found})
        )

    service = ask(Service(say))
    assert service.number == mine.asked() == ONCE + 2 and mine.answers() == service.said
    mine.caches()


def _after(count, bad):
    """Return what says ``bad`` from a number of requests on."""
    return lambda found, number: bad(found, number) if number > count else json.dumps({"out": found})


def _response(code, **headers):
    text = f"Bearer {SECRET}, you asked with {KEY}"  # a careless service says back what it was sent
    return lambda found, number: web.Response(status=code, text=text, headers=headers)


BAD = {
    "changes": (_after(ALL, lambda found, _: json.dumps({"out": found[::-1]})), "expected the answer of before"),
    "redirects": (_after(4, _response(302, Location=f"/login/{SECRET}")), "found HTTP 302, a redirect to http://127."),
    "throttles": (_after(4, _response(429, **{"Retry-After": "0"})), "found HTTP 429; attempts made: 2"),
    "fails": (_after(4, _response(500)), "found HTTP 500; attempts made: 2"),
    "refuses": (_after(4, _response(401)), "found HTTP 401: the authorization was refused"),
    "complains": (_after(4, _response(422)), "found HTTP 422, which says"),
    "NaN": (_after(4, lambda *_: web.Response(text='{"out": [NaN, 0.5, 0.5, 0, 0]}')), "expected JSON, found"),
    "nothing": (_after(4, lambda *_: web.Response(text='{"other": 1}')), "out"),
    "too few": (_after(4, lambda found, _: json.dumps({"out": found[1:]})), f"expected scores of {CLASSES} classes"),
    "too much": (_after(4, lambda found, _: json.dumps({"out": [1.3 * one for one in found]})), "found a sum of 1.3"),
}


def run_as_program(arguments, monkeypatch, capsys):
    """Run the stage on its command line; return its exit status and what it wrote to stderr after its progress."""
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["ask_endpoint", *command_line(arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.run(ask_endpoint)
    lines = capsys.readouterr().err.splitlines()
    return ended.value.code, [line for line in lines if not line.startswith("ask mine: ")]


@pytest.mark.parametrize("bad", BAD)
def test_a_service_that_cannot_be_used_is_said_in_two_lines_and_every_answer_that_came_is_kept(
    mine, bad, monkeypatch, capsys
):
    say, problem = BAD[bad]
    service = Service(say)
    with servers.serving(service) as server:
        status, lines = run_as_program(told(mine, server.port, attempts=2), monkeypatch, capsys)
    assert status == 1 and len(lines) == 2
    assert lines[0].startswith("ask_endpoint: error: ") and problem in lines[0]
    assert mine.answers() == service.said and len(service.said) >= 4
    assert mine.asked() == service.number
    assert not any(path.exists() for path in mine.files("predictions.parquet"))


def test_a_service_that_answers_at_random_has_cost_a_handful_of_questions(mine, capsys):
    """They, too, were announced, and within the budget."""
    random = np.random.default_rng(1)
    service = Service(lambda found, number: json.dumps({"out": random.dirichlet(np.ones(CLASSES)).tolist()}))
    with servers.serving(service) as server, pytest.raises(UnusableInput, match="found another"):
        ask_endpoint(**told(mine, server.port, max_questions=ONCE))
    assert service.number == mine.asked() == AGAIN + 1 and len(mine.answers()) == AGAIN
    assert f"{ONCE} questions to ask ({2 * AGAIN} of them again)" in capsys.readouterr().out


def _rounded(nudges):
    """Return what says scores of two decimals, the largest nudged by as many hundredths as ``nudges`` has for it."""

    def say(found, number):
        shown = [round(one, 2) for one in found]
        shown[int(np.argmax(found))] += nudges(number) / 100
        return json.dumps({"out": [round(one, 2) for one in shown]})

    return say


def test_a_rounded_score_that_flips_now_and_then_is_a_steady_one_and_the_first_is_kept(ask, mine, capsys):
    flips = {AGAIN + 2, AGAIN + 4, ONCE}  # twice of the first five that are asked again, once of the last
    service = ask(Service(_rounded(lambda number: int(number in flips))), releases="round2")
    assert service.number == ONCE and mine.answers() == service.said
    said = capsys.readouterr().out
    assert f"2 of {AGAIN} answers differ in a last digit" in said and f"1 of {AGAIN} answers differ" in said


@pytest.mark.parametrize(
    "nudges",
    [lambda number: 2 * (number == AGAIN + 2), lambda number: int(number > AGAIN)],
    ids=["by two", "mostly"],
)
def test_one_that_flips_by_more_or_most_times_is_not(mine, nudges):
    with servers.serving(Service(_rounded(nudges))) as server, pytest.raises(UnusableInput, match="found another"):
        ask_endpoint(**told(mine, server.port, releases="round2"))
    assert mine.asked() <= 2 * AGAIN


def test_one_that_says_more_than_was_declared_too(mine, monkeypatch, capsys):
    """At once: not after a thousand questions."""
    service = Service()
    with servers.serving(service) as server:
        status, lines = run_as_program(told(mine, server.port, releases="m2", names=NAMES), monkeypatch, capsys)
    assert status == 1 and len(lines) == 2 and "expected at most the 2 largest scores" in lines[0]
    assert mine.answers() == service.said and mine.asked() == service.number <= 2 * CONNECTIONS


def test_when_the_service_is_itself_again_only_what_it_did_not_answer_is_asked(mine):
    service = Service(BAD["fails"][0])
    with servers.serving(service) as server:
        with pytest.raises(UnusableInput):
            ask_endpoint(**told(mine, server.port, attempts=1))
        before, asked = len(mine.answers()), service.number
        service.say = Service().say
        ask_endpoint(**told(mine, server.port, attempts=1))
    assert 4 <= before < DISTINCT and service.number - asked == DISTINCT - before + min(AGAIN, before) + AGAIN
    mine.caches()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"max_questions": ONCE - 1}, "max_questions: expected at most"),
        ({"price_usd": 0.01, "confirm_spend": False}, "confirm_spend: expected leave to spend $0.22"),
        ({"price_usd": 0.01, "confirm_spend": True, "max_cost_usd": 0.1}, "max_cost_usd: expected to spend at most"),
    ],
)
def test_a_budget_that_would_be_passed_is_refused_before_the_first_question(mine, changes, where, monkeypatch, capsys):
    service = Service()
    with servers.serving(service) as server:
        status, lines = run_as_program(told(mine, server.port, **changes), monkeypatch, capsys)
    assert status == 1 and len(lines) == 2 and lines[0].startswith(f"ask_endpoint: error: {where}")
    assert service.number == mine.asked() == 0


@pytest.mark.parametrize("bad", ["", *BAD])
def test_the_authorization_is_in_nothing_that_is_written_or_said(mine, bad, monkeypatch, capfd):
    with servers.serving(Service(BAD[bad][0]) if bad else Service()) as server:
        monkeypatch.setattr(sys, "argv", ["ask_endpoint", *command_line(told(mine, server.port, attempts=2))])
        try:
            cli.run(ask_endpoint)
        except SystemExit:
            assert bad
    said = "".join(capfd.readouterr())
    written = {path: path.read_bytes() for path in mine.folder.rglob("*") if path.is_file()}
    assert any(path.suffix == ".jsonl" for path in written) and "mine: " in said
    for secret in SECRET, KEY:
        assert secret not in said
        assert not any(secret.encode() in content or secret in str(path) for path, content in written.items())


def start(arguments):
    """Start the stage as a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(Path(asking.__file__).parents[1])}
    command = [sys.executable, "-m", "obverse.ask_endpoint", *command_line(arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    "moments",
    [[1], [AGAIN + 2], [ALL - 3], [ALL], [ALL + 3], [2, 7, 11]],
    ids=["at the first", "at those asked again first", "midway", "at the last", "at those asked again", "three times"],
)
def test_killed_at_any_moment_and_run_again_it_asks_for_no_more_than_it_waited_for_and_ends_the_same(
    ask, mine, tmp_path, moments
):
    ask(Service())
    undisturbed = [path.read_bytes() for path in mine.files("predictions.parquet")]
    again = askable.write(tmp_path / "again", (6, 6, 3))
    running, left, repeated = [], list(moments), 0

    def kill(number):
        if left and number >= left[0]:
            left.pop(0)
            running[-1].kill()

    service = Service(at=kill)
    with servers.serving(service) as server:
        for _ in range(len(moments) + 1):
            known = len(again.answers())
            repeated += AGAIN + min(AGAIN, known or AGAIN) * (known < DISTINCT)
            with start(told(again, server.port)) as process:
                running.append(process)
                _, errors = process.communicate(timeout=60)
    assert [process.returncode for process in running] == [-signal.SIGKILL] * len(moments) + [0], errors
    assert service.number <= DISTINCT + repeated + CONNECTIONS * len(moments)
    assert service.number <= again.asked() <= service.number + CONNECTIONS * len(moments)
    assert again.answers() == mine.answers()
    assert [path.read_bytes() for path in again.files("predictions.parquet")] == undisturbed
    assert {path.name for path in again.folder.iterdir()} == {path.name for path in mine.folder.iterdir()}


def test_as_a_process_of_its_own_it_ends_with_status_one_and_two_lines(mine):
    with servers.serving(Service(BAD["redirects"][0])) as server, start(told(mine, server.port)) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and len(errors.splitlines()) == 2 and SECRET not in errors
