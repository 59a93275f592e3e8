"""Pictures that are there twice: near-duplicates of one person's, and one face under two names.

Near-duplicates are found by how brightness changes across a thumbnail.

FaceScrub holds the same photograph several times, recompressed, brightened or cut a little differently; a random split
would leak it. A fingerprint is that of the difference hash (dHash), but keeps how large each change is: two crops by
slightly different boxes flip many of the signs that a hash keeps, and few of the large changes.
"""

import numpy as np
from PIL import Image
from scipy import sparse

SIDE = 16  # cells a side of the thumbnail
_BLOCK = 1024  # images compared at a time with all others
NEAR = 0.92  # cosine above which two fingerprints are of one photograph


def fingerprint(image: np.ndarray) -> np.ndarray:
    """Return the changes to the right and down, integers [2 * SIDE * (SIDE - 1)], for a uint8 image [H, W]."""
    cells = np.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BOX)).astype(np.int64)
    return np.concatenate([np.diff(cells, axis=0).ravel(), np.diff(cells, axis=1).ravel()])


def groups(images: np.ndarray, sample_ids: np.ndarray, identities: np.ndarray) -> np.ndarray:
    """Return for each image the smallest sample_id [N] among its near-duplicates, itself included.

    Two images of one identity are near-duplicates when the cosine of their fingerprints is above `NEAR`, or when a
    chain of such pairs joins them.
    """
    # Whole numbers in float64: matrix products are exact, whatever order a machine sums them in.
    prints = np.stack([fingerprint(image) for image in images]).astype(np.float64)
    lengths = np.sqrt((prints**2).sum(axis=1))
    group = sample_ids.copy()
    order = np.argsort(identities, kind="stable")
    starts = np.flatnonzero(identities[order][1:] != identities[order][:-1]) + 1
    for rows in np.split(order, starts):
        group[rows] = _smallest_reached(prints[rows], lengths[rows], sample_ids[rows])
    return group


def near(images: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return which of uint8 ``images`` [N, H, W] are near-duplicates of one whose fingerprint is ``known`` [M, D]."""
    others = known.astype(np.float64)
    others_lengths = np.sqrt((others**2).sum(axis=1))
    found = np.zeros(len(images), bool)
    for start in range(0, len(images), _BLOCK):
        prints = np.stack([fingerprint(image) for image in images[start : start + _BLOCK]]).astype(np.float64)
        lengths = np.sqrt((prints**2).sum(axis=1))
        found[start : start + _BLOCK] = (prints @ others.T > NEAR * np.outer(lengths, others_lengths)).any(axis=1)
    return found


def _smallest_reached(prints: np.ndarray, lengths: np.ndarray, sample_ids: np.ndarray) -> np.ndarray:
    """Return the smallest of ``sample_ids`` [n] that each row reaches by a chain of near fingerprints."""
    part = rows = np.arange(len(prints))  # a row of the part that each is in
    for start in range(0, len(prints), _BLOCK):
        block = slice(start, start + _BLOCK)
        near = prints[block] @ prints[start:].T > NEAR * np.outer(lengths[block], lengths[start:])
        own, others = np.nonzero(near)
        part = _joined(np.concatenate([own + start, rows]), np.concatenate([others + start, part]), len(rows))
    smallest = np.full(len(prints), np.iinfo(sample_ids.dtype).max)
    np.minimum.at(smallest, part, sample_ids)
    return smallest[part]


def _joined(ends: np.ndarray, others: np.ndarray, count: int) -> np.ndarray:
    """Return for each of ``count`` rows the first that it is joined with, where each of ``ends`` is with its other."""
    graph = sparse.coo_array((np.ones(len(ends), bool), (ends, others)), shape=(count, count))
    _, number = sparse.csgraph.connected_components(graph, directed=False)
    return np.unique(number, return_index=True)[1][number]


_SAME_FACE = 0.5  # share of two boxes' union that they have in common


def two_names(names: np.ndarray, sha256: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return, bool [N], which faces stand under another name too: the same file, and boxes that are mostly one.

    ``boxes`` [N, 4] are x1, y1, x2, y2. Two people in one photograph have boxes apart, and stay.
    """
    twice = np.zeros(len(names), bool)
    order = np.argsort(sha256, kind="stable")
    starts = np.flatnonzero(sha256[order][1:] != sha256[order][:-1]) + 1
    for rows in np.split(order, starts):
        if len(set(names[rows].tolist())) > 1:
            others = names[rows][:, None] != names[rows][None]
            twice[rows] = (others & (_in_common(boxes[rows]) >= _SAME_FACE)).any(axis=1)
    return twice


def _in_common(boxes: np.ndarray) -> np.ndarray:
    """Return the intersection over union [n, n] of ``boxes`` [n, 4]."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return shared / (areas[:, None] + areas[None] - shared)
