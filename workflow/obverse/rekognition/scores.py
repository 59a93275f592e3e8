"""`results/scores/rekognition/…`: how near each rebuilt face comes, one row a victim's picture."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import torch

from obverse import metrics, tables

SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("identity", pa.string()),
        ("split", pa.string()),  # "known" or "unknown" (individuals.py)
        ("mse", pa.float32()),  # mean over pixels in [0, 1]
        ("ssim", pa.float32()),
        ("identity_rank", pa.int64()),  # by the nearest other picture of the same split; 1 is best
        ("queries", pa.int64()),  # pictures that the attack asked about, victims' apart; one number a table
    ]
)


def read(path: Path) -> pd.DataFrame:
    """Read one table."""
    return tables.read(path, SCHEMA).to_pandas()


def by_label(labels: list[str], parts: list[str], paths: list[Path]) -> dict[str, pd.DataFrame]:
    """Return the scores of each label, of all its ``parts``, as `summaries.estimate` takes them.

    The lists are parallel; files of one label and part come from different training seeds.
    """
    found: dict[str, list[pd.DataFrame]] = {}
    trainings: Counter[tuple[str, str]] = Counter()
    for label, part, path in zip(labels, parts, paths, strict=True):
        rows = read(path)
        own = {"training": trainings[label, part], "draw": 0, "rank1": rows["identity_rank"] == 1}
        trainings[label, part] += 1
        found.setdefault(label, []).append(rows.assign(**own))
    return {label: pd.concat(tables, ignore_index=True) for label, tables in found.items()}


def measure(
    victims: tuple[np.ndarray, np.ndarray], split: str, rebuilt: torch.Tensor, truth: torch.Tensor, device: torch.device
) -> pd.DataFrame:
    """Return the scores, less queries, of images float32 [N, 1, H, W] beside the ``truth`` of the same shape.

    ``victims`` are sample_id [N] and identity [N] of one ``split``.
    """
    sample_ids, identities = victims
    people = torch.from_numpy(np.unique(identities, return_inverse=True)[1]).to(device)
    ranks = metrics.identity_rank(rebuilt.to(device), truth.to(device), people).cpu().numpy()
    rows = {"sample_id": sample_ids, "identity": identities, "split": split, "identity_rank": ranks}
    return pd.DataFrame(rows | metrics.nearness(rebuilt, truth, device))


def write(path: Path, rows: pd.DataFrame, queries: int, stamp: dict[str, str]) -> None:
    """Write the scores of an attack that took so many ``queries``, 0 for a floor."""
    tables.write(path, pa.Table.from_pandas(rows.assign(queries=queries), preserve_index=False), SCHEMA, stamp)
