"""What scores come to: means over victims' images, with intervals over people and the spread over training seeds."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from obverse import scores, seeds, statistics

MEANS = ["ssim", "psnr", "rank1", "evaluation1", "evaluation5"]


def read(paths: list[Path]) -> pd.DataFrame:
    """Return the scores of one attack, one row an image and training seed: ``paths`` has one file for each.

    Beside the scores' columns: ``training``, the file's place in ``paths``; ``identity``, the person (`people`);
    ``draw``, 0; ``psnr`` in decibel; ``rank1``, ``evaluation1`` and ``evaluation5``, whether the person was ranked
    first by the nearest picture, and first or among the first five by the evaluation classifier.
    """
    tables = [scores.read(path).assign(training=training) for training, path in enumerate(paths)]
    rows = pd.concat(tables, ignore_index=True)
    return rows.assign(
        identity=people(rows),
        draw=0,
        psnr=statistics.psnr(rows["mse"].to_numpy()),
        rank1=rows["identity_rank"] == 1,
        evaluation1=rows["evaluation_rank"] == 1,
        evaluation5=rows["evaluation_rank"] <= 5,
    )


def pool(paths: Sequence[Path], draws: Sequence[int]) -> pd.DataFrame:
    """Return the scores of one attack on several draws of a target's classes, as `read` does those on one.

    Parallel lists: files of one draw come from different training seeds. A person whom two draws hold is one person.
    """
    parts = []
    for draw in dict.fromkeys(draws):
        rows = read([path for path, of in zip(paths, draws, strict=True) if of == draw])
        parts.append(rows.assign(draw=draw))
    return pd.concat(parts, ignore_index=True)


def people(rows: pd.DataFrame) -> pd.Series:
    """Return whose each victim's image is: the sample_id of the person's first, of either split.

    Labels are a target's own, and another draw of classes gives a person another; their images are the same.
    """
    return rows.groupby("label")["sample_id"].transform("min")


def estimate(rows: pd.DataFrame, measure: str, resamples: int, seed: int) -> dict[str, float]:
    """Return the mean of a column over images, its 95 % interval and its spread over training seeds.

    ``rows`` is as `read` returns it: an image's values are first averaged over training seeds, and the interval is over
    people (`statistics.mean_over_identities`), all intervals resting on one stream, so that those of two attacks on the
    same people rest on the same draws. ``{measure}_sd_seeds`` is the standard deviation of the seeds' means, NaN where
    there is one seed.
    """
    images = rows.groupby(["draw", "sample_id", "identity"], as_index=False)[measure].mean()
    values, people = images[measure].to_numpy(float), images["identity"].to_numpy()
    random = seeds.generator(seed, "bootstrap")
    mean, low, high = statistics.mean_over_identities(values, people, resamples, random)
    spread = float(rows.groupby("training")[measure].mean().std())
    return {measure: mean, f"{measure}_low": low, f"{measure}_high": high, f"{measure}_sd_seeds": spread}


def describe(rows: pd.DataFrame, resamples: int, seed: int) -> dict[str, float]:
    """Return ``mse`` as `estimate` does, of how many images, people and training seeds, and the means of `MEANS`.

    ``queries`` are those of one training, of the draw that took most.
    """
    counts = {
        "n": len(rows[["draw", "sample_id"]].drop_duplicates()),
        "identities": rows["identity"].nunique(),
        "seeds": rows["training"].nunique(),
        "queries": rows["queries"].max(),
    }
    estimated = estimate(rows, "mse", resamples, seed)
    spread = {"mse_sd_seeds": estimated.pop("mse_sd_seeds")}
    return estimated | counts | spread | {name: float(rows[name].mean()) for name in MEANS}
