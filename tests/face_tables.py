"""Tables of faces as `ask_rekognition` writes them, and how they are divided: made by hand, each face another one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse.rekognition import faces, individuals, scores
from rekognition_answers import flag, full


def detail(share: float, yaw: float = 0.0, left: float = 0.25) -> dict:
    """Return a face that smiles with a probability of ``share``, looks ``yaw`` degrees aside and lies at ``left``."""
    box = {"Width": 0.4, "Height": 0.5, "Left": left, "Top": 0.125}
    pose = {"Roll": 0.0, "Yaw": yaw, "Pitch": 0.0}
    return full() | {"Smile": flag(True, 100 * share), "Pose": pose, "BoundingBox": box}


def write_faces(path: Path, sample_ids: Sequence[int], details: Sequence[dict | None]) -> Path:
    """Write a table of faces; None is a picture in which there is none."""
    found = [faces.found({"FaceDetails": [] if one is None else [one]}, None) for one in details]
    faces.write(path, list(sample_ids), found, {})
    return path


def write_divided(path: Path, rows: Sequence[tuple[str, int, str, str]]) -> Path:
    """Write the division of individuals: dataset, sample_id, identity and part of each."""
    columns = dict(zip(("dataset", "sample_id", "identity", "part"), zip(*rows, strict=True), strict=True))
    individuals.write(path, pa.table({name: list(values) for name, values in columns.items()}), {})
    return path


def shares(count: int) -> np.ndarray:
    """Return ``count`` probabilities between 0 and 1, each another one, in no order."""
    return np.random.default_rng(count).permutation(np.linspace(0.02, 0.98, count))


def write_scores(
    path: Path, sample_ids: Sequence[int], identities: Sequence[str], split: str, mse: float | np.ndarray
) -> Path:
    """Write scores of faces that are all so far from the truth."""
    rows = {"sample_id": np.asarray(sample_ids), "identity": list(identities), "split": split}
    rows = pd.DataFrame(rows).assign(mse=np.float32(mse), ssim=np.float32(0.5), identity_rank=1)
    scores.write(path, rows, 40, {})
    return path
