"""What claims are decided by: scores of attacks, put together over training seeds and draws of classes."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from obverse import class_pictures, seeds, summaries
from obverse.answers import named
from obverse.errors import UnusableInput
from obverse.ledger.verdicts import Estimate
from obverse.splits import read as read_splits
from obverse.statistics import Measured, difference_over_identities
from obverse.tables import read as read_table

CLASS = "class"  # the split of a picture that is of a class, not of a victim's image


@dataclass(frozen=True)
class Evidence:
    """``scores`` of each attack by name, as `summaries.read` gives them; how intervals are drawn."""

    scores: dict[str, pd.DataFrame]
    resamples: int
    seed: int

    def mean(self, name: str, split: str, measure: str = "mse") -> Estimate:
        """Return the mean over the victims of one split."""
        return self.average(self._rows(name, split), measure)

    def difference(self, more: str, less: str, split: str, measure: str = "mse") -> Estimate:
        """Return the mean of ``more`` minus that of ``less``, with `difference_over_identities`'s interval.

        What is left of the spread over training seeds is that of the seeds' differences.
        """
        rows = [self._rows(name, split) for name in (more, less)]
        random = seeds.generator(self.seed, "bootstrap")
        found = difference_over_identities(*(_images(table, measure) for table in rows), self.resamples, random)
        spread = [table.groupby("training")[measure].mean() for table in rows]
        return Estimate(*found, float((spread[0] - spread[1]).std()))

    def difference_on_same_images(self, more: str, less: str, split: str, measure: str = "mse") -> Estimate:
        """Return the mean, over the images that are victims of both on one side, of ``more`` minus ``less``.

        Targets that know other people have other victims; what they share tells their difference alone. Each training
        of the one is compared with that of the other from the same seed.
        """
        rows, image = self._rows(more, split), ["training", "sample_id"]
        other = self._rows(less, split).groupby(image)[measure].mean().rename("other")
        shared = rows.join(other, on=image, how="inner")
        return self.average(shared.assign(apart=shared[measure] - shared["other"]), "apart")

    def average(self, rows: pd.DataFrame, measure: str) -> Estimate:
        """Return the mean of a column of rows like those of ``scores``, whether it is a number or true and false."""
        found = summaries.estimate(rows, measure, self.resamples, self.seed)
        return Estimate(*(found[f"{measure}{end}"] for end in ("", "_low", "_high", "_sd_seeds")))

    def _rows(self, name: str, split: str) -> pd.DataFrame:
        if name not in self.scores:
            known = ", ".join(sorted(self.scores))
            raise UnusableInput("claims", f"expected scores of {name!r}, found those of {known}", "Name them all.")
        rows = self.scores[name]
        return rows[rows["split"] == split]


def read(names: list[str], paths: list[Path], draws: list[int]) -> dict[str, pd.DataFrame]:
    """Return the scores of each name; the lists are parallel, and files of one name differ in seed or ``draws``."""
    found: dict[str, list[tuple[Path, int]]] = {}
    for name, path, draw in zip(names, paths, draws, strict=True):
        found.setdefault(name, []).append((path, draw))
    return {name: summaries.pool(*zip(*files, strict=True)) for name, files in found.items()}


def accuracies(
    names: list[str], predictions: list[Path], splits: list[Path], num_classes: list[int]
) -> dict[str, pd.DataFrame]:
    """Return for each target whether it recognises each victim (``right``); the lists are parallel, a file a seed."""
    found: dict[str, list[pd.DataFrame]] = {}
    for name, cache, table, count in zip(names, predictions, splits, num_classes, strict=True):
        rows = read_splits(table).to_pandas()
        right = (named(cache, count, rows["sample_id"].to_numpy()) == rows["label"]).astype(float)
        before = found.setdefault(name, [])
        own = {"draw": 0, "identity": summaries.people(rows), "training": len(before)}
        before.append(rows.assign(right=right, **own))
    return {name: pd.concat(tables, ignore_index=True) for name, tables in found.items()}


def classes(names: list[str], tables: list[Path]) -> dict[str, pd.DataFrame]:
    """Return how each attack's pictures of the target's classes are judged, a row a class; a name's files are seeds."""
    found: dict[str, list[pd.DataFrame]] = {}
    for name, path in zip(names, tables, strict=True):
        rows = read_table(path, class_pictures.SCHEMA).to_pandas()
        right = (rows["evaluation_rank"] == 1).astype(float)
        before = found.setdefault(name, [])
        own = {"sample_id": rows["label"], "identity": rows["identity"], "split": CLASS, "training": len(before)}
        before.append(rows.assign(**own, evaluation1=right, draw=0))
    return {name: pd.concat(rows, ignore_index=True) for name, rows in found.items()}


def asked(names: list[str]) -> dict[str, list[int]]:
    """Return the m or k of each figure, in rising order, as names have them (``fig8 prior 10``)."""
    found: dict[str, set[int]] = {}
    for name in names:
        figure, *_, last = name.partition(" / ")[0].split(" ")
        if last.isdecimal():
            found.setdefault(figure, set()).add(int(last))
    return {figure: sorted(numbers) for figure, numbers in found.items()}


def _images(rows: pd.DataFrame, measure: str) -> Measured:
    """Return each image's value and whose it is, an image's values averaged as `summaries.estimate` does."""
    images = rows.groupby(["identity", "draw", "sample_id"], as_index=False)[measure].mean()
    return images[measure].to_numpy(float), images["identity"].to_numpy()
