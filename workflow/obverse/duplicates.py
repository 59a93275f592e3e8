"""Near-duplicates stay together: choosing a share of images by whole groups."""

import numpy as np


def choose(groups: np.ndarray, share: float, leave: int, random: np.random.Generator) -> np.ndarray:
    """Return which of N images are chosen, bool [N], for the ``duplicate_group`` of each, int64 [N].

    About ``share`` (0 to 1) of the images, to within the largest group: groups are drawn until the next would not
    bring the number nearer. At least one group is chosen and at least ``leave`` are left; raises `ValueError` when
    there are too few for both.
    """
    drawn, sizes = np.unique(groups, return_counts=True)
    if len(drawn) <= leave:
        raise ValueError(f"expected more than {leave} groups of near-duplicates, found {len(drawn)}")
    order = np.arange(len(drawn))
    random.shuffle(order)
    before = np.concatenate([[0], np.cumsum(sizes[order])[:-1]])
    count = int((before < share * len(groups) - 0.5).sum())
    return np.isin(groups, drawn[order[: min(max(count, 1), len(drawn) - leave)]])
