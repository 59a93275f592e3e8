"""Secrets taken out of what a server said."""

import json
import urllib.parse

import pytest

from obverse.redactions import redacted

SECRET = "Bearer a/b+c=é.*(x"


@pytest.mark.parametrize(
    "spelt",
    [
        SECRET,
        SECRET.lower(),
        json.dumps(SECRET),
        json.dumps(json.dumps(SECRET)),
        SECRET.replace("/", r"\/"),
        SECRET.replace("=", r"\u003d"),
        urllib.parse.quote(SECRET, encoding="latin-1", safe=""),
        urllib.parse.quote(SECRET, safe=""),
    ],
)
def test_a_secret_is_found_however_it_is_spelt(spelt):
    assert redacted(f"you sent <{spelt}>, twice: {spelt}", [SECRET]).count("***") == 2
    assert "b" not in redacted(spelt.lower(), [SECRET]).replace(r"\u", "")


def test_the_longer_of_two_secrets_goes_first_and_none_is_no_secret():
    assert redacted("key abc of abcdef", ["abc", "", "abcdef"]) == "key *** of ***"
    assert redacted("a.c abc", ["a.c"]) == "*** abc"
    assert redacted("as it was", ["", ""]) == "as it was"
