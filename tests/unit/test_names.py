"""Normalised names."""

import pytest

from obverse import names
from obverse.names import nearest, normalise


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


def test_the_nearest_name_does_not_depend_on_the_order_of_its_words():
    rows, alike = nearest(["alder zoe", "sean oak"], ["sean oak ii", "zoe alder", "seann oak"])
    assert rows.tolist() == [1, 2]
    assert alike[0] == 1 and alike[1] == pytest.approx(16 / 17)


@pytest.mark.parametrize(("one", "other"), [("seann alder", "sean alder"), ("ann alder", "anne alder")])
def test_variants_of_a_spelling_are_nearly_the_same(one, other):
    assert nearest([one], [other])[1] >= 0.9


@pytest.mark.parametrize(("one", "other"), [("alec alder", "stephen alder"), ("zoe alder", "zoe grace alder")])
def test_siblings_and_dropped_middle_names_are_not(one, other):
    assert nearest([one], [other])[1] < 0.9


def test_more_names_than_are_compared_at_a_time_give_the_same(monkeypatch):
    people = [f"{first} {last}" for first in ("ann", "bea", "cleo") for last in ("oak", "elm", "ash")]
    whole = nearest(people, people[::-1])
    monkeypatch.setattr(names, "_BLOCK", 2)
    blocks = nearest(people, people[::-1])
    assert whole[0].tolist() == blocks[0].tolist() == list(range(8, -1, -1))
    assert blocks[1].tolist() == [1] * 9
