"""The prediction cache: one row an image, its label for the classifier and all K log-probabilities.

It is the wall between a classifier and its adversary. Log-probabilities (``log_softmax`` in float32) are kept rather
than probabilities, so that no score underflows to zero. Of a target that releases less than whole vectors the cache
says by which policy (`policies`), and holds ``-inf`` for what was withheld.
"""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from obverse import policies, tables
from obverse.errors import UnusableInput

NOT_A_CLASS = -1  # the label of a picture of somebody the classifier does not know


def schema(num_classes: int) -> pa.Schema:
    """Return the columns of a cache of ``num_classes`` scores."""
    scores = pa.list_(pa.float32(), num_classes)
    return pa.schema([("sample_id", pa.int64()), ("label", pa.int64()), ("scores", scores)])


def write(
    path: Path,
    sample_ids: np.ndarray,
    labels: np.ndarray,
    log_probabilities: np.ndarray,
    stamp: dict[str, str],
) -> None:
    """Write log-probabilities float32 [N, K] with ``sample_ids`` and ``labels`` [N].

    ``stamp`` says what the target ``releases``, unless that is everything.
    """
    _check(path, sample_ids, log_probabilities, _released(stamp.get("obverse")))
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
    _check(path, sample_ids, log_probabilities, _of(table.schema))
    return sample_ids, table["label"].to_numpy(), log_probabilities


def releases(path: Path) -> str:
    """Return the policy by which the target released what a cache, one that `read` reads, holds."""
    return _of(pq.read_schema(path))


def _of(columns: pa.Schema) -> str:
    return _released((columns.metadata or {}).get(b"obverse"))


def _released(record: str | bytes | None) -> str:
    return json.loads(record or "{}").get("releases", "full")


def _check(path: Path, sample_ids: np.ndarray, log_probabilities: np.ndarray, released: str) -> None:
    """Raise `UnusableInput` for a row that is no prediction vector, so far as it was released."""
    chosen = policies.policy(released)
    slack = policies.slack(chosen, log_probabilities.shape[1])
    sums = np.exp(log_probabilities, dtype=np.float64).sum(axis=1)
    fits = sums < 1 + slack
    if chosen.scores is None:
        fits &= sums > 1 - slack
    wrong = np.flatnonzero(~fits)  # written so that NaN counts as wrong
    if len(wrong):
        row = int(wrong[0])
        raise UnusableInput(
            path,
            f"prediction vectors must sum to 1, but row {row} (sample_id {sample_ids[row]}) sums to {sums[row]:.4f}",
            "Delete it and run the same command again; if it comes back, look at the classifier's history.csv.",
        )
