"""The victims of an attack: every image of the target's splits, its truth, and how near one comes to it."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch

from obverse import checkpoints, evaluators, metrics, reserved, samples, splits
from obverse.errors import UnusableInput
from obverse.evaluators import Evaluator
from obverse.images import seen


@dataclass(frozen=True)
class Victims:
    """``table`` has sample_id, label and split of each victim; row by row, ``truth`` float32 [N, 1, H, W] in [0, 1] and
    ``people`` int64 [N], the evaluation classifier's label of whose picture it is.
    """

    table: pd.DataFrame
    truth: torch.Tensor
    people: torch.Tensor


def load(images: Path, sample_table: Path, split_table: Path, reserved_table: Path) -> Victims:
    """Read the victims in the order of the splits table.

    Raises `UnusableInput` when the evaluation classifier was trained on one of them.
    """
    table = splits.read(split_table).to_pandas()
    kept = reserved.read(reserved_table)
    reserved.check_disjoint(kept, table["sample_id"].to_numpy(), split_table)
    known = samples.read(sample_table)
    rows = samples.rows(known["sample_id"].to_numpy(), table["sample_id"].to_numpy(), split_table)
    people = reserved.labels(kept, known["identity"].take(rows).to_pylist())
    return Victims(table, seen(torch.from_numpy(samples.read_images(images)[rows])), torch.from_numpy(people))


def load_judge(path: Path, victims: Victims) -> Evaluator:
    """Return the evaluation classifier; raise `UnusableInput` for a target's weights, or one of other images."""
    judge = checkpoints.load(path, Evaluator)
    size, found = victims.truth.shape[-1], judge.architecture["size"]
    if size != found:
        problem = f"expected an evaluation classifier of {size} pixels, found one of {found}"
        raise UnusableInput(path, problem, "Delete it and run the same command again.")
    return judge


def score(victims: Victims, reconstructions: torch.Tensor, judge: Evaluator, device: torch.device) -> pd.DataFrame:
    """Return the scores of reconstructions float32 [N, 1, H, W], on ``device``: `scores.SCHEMA` less queries."""
    near = metrics.nearness(reconstructions, victims.truth, device)
    rows = victims.table.assign(**near, identity_rank=0)
    for _, group in victims.table.groupby("split"):
        chosen = group.index.tolist()  # lists: pandas' arrays are read-only, of which torch warns
        labels = torch.tensor(group["label"].tolist(), device=device)
        ranks = metrics.identity_rank(reconstructions[chosen].to(device), victims.truth[chosen].to(device), labels)
        rows.loc[chosen, "identity_rank"] = ranks.cpu().numpy()
    ranks = evaluators.rank(judge.to(device), reconstructions.to(device), victims.people.to(device))
    return rows.assign(evaluation_rank=ranks.cpu().numpy())
