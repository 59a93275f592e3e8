"""Normalised names."""

import pytest

from obverse.names import normalise


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("Zoë_Alder", "zoe alder"),
        ("Jean-Luc  Alder", "jean luc alder"),
        ("José Núñez", "jose nunez"),
        ("Jose\u0301 Nu\u0301n\u0303ez", "jose nunez"),
        ("Conan O'Dell", "conan odell"),
        ("Conan O’Dell", "conan odell"),
        ("J.K. Alder", "jk alder"),
        ("Cuba Alder, Jr.", "cuba alder"),
        ("CUBA_ALDER_III", "cuba alder"),
        ("Straße", "strasse"),
        ("Ivy Alder", "ivy alder"),
        ("__", ""),
    ],
)
def test_accents_case_punctuation_and_suffixes_do_not_count(spelling, expected):
    assert normalise(spelling) == expected


def test_siblings_and_namesakes_stay_apart():
    people = ["Alec Alder", "Stephen Alder", "Steven Alder", "Alec Alderson", "Sean Alder", "Seann Alder"]
    assert len({normalise(name) for name in people}) == len(people)
