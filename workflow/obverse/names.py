"""Spelling of people's names, normalised so that two lists of the same person agree."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

_DROPPED = re.compile("[’'.]")
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}


def normalise(name: str) -> str:
    """Return ``name`` without accents, case, punctuation and suffix (Jr, Sr, II to IV), words separated by one space.

    Middle names and spelling variants stay: "Sean" and "Seann" remain two names.
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    spaced = "".join(letter if letter.isalnum() else " " for letter in _DROPPED.sub("", bare.casefold()))
    return " ".join(word for word in spaced.split() if word not in _SUFFIXES)


def nearest(names: Sequence[str], known: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each of the normalised ``names``, the row of the most alike ``known`` one, and how alike, 0 to 1.

    Likeness is that of the words in alphabetical order (token sort ratio): letters that need no edit, as a share of
    all of both.
    """
    best, alike = np.zeros(len(names), np.int64), np.zeros(len(names), np.float32)
    for start in range(0, len(names), _BLOCK):
        block = slice(start, start + _BLOCK)
        table = process.cdist(names[block], known, scorer=fuzz.token_sort_ratio, dtype=np.float32)
        best[block] = table.argmax(axis=1)
        alike[block] = table.max(axis=1) / 100
    return best, alike


_BLOCK = 8192  # names compared at a time: CelebA may hold as many spellings as pictures
