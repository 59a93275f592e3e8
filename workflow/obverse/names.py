"""Spelling of people's names, normalised so that two lists of the same person agree."""

import re
import unicodedata

_DROPPED = re.compile("[’'.]")
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}


def normalise(name: str) -> str:
    """Return ``name`` without accents, case, punctuation and suffix (Jr, Sr, II to IV), words separated by one space.

    Middle names and spelling variants stay: "Sean" and "Seann" remain two names.
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    spaced = "".join(letter if letter.isalnum() else " " for letter in _DROPPED.sub("", bare.casefold()))
    return " ".join(word for word in spaced.split() if word not in _SUFFIXES)
