"""Draw figures 9 and 10: victims rebuilt from m scores, ours and prior side by side, the truth below."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from obverse import cli, files, seeds, style
from obverse.errors import UnusableInput
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as find_rows
from obverse.scores import read as read_scores
from obverse.splits import HELD_OUT, MEMBER

_SPLITS = (MEMBER, HELD_OUT)
_PAIR = ("aligned", "prior")  # side by side; any other method has a row of its own
_GAP = 0.12  # between two victims, in tiles


@dataclass(frozen=True, eq=False)
class Attack:
    """One method at one m: its scores and its reconstructions, row by row."""

    method: str
    m: int
    scores: pd.DataFrame
    pictures: np.ndarray


def draw_reconstructions(
    *,
    title: str,
    reconstructions: list[Path],
    scores: list[Path],
    methods: list[str],
    m: list[int],
    images: Path,
    samples: Path,
    victims: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the figure and, with the same name, who is shown and how near each picture comes.

    ``reconstructions``, ``scores``, ``methods`` and ``m`` are parallel. The same ``victims`` people are drawn,
    by ``seed``, for members and held-out images. Raises `UnusableInput` when there are fewer people than that.
    """
    attacks = [
        Attack(method, kept, read_scores(score_file), read_images(pixels))
        for pixels, score_file, method, kept in zip(reconstructions, scores, methods, m, strict=True)
    ]
    _check_aligned(attacks, scores)
    shown = _choose(attacks[0].scores, victims, seed, scores[0])
    people = read_samples(samples)
    rows = find_rows(
        people["sample_id"].to_numpy(), attacks[0].scores["sample_id"].to_numpy()[shown.to_numpy()], samples
    )
    shown_rows = pd.DataFrame({"victim": shown.to_numpy(), "identity": people["identity"].take(rows).to_pylist()})
    files.write_bytes(table, _listing(attacks, shown_rows).to_csv(index=False, float_format="%.6g").encode())
    style.save(_draw(attacks, shown, read_images(images)[rows], title, origin), picture)


def _check_aligned(attacks: list[Attack], where: list[Path]) -> None:
    """Raise `UnusableInput` unless row i of every attack is the same victim."""
    for attack, path in zip(attacks, where, strict=True):
        if not attack.scores["sample_id"].equals(attacks[0].scores["sample_id"]) or len(attack.pictures) != len(
            attack.scores
        ):
            raise UnusableInput(
                path, f"expected the victims of {where[0]}, row by row, found others", "Delete it and run again."
            )


def _choose(table: pd.DataFrame, victims: int, seed: int, where: Path) -> pd.Series:
    """Return row numbers of the victims shown: members first, then held-out images of the same people."""
    random = seeds.generator(seed, "victims shown")
    both = [label for label, group in table.groupby("label") if group["split"].nunique() == len(_SPLITS)]
    if len(both) < victims:
        raise UnusableInput(
            where, f"expected {victims} people with images in both splits, found {len(both)}", "Show fewer victims."
        )
    people = sorted(random.choice(both, size=victims, replace=False))
    return pd.Series(
        [
            random.choice(table.index[(table["label"] == person) & (table["split"] == split)])
            for split in _SPLITS
            for person in people
        ]
    )


def _listing(attacks: list[Attack], shown: pd.DataFrame) -> pd.DataFrame:
    listed = []
    for attack in attacks:
        chosen = attack.scores.iloc[shown["victim"]].reset_index(drop=True)
        listed.append(chosen.assign(m=attack.m, method=attack.method, identity=shown["identity"]))
    columns = ["split", "identity", "label", "sample_id", "m", "method", "mse", "ssim", "identity_rank"]
    return pd.concat(listed)[columns]


def _draw(attacks: list[Attack], shown: pd.Series, truth: np.ndarray, title: str, origin: str) -> style.Figure:
    kept = sorted({attack.m for attack in attacks})
    extra = [attack for attack in attacks if attack.method not in _PAIR]
    lines = len(kept) + len(extra) + 1
    per_split = len(shown) // len(_SPLITS)
    width = per_split * (2 + _GAP)
    drawn = style.figure(1.3 + 2 * width * 0.52, 0.9 + lines * 0.52)
    panels = drawn.subplots(1, len(_SPLITS))
    for panel, split, columns in zip(panels, _SPLITS, np.split(np.arange(len(shown)), len(_SPLITS)), strict=True):
        for place, column in enumerate(columns):
            left = place * (2 + _GAP)
            for attack in attacks:
                pixels = attack.pictures[shown[column]]
                if attack.method in _PAIR:
                    _tile(panel, pixels, left + _PAIR.index(attack.method), kept.index(attack.m))
                else:
                    _tile(panel, pixels, left + 0.5, len(kept) + extra.index(attack))
            _tile(panel, truth[column], left + 0.5, lines - 1)
            for offset, word in enumerate(_PAIR):
                panel.text(left + offset + 0.5, -0.1, word, ha="center", va="bottom", fontsize=6)
        panel.set(xlim=(0, width), ylim=(lines, -0.3), xticks=[], yticks=[], aspect="equal")
        panel.set_title(style.LABELS[split], fontsize=9, pad=10)
        panel.spines[:].set_visible(False)
    names = [f"m = {m}" for m in kept] + [f"m = {attack.m},\n{attack.method}*" for attack in extra] + ["truth"]
    panels[0].set_yticks(np.arange(lines) + 0.5, names, fontsize=7)
    panels[0].tick_params(length=0)
    drawn.suptitle(title, fontsize=9, x=0.01, ha="left")
    style.note(drawn, origin + (" — * features of Obverse's own, not the paper's" if extra else ""))
    return drawn


def _tile(panel: object, pixels: np.ndarray, left: float, top: float) -> None:
    extent = (left + 0.02, left + 0.98, top + 0.98, top + 0.02)
    panel.imshow(pixels, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", aspect="auto")


if __name__ == "__main__":
    cli.run(draw_reconstructions)
