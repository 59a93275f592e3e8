"""Grids of victims and what attacks made of them: who is shown, the list of it, and the tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from obverse import samples, scores, seeds
from obverse.errors import UnusableInput
from obverse.splits import SPLITS


@dataclass(frozen=True, eq=False)
class Shown:
    """One attack as a figure shows it: its scores, indexed by sample_id, and pictures uint8 [N, H, W], row by row."""

    label: str
    scores: pd.DataFrame
    pictures: np.ndarray

    def picture(self, sample_id: int) -> np.ndarray:
        """Return what the attack made of one victim, uint8 [H, W]."""
        return self.pictures[self.scores.index.get_loc(sample_id)]


class Truth:
    """The victims' own pictures and names."""

    def __init__(self, images: Path, sample_table: Path) -> None:
        table = samples.read(sample_table).to_pandas()
        self._rows = pd.Series(table.index, index=table["sample_id"])
        self._identities = table["identity"]
        self._pictures = samples.read_images(images)

    def picture(self, sample_id: int) -> np.ndarray:
        """Return one picture, uint8 [H, W]."""
        return self._pictures[self._rows[sample_id]]

    def identities(self, sample_ids: pd.Series) -> list[str]:
        """Return whose pictures they are."""
        return self._identities[self._rows[sample_ids]].tolist()


def read(label: str, score_file: Path, pictures: Path) -> Shown:
    """Read one attack; raise `UnusableInput` when scores and pictures are not of the same victims."""
    table, found = scores.read(score_file).set_index("sample_id"), samples.read_images(pictures)
    if len(table) != len(found):
        problem = f"expected a picture for each of the {len(table)} rows of {score_file}, found {len(found)}"
        raise UnusableInput(pictures, problem, "Delete both and run again.")
    return Shown(label, table, found)


def choose(
    attacks: list[Shown], truth: Truth, victims: int, seed: int, where: Path, splits: Sequence[str] = SPLITS
) -> pd.DataFrame:
    """Return sample_id, split and identity of ``victims`` pictures of each of ``splits``, in that order.

    Only pictures that are on the same side in every attack are shown, and the same people on each side, in the order
    of their names; where there are fewer people than ``victims``, each is shown more than once. Raises `UnusableInput`
    when there are too few pictures.
    """
    common = pd.concat([attack.scores["split"] for attack in attacks], axis=1, join="inner")
    common = common[common.nunique(axis=1) == 1].iloc[:, 0].rename("split").sort_index().reset_index()
    common = common[common["split"].isin(splits)]
    common["identity"] = truth.identities(common["sample_id"])
    both = sorted(name for name, group in common.groupby("identity") if group["split"].nunique() == len(splits))
    if not both:
        sides = "both sides" if len(splits) == len(SPLITS) else f"the side {splits[0]}"
        problem = f"expected people with pictures on {sides} in every attack shown, found none"
        raise UnusableInput(where, problem, "Show attacks on targets that share members and held-out pictures.")
    random = seeds.generator(seed, "victims shown")
    people = np.sort(random.choice(both, size=min(victims, len(both)), replace=False))
    rows = [_pictures(common[common["split"] == split], people, victims, random, where) for split in splits]
    return pd.concat(rows, ignore_index=True)


def _pictures(
    side: pd.DataFrame, people: np.ndarray, victims: int, random: np.random.Generator, where: Path
) -> pd.DataFrame:
    """Return one picture of each person, or several in turn until there are ``victims``."""
    shuffled = [random.permutation(side.index[side["identity"] == person]) for person in people]
    turns = [row for turn in range(victims) for rows in shuffled for row in rows[turn : turn + 1]]
    if len(turns) < victims:
        found = f"expected {victims} pictures of {len(people)} people, found {len(turns)}"
        raise UnusableInput(where, found, "Show fewer victims.")
    return side.loc[turns[:victims]].sort_values("identity", kind="stable")


def listing(attacks: list[Shown], chosen: pd.DataFrame, **facts: list) -> pd.DataFrame:
    """Return one row for each attack and victim shown: who, and how near; ``facts`` has further columns, by attack."""
    listed = []
    for place, attack in enumerate(attacks):
        rows = attack.scores.loc[chosen["sample_id"]].reset_index()
        own = {name: values[place] for name, values in facts.items()}
        listed.append(rows.assign(method=attack.label, identity=chosen["identity"].to_numpy(), **own))
    joined = pd.concat(listed)
    columns = ["split", "identity", "label", "sample_id", *facts, "method", "mse", "ssim", "identity_rank"]
    return joined[[name for name in [*columns, "evaluation_rank"] if name in joined]]


def tile(axes: Axes, pixels: np.ndarray, left: float, top: float) -> None:
    """Draw one picture into the unit square whose upper left corner is (left, top)."""
    extent = (left + 0.02, left + 0.98, top + 0.98, top + 0.02)
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", aspect="equal")


def stack(axes: Axes, shown: Sequence["Shown | Truth"], sample_ids: Sequence[int], columns: bool = False) -> None:
    """Fill a board (`frame`) with a row of tiles for each of ``shown``, victim beside victim; or with ``columns``."""
    for victim, sample_id in enumerate(sample_ids):
        for place, of in enumerate(shown):
            left, top = (place, victim) if columns else (victim, place)
            tile(axes, of.picture(sample_id), left, top)


def frame(axes: Axes, width: float, height: float, title: str) -> None:
    """Make ``axes`` an empty board of ``width`` by ``height`` tiles, the origin at the upper left."""
    axes.set(xlim=(0, width), ylim=(height, -0.3), xticks=[], yticks=[], aspect="equal")
    axes.set_title(title, fontsize=9, pad=10)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
