"""An audit's products, written by hand: what `write_card` is given of a target, with leaks that are known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import predictions, samples, scores, seeds

PEOPLE, PICTURES = 12, 3  # of each person
SAMPLES = np.arange(PEOPLE * PICTURES) + 50
PERSON = np.repeat(np.arange(PEOPLE), PICTURES)
FLOOR = 0.04  # the mean squared error of one who asks nothing
QUERIES = 1234

Leak = tuple[float, int]  # the share of the floor's error that is left; how many people's pictures are named
ONE_STAYS = {"full": (0.55, 9), "m5": (0.8, 4), "label": (1.0, 0)}
ALL_LEAK = {"full": (0.55, 9), "m5": (0.8, 4), "label": (0.9, 1)}
ONE_FAILED = {"full": (0.55, 9), "m5": (0.8, 4), "label": (1.3, 0)}
TWO_STAY = {"full": (0.55, 9), "round1": (1.0, 0), "m5": (1.0, 0), "label": (1.0, 0)}  # neither holds the other
ALL_STAY = {"full": (1.0, 0), "m5": (1.0, 0), "label": (1.0, 0)}


def inputs(folder: Path, leaks: dict[str, Leak], *, side: str = "member", size: int = 8, people: int = PEOPLE) -> dict:
    """Write two trainings of an attack on each policy, the floor, the truth, and pictures of the first training.

    The victims are the first ``people``. Returns the arguments of `write_card` that say where the files are; the
    outputs are in ``folder`` too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    person = PERSON[: people * PICTURES]
    ease = 1 + 0.3 * random.normal(size=PEOPLE)[person]  # some are far from the mean face, whatever the attack
    given: dict = {"views": [], "scores": [], "pictured": list(leaks), "reconstructions": [], "pictured_scores": []}
    for policy, (left, named) in leaks.items():
        for training in (1, 2):
            mse = FLOOR * ease * (left + 0.1 * _balanced(ease, random))
            given["views"].append(policy)
            given["scores"].append(score_file(folder / f"{policy}_{training}.parquet", mse, named > person, side))
        given["pictured_scores"].append(given["scores"][-2])
        given["reconstructions"].append(folder / f"{policy}.npy")
        rebuilt = random.integers(0, 256, (len(person), size, size), dtype=np.uint8)
        samples.write_images(given["reconstructions"][-1], rebuilt)
    given["floor"] = score_file(folder / "floor.parquet", FLOOR * ease, person < 0, side, 0)
    given["ceiling"] = score_file(folder / "ceiling.parquet", 0 * ease, person > 0, side, 0)
    given["predictions"] = answers(folder / "predictions.parquet", np.where(person > 0, person, 1))
    return given | {"classes": PEOPLE} | _own(folder, size) | _said(folder)


def score_file(path: Path, mse: np.ndarray, named: np.ndarray, side: str, queries: int = QUERIES) -> Path:
    """Write scores of the first N pictures in `SAMPLES`: ``mse`` [N]; ``named`` [N] are ranked first."""
    whose = {"sample_id": SAMPLES[: len(mse)], "label": PERSON[: len(mse)]}
    rows = whose | {"split": side, "mse": mse.astype(np.float32), "ssim": np.float32(0)}
    ranks = {"identity_rank": 1, "evaluation_rank": np.where(named, 1, 4)}
    scores.write(path, pd.DataFrame(rows | ranks), queries, {})
    return path


def answers(path: Path, told: np.ndarray) -> Path:
    """Write what a target says of the first N pictures in `SAMPLES`: the largest score is ``told`` [N]'s.

    Where that is `answers.NO_CLASS` all scores are one.
    """
    sure = (np.arange(PEOPLE) == told[:, None]) * 3.0
    scored = sure - np.log(np.exp(sure).sum(axis=1, keepdims=True))
    predictions.write(path, SAMPLES[: len(told)], PERSON[: len(told)], scored.astype(np.float32), {})
    return path


def _balanced(ease: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return noise [N] that takes nothing off the whole error, but something off, or on, every picture's."""
    noise = random.normal(size=len(ease))
    return noise - (ease * noise).sum() / ease.sum()


def _own(folder: Path, size: int) -> dict:
    """Write the target's own pictures, and more than the victims, in another order."""
    ids = np.concatenate([SAMPLES, [7, 8]])[seeds.generator(1, "order").permutation(len(SAMPLES) + 2)]
    names = dict(zip(SAMPLES, PERSON, strict=True))
    whose = [f"person {names[one]:02d}" if one in names else "nobody" for one in ids]
    columns = {"sample_id": ids, "identity": whose, "source": "x", "status": "ok", "duplicate_group": ids}
    samples.write(folder / "samples.parquet", pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False), {})
    pixels = np.random.default_rng(5).integers(0, 256, (len(ids), size, size), dtype=np.uint8)
    samples.write_images(folder / "images.npy", pixels)
    return {"images": folder / "images.npy", "samples": folder / "samples.parquet"}


def _said(folder: Path) -> dict:
    words = {"target": "faces", "releases": "full", "origin": "Stand-ins: facescrub: rendered faces, nobody's picture"}
    numbers = {"shown": 5, "tolerance": 0.1, "resamples": 200, "seed": 1}
    return words | numbers | {"html": folder / "card.html", "table": folder / "card.csv"}
