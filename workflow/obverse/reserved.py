"""`reserved.parquet`: the images that the evaluation classifier learns from: no target does, no figure shows one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import tables
from obverse.errors import UnusableInput

UNKNOWN = -1  # the label of a person of whom nothing is reserved

SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("label", pa.int64()),  # the evaluation classifier's class: place of the identity in the order of their names
        ("identity", pa.string()),
    ]
)


def read(path: Path) -> pa.Table:
    """Read ``reserved.parquet``: ``label`` is in ``0 … K-1``, and no target's label."""
    return tables.read(path, SCHEMA)


def write(path: Path, table: pa.Table, stamp: dict[str, str]) -> None:
    """Write ``reserved.parquet``."""
    tables.write(path, table, SCHEMA, stamp)


def labels(reserved: pa.Table, identities: Sequence[str]) -> np.ndarray:
    """Return the evaluation classifier's label int64 [N] of each identity, `UNKNOWN` where nothing is reserved."""
    known = dict(zip(reserved["identity"].to_pylist(), reserved["label"].to_pylist(), strict=True))
    return np.array([known.get(identity, UNKNOWN) for identity in identities], dtype=np.int64)


def check_differ(people: np.ndarray, groups: np.ndarray, where: Path) -> None:
    """Raise `UnusableInput` for ``where`` unless two reserved images that differ are of one person.

    ``people`` [N] and ``groups`` [N] say whose each is, and which are near-duplicates of one another.
    """
    pairs = set(zip(people.tolist(), groups.tolist(), strict=True))
    if len(pairs) == len({person for person, _ in pairs}):
        raise UnusableInput(
            where,
            "expected two reserved images that differ of at least one identity, found one of each",
            "Give more pictures, or raise reserved_fraction under evaluators, or under audit.evaluator for a target of "
            "your own: one to learn from, one to measure by.",
        )


def check_disjoint(reserved: pa.Table, sample_ids: np.ndarray, where: Path) -> None:
    """Raise `UnusableInput` for ``where`` if any of ``sample_ids``, which it trains on or shows, is reserved.

    A judge that had learnt the picture it is asked about would recognise the picture, not the person.
    """
    shared = np.intersect1d(reserved["sample_id"].to_numpy(), sample_ids)
    if len(shared):
        raise UnusableInput(
            where,
            "expected no image reserved for the evaluation classifier, "
            f"found sample_id {shared[0]} ({len(shared)} in all)",
            "It was made without knowing what is reserved: delete it and run the same command again.",
        )
