"""Draw figures 9 and 10: victims rebuilt from m scores, ours and prior side by side, the truth below."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import cli, files, panels, style

_PAIR = ("aligned", "prior")  # side by side; any other method has a row of its own
_GAP = 0.12  # between two victims, in tiles


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
    by ``seed``, for members and held-out images. Raises `UnusableInput` when there are too few.
    """
    attacks = [panels.read(*each) for each in zip(methods, scores, reconstructions, strict=True)]
    truth = panels.Truth(images, samples)
    chosen = panels.choose(attacks, truth, victims, seed, scores[0])
    listed = panels.listing(attacks, chosen, m=m)
    files.write_bytes(table, listed.to_csv(index=False, float_format="%.6g").encode())
    style.save(_draw(list(zip(attacks, m, strict=True)), truth, chosen, title, origin), picture)


def _draw(
    attacks: list[tuple[panels.Shown, int]], truth: panels.Truth, chosen: pd.DataFrame, title: str, origin: str
) -> style.Figure:
    kept = sorted({m for _, m in attacks})
    extra = [(attack, m) for attack, m in attacks if attack.label not in _PAIR]
    lines = len(kept) + len(extra) + 1
    width = len(chosen) // len(panels.SPLITS) * (2 + _GAP)
    drawn = style.figure(1.3 + 2 * width * 0.52, 0.9 + lines * 0.52)
    boards = drawn.subplots(1, len(panels.SPLITS))
    for board, split in zip(boards, panels.SPLITS, strict=True):
        panels.frame(board, width, lines, style.LABELS[split])
        for place, sample_id in enumerate(chosen.loc[chosen["split"] == split, "sample_id"]):
            left = place * (2 + _GAP)
            for attack, m in attacks:
                if attack.label in _PAIR:
                    across, down = left + _PAIR.index(attack.label), kept.index(m)
                else:
                    across, down = left + 0.5, len(kept) + extra.index((attack, m))
                panels.tile(board, attack.picture(sample_id), across, down)
            panels.tile(board, truth.picture(sample_id), left + 0.5, lines - 1)
            for offset, word in enumerate(_PAIR):
                board.text(left + offset + 0.5, -0.1, word, ha="center", va="bottom", fontsize=6)
    names = [f"m = {m}" for m in kept] + [f"m = {m},\n{attack.label}*" for attack, m in extra] + ["truth"]
    boards[0].set_yticks(np.arange(lines) + 0.5, names, fontsize=7)
    drawn.suptitle(title, fontsize=9, x=0.01, ha="left")
    style.note(drawn, origin + (" — * features of Obverse's own, not the paper's" if extra else ""))
    return drawn


if __name__ == "__main__":
    cli.run(draw_reconstructions)
