"""Write down what each variant of an ablation comes to, and how far it is from what was decided."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from obverse import cli, files, summaries, traces
from obverse.ablations import CHECKPOINT
from obverse.errors import UnusableInput
from obverse.scores import read as read_scores
from obverse.splits import MEMBER

_VICTIM = ["sample_id", "label", "split"]


@dataclass(frozen=True, eq=False)
class _Measured:
    """One variant's ``victims`` (columns `_VICTIM` and mse), each split's floor, and ``epoch`` where it is of one."""

    ablation: str
    variant: str
    decided: bool
    m: int
    k: int
    victims: pd.DataFrame
    floor: pd.Series
    epoch: int | None = None


def tabulate_ablations(
    *,
    ablations: list[str],
    variants: list[str],
    decided: list[bool],
    m: list[int],
    k: list[int],
    scores: list[Path],
    floors: list[Path],
    trace: Path,
    epoch_table: Path,
    resamples: int,
    seed: int,
    table: Path,
) -> None:
    """Write one row for each variant and split.

    The lists are parallel; a floor is what showing the mean auxiliary image comes to, and ``share`` an error as a share
    of it, which is comparable where the pixels' unit, or the victims, are not. ``difference`` is from the decided
    variant of the same ablation, m and k, victim by victim, and blank where the victims are not the same ones or their
    pixels have another unit, as the floor then has. Raises `UnusableInput` when the trace is not of these victims.
    """
    measured = []
    for *named, score_file, floor_file in zip(ablations, variants, decided, m, k, scores, floors, strict=True):
        floor = read_scores(floor_file).groupby("split")["mse"].mean()
        one = _Measured(*named, read_scores(score_file)[[*_VICTIM, "mse"]], floor)
        measured += _epochs(one, trace, epoch_table) if one.ablation == CHECKPOINT else [one]
    usual = {(one.ablation, one.m, one.k): one for one in measured if one.decided}
    rows = [row for one in measured for row in _summarise(one, usual[one.ablation, one.m, one.k], resamples, seed)]
    files.write_bytes(table, pd.DataFrame(rows).to_csv(index=False, float_format="%.6g").encode())


def _epochs(kept: _Measured, trace: Path, epoch_table: Path) -> list[_Measured]:
    """Return the epoch that was kept, the last one, and that of the members' smallest error, as the code chooses."""
    epochs, victims = pd.read_csv(epoch_table).set_index("epoch"), traces.read(trace)
    if set(victims["sample_id"]) != set(kept.victims["sample_id"]):
        remedy = "Delete it and run the same command again."
        raise UnusableInput(trace, "expected the victims of the scores, found others", remedy)

    def at(name: str, epoch: int) -> _Measured:
        chosen = victims.loc[victims["epoch"] == epoch, [*_VICTIM, "mse"]]
        return _Measured(kept.ablation, name, False, kept.m, kept.k, chosen, kept.floor, epoch)

    own = int(epochs["validation_loss"].idxmin())
    ours = _Measured(kept.ablation, kept.variant, kept.decided, kept.m, kept.k, kept.victims, kept.floor, own)
    chosen_on_members = int(epochs[f"{MEMBER}_mse"].idxmin())
    return [ours, at("the last", epochs.index[-1]), at("lowest on the members", chosen_on_members)]


def _summarise(one: _Measured, usual: _Measured, resamples: int, seed: int) -> list[dict]:
    pairs = one.victims.merge(usual.victims, on=_VICTIM, suffixes=("", "_usual"))
    comparable = len(pairs) == len(one.victims) == len(usual.victims) and one.floor.equals(usual.floor)
    pairs["difference"] = pairs["mse"] - pairs["mse_usual"]
    rows = []
    for split, group in one.victims.groupby("split", sort=True):
        mean, low, high = _mean(group, "mse", resamples, seed)
        row = {"ablation": one.ablation, "variant": one.variant, "decided": one.decided, "m": one.m, "k": one.k}
        row |= {"epoch": one.epoch, "split": split, "mse": mean, "mse_low": low, "mse_high": high}
        row |= {"floor": one.floor[split], "share": mean / one.floor[split]}
        if comparable and not one.decided:
            difference = _mean(pairs[pairs["split"] == split], "difference", resamples, seed)
            row |= dict(zip(("difference", "difference_low", "difference_high"), difference, strict=True))
        rows.append(row | {"n": len(group), "identities": group["label"].nunique()})
    return rows


def _mean(rows: pd.DataFrame, column: str, resamples: int, seed: int) -> tuple[float, float, float]:
    own = rows.assign(identity=summaries.people(rows), draw=0, training=0)
    found = summaries.estimate(own, column, resamples, seed)
    return found[column], found[f"{column}_low"], found[f"{column}_high"]


if __name__ == "__main__":
    cli.run(tabulate_ablations)
