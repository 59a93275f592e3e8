"""Texts that others wrote cannot steer a terminal."""

import pytest

from obverse import terminal


@pytest.mark.parametrize("text", ["", "results/fig9.png", "ä 8 × 8 → 顔"])
def test_what_can_be_printed_stays_as_it_is(text):
    assert terminal.escaped(text) == text


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("\x1b[2J", r"\x1b[2J"),  # clears the screen
        ("a\nb\r\t", r"a\nb\r\t"),
        ("\u202egnp", r"\u202egnp"),  # turns what follows around
        ("\x9b1A", r"\x9b1A"),
        ("\udcff", r"\udcff"),  # half a letter, as of a file's name that is no text
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(text, spelled):
    assert terminal.escaped(text) == spelled


def test_lines_stay_lines_and_each_is_spelled_out():
    assert terminal.escaped_lines("first\x07\nsecond\r\n") == "first\\x07\nsecond\\r\n"
