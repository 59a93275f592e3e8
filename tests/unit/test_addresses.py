"""Which addresses may be asked, and what of them is shown."""

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
    assert "model.example" in str(refused.value)


def test_what_is_shown_lacks_the_query_whose_longer_values_may_be_keys():
    address = addresses.parse("https://model.example:8443/v1/score?v=1&key=hush%2Fhushhush#part")
    assert address.shown == "https://model.example:8443/v1/score"
    assert address.keys == ("v=1&key=hush%2Fhushhush", "hush/hushhush")
