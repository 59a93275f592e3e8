"""The prediction cache: one row an image, its label for the classifier and all K log-probabilities.

It is the wall between a classifier and its adversary. Log-probabilities (``log_softmax`` in float32) are kept rather
than probabilities, so that no score underflows to zero.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import tables
from obverse.errors import UnusableInput

NOT_A_CLASS = -1  # the label of a picture of somebody the classifier does not know

_SUM_TOLERANCE = 1e-3  # float32 softmax over a few hundred classes sums to 1 within about 1e-5


def schema(num_classes: int) -> pa.Schema:
    """Return the columns of a cache of ``num_classes`` scores."""
    scores = pa.list_(pa.float32(), num_classes)
    return pa.schema([("sample_id", pa.int64()), ("label", pa.int64()), ("scores", scores)])


def write(
    path: Path, sample_ids: np.ndarray, labels: np.ndarray, log_probabilities: np.ndarray, stamp: dict[str, str]
) -> None:
    """Write log-probabilities float32 [N, K] with ``sample_ids`` and ``labels`` [N]."""
    _check(path, sample_ids, log_probabilities)
    num_classes = log_probabilities.shape[1]
    scores = pa.FixedSizeListArray.from_arrays(pa.array(log_probabilities.reshape(-1), pa.float32()), num_classes)
    table = pa.table({"sample_id": sample_ids, "label": labels, "scores": scores})
    tables.write(path, table, schema(num_classes), stamp)


def read(path: Path, num_classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``sample_ids`` [N], ``labels`` [N] and log-probabilities float32 [N, K]; refuse rows that are none."""
    table = tables.read(path, schema(num_classes))
    scores = table["scores"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    log_probabilities = scores.reshape(len(table), num_classes)
    sample_ids = table["sample_id"].to_numpy()
    _check(path, sample_ids, log_probabilities)
    return sample_ids, table["label"].to_numpy(), log_probabilities


def _check(path: Path, sample_ids: np.ndarray, log_probabilities: np.ndarray) -> None:
    sums = np.exp(log_probabilities, dtype=np.float64).sum(axis=1)
    wrong = np.flatnonzero(~(np.abs(sums - 1) < _SUM_TOLERANCE))  # written so that NaN counts as wrong
    if len(wrong):
        row = int(wrong[0])
        raise UnusableInput(
            path,
            f"prediction vectors must sum to 1, but row {row} (sample_id {sample_ids[row]}) sums to {sums[row]:.4f}",
            "Delete it and run the same command again; if it comes back, look at the classifier's history.csv.",
        )
