"""Which addresses may be asked, and what of them is shown."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from obverse import addresses
from obverse.errors import UnusableInput


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("https://model.example/v1/score", False),
        ("HTTPS://model.example:8443/", False),
        ("https://127.0.0.1:8443/x", True),
        ("http://127.0.0.1:8000/x", True),
        ("http://127.8.9.10/x", True),
        ("http://localhost:8000/x", True),
        ("http://LOCALHOST/x", True),
        ("http://[::1]:8000/x", True),
    ],
)
def test_https_may_be_asked_anywhere_and_http_on_this_machine(url, loopback):
    assert addresses.parse(url).loopback is loopback


@pytest.mark.parametrize(
    "url",
    [
        "http://model.example/x",
        "http://10.0.0.1/x",
        "http://0.0.0.0/x",
        "http://localhost.example/x",
        "http://127.0.0.1.example/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[::2]/x",
    ],
)
def test_http_to_another_machine_is_refused(url):
    with pytest.raises(UnusableInput, match="expected https, found http|expected a web address"):
        addresses.parse(url)


@pytest.mark.parametrize(
    "url",
    ["", "model.example/x", "https://", "https:///x", "ftp://model.example/x", "file:///etc/passwd", "mailto:a@b"]
    + ["https://model.example:port/x", "https://model.example/x\n", " https://model.example/x", "https://[::1/x"]
    + ["https://model .example/x", "https://*.example/x", "httpsx://model.example/x"],
)
def test_what_is_no_web_address_is_refused_and_not_shown(url):
    with pytest.raises(UnusableInput, match="expected a web address, found none") as refused:
        addresses.parse(url)
    assert ".example" not in str(refused.value) and "passwd" not in str(refused.value)
    assert refused.value.__context__ is None


def test_an_address_that_readers_may_differ_about_is_judged_as_it_is_sent():
    assert addresses.parse("http://127.0.0.1\\.example/x").url == "http://127.0.0.1/%5C.example/x"


@pytest.mark.parametrize("user", ["anna:hushhush", "hushhush", ":hushhush", "anna:hush%40hush", "hush@hush"])
def test_an_address_with_a_password_in_it_is_refused_and_the_password_not_shown(user):
    with pytest.raises(UnusableInput, match="without a user or password") as refused:
        addresses.parse(f"https://{user}@model.example/x?key=hushhush")
    assert "hush" not in str(refused.value) and "anna" not in str(refused.value)
    assert "model.example" in str(refused.value) and "name an environment variable as authorization" in str(
        refused.value
    )


def test_what_is_shown_lacks_the_query_whose_longer_values_may_be_keys():
    address = addresses.parse("https://model.example:8443/v1/score?v=1&key=hush%2Fhushhush#part")
    assert address.shown == "https://model.example:8443/v1/score"
    assert set(address.keys) == {"v=1&key=hush%2Fhushhush", "hush/hushhush"}


@pytest.mark.parametrize("value", ["hush", "h/u+s h=é#&x", "https://anna:hush@other.example/?x"])
def test_a_variable_of_the_environment_stands_in_the_query_as_one_value_and_is_a_key(value, monkeypatch):
    monkeypatch.setenv("MODEL_KEY", value)
    address = addresses.parse("https://model.example/v1/score?v=1&key={MODEL_KEY}&again={MODEL_KEY}")
    sent = urlsplit(address.url)
    assert parse_qsl(sent.query) == [("v", "1"), ("key", value), ("again", value)] and sent.fragment == ""
    assert (address.shown, address.host) == ("https://model.example/v1/score", "model.example")
    assert value in address.keys


@pytest.mark.parametrize("value", [None, "", " "])
def test_one_that_is_not_set_is_told_by_its_name(value, monkeypatch):
    monkeypatch.delenv("MODEL_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("MODEL_KEY", value)
    with pytest.raises(
        UnusableInput, match="in the environment variable MODEL_KEY, found it empty or not set"
    ) as refused:
        addresses.parse("https://model.example/x?v=hushhush&key={MODEL_KEY}")
    assert refused.value.where == "https://model.example/x" and "hush" not in str(refused.value)


def test_only_a_query_holds_variables(monkeypatch):
    monkeypatch.setenv("MODEL_KEY", "hush")
    assert "hush" not in addresses.parse("https://model.example/{MODEL_KEY}/x?v=1").url


def said(url):
    """Return what is said of the configuration of an endpoint at ``url``."""
    return list(addresses.contradictions({"asked": {"file": {"model": "m.onnx"}, "mine": {"endpoint": {"url": url}}}}))


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://anna:hush@model.example/x", "expected an address without a user or password, found one with"),
        ("https://hush@model.example/x?key={KEY}", "expected an address without a user or password, found one with"),
        ("https://model.example/x?key=hushhush", "after https://model.example/x stands what may be a key"),
        ("https://model.example:8443/x?v=hushhush", "after https://model.example:8443/x stands what may be a key"),
        ("https://model.example/x?v=1&api_token=hush", "after https://model.example/x stands what may be a key"),
        ("https://model.example/x?hushhush", "after https://model.example/x stands what may be a key"),
        ("https://model.example/x#hushhush", "after https://model.example/x stands what may be a key"),
        ("https://model.example/x?key={KEY}hushhush", "after https://model.example/x stands what may be a key"),
        ("http://model.example/hush", "expected https, found http"),
        ("model.example/hush", "expected a web address, found none"),
    ],
)
def test_a_configuration_that_would_show_a_key_or_holds_no_address_is_refused_and_nothing_shown(url, problem):
    ((where, found, remedy),) = said(url)
    assert where == "asked.mine.endpoint.url" and found.startswith(problem)
    assert "hush" not in found + remedy and "anna" not in found + remedy


@pytest.mark.parametrize(
    "url",
    ["https://model.example/x", "http://127.0.0.1:8000/", "https://model.example/x?v=1&model=large"]
    + ["https://model.example/x?key={NOT_SET_ANYWHERE}&v=2"],
)
def test_any_other_is_accepted_whatever_the_environment_holds(url):
    assert said(url) == []
