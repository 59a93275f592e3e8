"""Whether pictures look where an auxiliary set looks.

Each victim's picture is compared with the picture of the same victim that another inverter draws, mostly the one
trained on frontal faces: what the victim and the drawing have in common then cancels, where a limit for all pictures
would be at the mercy of the instrument, which reads unclear faces as milder than they are. The sign alone proves
nothing: two inverters that differ in their training seed draw all their pictures some degrees apart (docs/data.md). So
a picture counts as turned only when it looks `MARGIN` degrees further than its reference.
"""

import numpy as np

from obverse import poses

MARGIN = 6.0  # degrees: half way to the default's limit between classes, and twice what a training seed does
_WANTED = {"left": (0, -1), "right": (0, 1), "down": (1, -1), "up": (1, 1)}  # which angle, and to which side


def turns(angles: np.ndarray, reference: np.ndarray, wanted: str) -> np.ndarray:
    """Return by how many degrees [N] each picture looks more ``wanted`` than its reference.

    ``angles`` and ``reference`` [N, 2] are yaw and pitch of two pictures of each victim, ``wanted`` is one of
    `poses.CLASSES`. More frontal is nearer to yaw and pitch 0. NaN where either has no angles.
    """
    if wanted not in poses.CLASSES:
        raise ValueError(f"expected one of {', '.join(poses.CLASSES)}, found {wanted!r}")
    if angles.shape != reference.shape or angles.shape[1:] != (2,):
        raise ValueError(f"expected two equal shapes [N, 2], found {angles.shape} and {reference.shape}")
    if wanted not in _WANTED:
        return np.linalg.norm(reference, axis=1) - np.linalg.norm(angles, axis=1)
    angle, side = _WANTED[wanted]
    return side * (angles - reference)[:, angle]


def turned(angles: np.ndarray, reference: np.ndarray, wanted: str) -> np.ndarray:
    """Return bool [N]: whether each picture looks more ``wanted`` than its reference by at least `MARGIN` degrees.

    What has no angles has not turned. Its mean is the share; `statistics` gives the interval. Raises as `turns` does.
    """
    return turns(angles, reference, wanted) >= MARGIN
