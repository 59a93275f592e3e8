"""The victims of an attack: every image of the target's splits, its truth, and how near one comes to it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from obverse import metrics, samples, splits
from obverse.images import seen

_BLOCK = 1000  # images scored at once: a score holds several copies of them


@dataclass(frozen=True)
class Victims:
    """``table`` has sample_id, label and split of each victim; ``truth`` float32 [N, 1, H, W] in [0, 1], row by row."""

    table: pd.DataFrame
    truth: torch.Tensor


def load(images: Path, sample_table: Path, split_table: Path) -> Victims:
    """Read the victims in the order of the splits table."""
    table = splits.read(split_table).to_pandas()
    known = samples.read(sample_table)["sample_id"].to_numpy()
    rows = samples.rows(known, table["sample_id"].to_numpy(), split_table)
    return Victims(table, seen(torch.from_numpy(samples.read_images(images)[rows])))


def score(victims: Victims, reconstructions: torch.Tensor, device: torch.device) -> pd.DataFrame:
    """Return the scores of reconstructions float32 [N, 1, H, W], computed on ``device``: columns of `scores.SCHEMA`."""
    pairs = list(zip(reconstructions.split(_BLOCK), victims.truth.split(_BLOCK), strict=True))
    rows = victims.table.assign(
        mse=_each(metrics.mse, pairs, device), ssim=_each(metrics.ssim, pairs, device), identity_rank=0
    )
    for _, group in victims.table.groupby("split"):
        chosen = group.index.tolist()  # lists: pandas' arrays are read-only, of which torch warns
        labels = torch.tensor(group["label"].tolist(), device=device)
        ranks = metrics.identity_rank(reconstructions[chosen].to(device), victims.truth[chosen].to(device), labels)
        rows.loc[chosen, "identity_rank"] = ranks.cpu().numpy()
    return rows


def _each(
    metric: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    pairs: list[tuple[torch.Tensor, torch.Tensor]],
    device: torch.device,
) -> np.ndarray:
    """Return a per-image metric [N], block by block."""
    return np.concatenate([metric(first.to(device), second.to(device)).cpu().numpy() for first, second in pairs])
