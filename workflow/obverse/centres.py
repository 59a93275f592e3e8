"""People as directions: each one's mean embedding, how alike two of them are, and how alike is too alike.

An embedding is a face's row of an `embedders` model; only its direction counts, so likeness is the cosine.
"""

from dataclasses import dataclass

import numpy as np

from obverse.errors import UnusableInput

BINS = 20_000  # of cosine between -1 and 1: a threshold is known to 0.0001
_BLOCK = 1024  # rows of a product held at a time: 10,177 people make 10⁸ pairs


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return ``vectors`` [N, D] scaled to length 1; one without a direction stays 0."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def centres(embeddings: np.ndarray, identities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sorted identities [K] and, float32 [K, D] of length 1, the mean direction of each one's embeddings."""
    people, person_of = np.unique(identities, return_inverse=True)
    sums = np.zeros((len(people), embeddings.shape[1]))
    np.add.at(sums, person_of, unit(embeddings))
    return people, unit(sums).astype(np.float32)


def halves(embeddings: np.ndarray, identities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the centres, twice float32 [K, D], of every other picture and of the rest, of who has two pictures."""
    people, person_of, counts = np.unique(identities, return_inverse=True, return_counts=True)
    order = np.argsort(person_of, kind="stable")
    place = np.empty(len(order), np.int64)  # of a picture among its person's
    place[order] = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    enough = (counts >= 2)[person_of]
    even, odd = (enough & (place % 2 == side) for side in (0, 1))
    return tuple(centres(embeddings[half], person_of[half])[1] for half in (even, odd))


@dataclass(frozen=True, eq=False)
class Likeness:
    """How alike people are to themselves and to each other, within one data set."""

    genuine: np.ndarray  # float32 [K]: cosine of a person's two halves
    impostor: np.ndarray  # int64 [BINS]: pairs of halves of different people, by cosine

    def threshold(self, false_match_rate: float) -> float:
        """Return the lowest cosine that at most ``false_match_rate`` of the pairs of different people reach.

        Raises `UnusableInput` when there is no such pair.
        """
        reaching = np.append(np.cumsum(self.impostor[::-1])[::-1], 0)  # pairs at or above each bin's lower edge
        if reaching[0] == 0:
            problem = "expected two people with two pictures each to calibrate on, found fewer"
            raise UnusableInput("CelebA's embeddings", problem, "Set embedder.threshold to a number.")
        return 2 * int(np.flatnonzero(reaching <= false_match_rate * reaching[0])[0]) / BINS - 1

    def missed(self, threshold: float) -> float:
        """Return the share of people whose two halves are less alike than ``threshold``."""
        return float((self.genuine < threshold).mean())

    def matched(self, threshold: float) -> float:
        """Return the share of pairs of different people that are as alike as ``threshold``, to within a bin."""
        return float(self.impostor[int(np.ceil((threshold + 1) * (BINS / 2) - 1e-6)) :].sum() / self.impostor.sum())


def likeness(embeddings: np.ndarray, identities: np.ndarray) -> Likeness:
    """Compare all people who have two pictures; both sides of a pair are centres of half a person's pictures."""
    first, second = halves(embeddings, identities)
    counts = np.zeros(BINS, np.int64)
    for start in range(0, len(first), _BLOCK):
        cosines = first[start : start + _BLOCK] @ second.T
        own = cosines[np.arange(len(cosines)), start + np.arange(len(cosines))]
        counts += histogram(cosines) - histogram(own)
    return Likeness(np.einsum("kd,kd->k", first, second), counts)


def histogram(cosines: np.ndarray) -> np.ndarray:
    """Return how many ``cosines`` lie in each of `BINS` bins, int64 [BINS]."""
    bins = ((cosines.ravel() + 1) * (BINS / 2)).astype(np.int64).clip(0, BINS - 1)
    return np.bincount(bins, minlength=BINS)


def nearest(people: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each of ``people`` [N, D], the row of the most alike of ``known`` [M, D], and the cosine."""
    cosines = people @ known.T
    best = cosines.argmax(axis=1)
    return best, cosines[np.arange(len(people)), best]
