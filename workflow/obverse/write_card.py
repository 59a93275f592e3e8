"""Write the card of an audit: what could be published of a target's scores, and what each choice would give away."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import cards, cli, files, leaks, panels, pictures, policies, summaries
from obverse.errors import UnusableInput

NOTHING, TRUTH = "nothing", "truth"
_KNOWN = 0.5  # of the true pictures


def write_card(
    *,
    target: str,
    releases: str,
    views: list[str],
    scores: list[Path],
    pictured: list[str],
    reconstructions: list[Path],
    pictured_scores: list[Path],
    floor: Path,
    ceiling: Path,
    images: Path,
    samples: Path,
    shown: int,
    tolerance: float,
    resamples: int,
    seed: int,
    origin: str,
    html: Path,
    table: Path,
) -> None:
    """Write the page and, with the same name, its numbers.

    ``views`` and ``scores`` are parallel: from which view, the most permissive first, and with which training; the
    trainings of one view are averaged over. ``pictured``, ``reconstructions`` and ``pictured_scores`` are parallel:
    one training of each view, whose pictures of ``shown`` people are shown, drawn by ``seed``. ``floor`` and
    ``ceiling`` are the scores of the mean auxiliary image, which takes no scores, and of the true pictures. A leak
    above ``tolerance`` (a share) must be out of the question where a policy is to stay at the floor. Raises
    `UnusableInput` where all victims are of one class, or scores are not of the pictures of the floor's.
    """
    none, true = summaries.read([floor]), summaries.read([ceiling])
    measured = _measured(views, scores, none, floor)
    if none["label"].nunique() < 2:
        problem = "expected victims of at least two classes, found one: nothing can be said of people"
        raise UnusableInput(samples, problem, "Give pictures of more classes.")
    found = {name: leaks.measure(rows, none, resamples, seed) for name, rows in measured.items()}
    bar = leaks.Bar(none["label"].nunique(), tolerance, _knows(none, true))
    states = leaks.states(found, bar)
    described = {name: summaries.describe(rows, resamples, seed) for name, rows in measured.items()}
    ends = {name: summaries.describe(rows, resamples, seed) for name, rows in ((NOTHING, none), (TRUTH, true))}
    listed = _listed(found, states, described, ends)
    card = cards.Card(
        target=target,
        releases=releases,
        split=none["split"].iloc[0],
        rows=listed,
        permitted=leaks.most_permissive(states),
        bar=bar,
        strips=_strips(pictured, pictured_scores, reconstructions, images, samples, shown, seed),
        origin=origin,
    )
    files.write_bytes(table, listed.drop(columns="words").to_csv(index=False, float_format="%.6g").encode())
    files.write_bytes(html, cards.render(card).encode())


def _measured(views: list[str], scores: list[Path], none: pd.DataFrame, floor: Path) -> dict[str, pd.DataFrame]:
    """Return the scores of each view, of all its trainings; refuse those that are not of the floor's pictures."""
    measured = {}
    for name in dict.fromkeys(views):
        paths = [path for view, path in zip(views, scores, strict=True) if view == name]
        measured[name] = summaries.read(paths)
        _refuse_others(measured[name], paths[0], none, floor)
    return measured


def _listed(
    found: dict[str, dict[str, float]],
    states: dict[str, str],
    described: dict[str, dict[str, float]],
    ends: dict[str, dict[str, float]],
) -> pd.DataFrame:
    """Return a row for each policy, in their order, and one for each of ``ends``, which have no leak and no state."""
    rows = [
        {"policy": name, "words": policies.described(name), **leak, "state": states[name], **described[name]}
        for name, leak in found.items()
    ]
    return pd.DataFrame(rows + [{"policy": name, **end} for name, end in ends.items()])


def _knows(none: pd.DataFrame, true: pd.DataFrame) -> bool:
    """Return whether the evaluation classifier names most of the true pictures right, beyond what it names of none."""
    return float(true["evaluation1"].mean() - none["evaluation1"].mean()) >= _KNOWN


def _refuse_others(rows: pd.DataFrame, where: Path, none: pd.DataFrame, floor: Path) -> None:
    others = set(rows["sample_id"]) ^ set(none["sample_id"])
    if others:
        problem = f"expected scores of the pictures in {floor}, found {len(others)} that one of them lacks"
        raise UnusableInput(where, problem, "Delete both and run again.")


def _strips(
    pictured: list[str],
    scores: list[Path],
    reconstructions: list[Path],
    images: Path,
    samples: Path,
    shown: int,
    seed: int,
) -> dict[str, list[bytes]]:
    """Return pictures, as PNG, of some people: ``truth``, then what is rebuilt from each view."""
    truth = panels.Truth(images, samples)
    attacks = [panels.read(*each) for each in zip(pictured, scores, reconstructions, strict=True)]
    splits = attacks[0].scores["split"].unique().tolist()
    chosen = panels.choose(attacks, truth, min(shown, len(attacks[0].scores)), seed, scores[0], splits)["sample_id"]
    strips = {TRUTH: [pictures.png(np.asarray(truth.picture(key))) for key in chosen]}
    return strips | {attack.label: [pictures.png(attack.picture(key)) for key in chosen] for attack in attacks}


if __name__ == "__main__":
    cli.run(write_card)
