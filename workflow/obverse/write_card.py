"""Write the card of an audit: what could be published of a target's scores, and what each choice would give away."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import answers, cards, cli, files, hits, leaks, panels, pictures, policies, summaries
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
    predictions: Path,
    classes: int,
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
    ``ceiling`` are the scores of the mean auxiliary image, which takes no scores, and of the true pictures.
    ``predictions`` is what the target, of so many ``classes``, says of these: how often it names their people right is
    said, and printed, since it shows whether its classes are in the right order. A leak
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
    named = _hits(target, predictions, classes, none, resamples, seed)
    listed = _listed(found, states, described, ends | {TRUTH: ends[TRUTH] | _own_share(named)})
    card = cards.Card(
        target=target,
        releases=releases,
        split=none["split"].iloc[0],
        rows=listed,
        permitted=leaks.most_permissive(states),
        bar=bar,
        hits=named,
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


def _hits(
    target: str, predictions: Path, classes: int, none: pd.DataFrame, resamples: int, seed: int
) -> hits.Hits | None:
    """Return, and print, how often the target names the pictures of ``none`` right."""
    told = answers.told(predictions, classes, none["sample_id"].to_numpy())
    found = hits.count(told, none["label"].to_numpy(), classes, resamples, seed)
    said = "tells no class, several of its scores being the largest" if found is None else hits.described(found)
    guessed = ": no better than chance, is the order of names that of the scores?" if found and found.guessed else ""
    print(f"{target} {said}{guessed}", flush=True)
    return found


def _own_share(named: hits.Hits | None) -> dict[str, float]:
    """Return the share of true pictures that the target names right, and its interval, as columns."""
    if named is None:
        return {}
    return {"target_right": named.share, "target_right_low": named.low, "target_right_high": named.high}


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
