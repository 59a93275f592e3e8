"""Near-duplicate pictures of one person, found by how brightness changes across a thumbnail.

FaceScrub holds the same photograph several times, recompressed, brightened or cut a little differently; a random split
would leak it. A fingerprint is that of the difference hash (dHash), but keeps how large each change is: two crops by
slightly different boxes flip many of the signs that a hash keeps, and few of the large changes.
"""

import numpy as np
from PIL import Image

SIDE = 16  # cells a side of the thumbnail
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
        near = prints[rows] @ prints[rows].T > NEAR * np.outer(lengths[rows], lengths[rows])
        group[rows] = _smallest_reached(near | np.eye(len(rows), dtype=bool), sample_ids[rows])
    return group


def _smallest_reached(near: np.ndarray, sample_ids: np.ndarray) -> np.ndarray:
    """Return the smallest of ``sample_ids`` [n] that each row reaches through the relation ``near`` [n, n]."""
    smallest = sample_ids
    while True:
        spread = np.where(near, smallest, np.iinfo(smallest.dtype).max).min(axis=1)
        if (spread == smallest).all():
            return smallest
        smallest = spread
