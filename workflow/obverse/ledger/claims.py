"""The paper's orderings, each with what it is decided by.

Evidence goes by the name of the figure that shows it, the row's label, and m or k: ``fig8 prior 10``, ``fig5 same``.
"""

from collections.abc import Iterator
from math import nan

import numpy as np
import pandas as pd

from obverse import poses, turns
from obverse.ledger import verdicts
from obverse.ledger.evidence import CLASS
from obverse.ledger.findings import OF_TABLE_2, OF_TABLE_3, Facts, Finding
from obverse.ledger.labels import DISTRIBUTIONS, OWN
from obverse.ledger.verdicts import Estimate
from obverse.splits import HELD_OUT, MEMBER, SPLITS

_SIDE = {MEMBER: "members", HELD_OUT: "held-out"}
_MOST = 0.9  # what "all" and "consistently" are taken for
_FRONTAL = 20  # degrees: what looks to the front by eye


def distributions(facts: Facts) -> Iterator[Finding]:
    """Yield: the nearer the auxiliary set, the smaller the error (table 2)."""
    for figure, task in OF_TABLE_2.items():
        same, generic, distinct = (f"{figure} {label}" for label in DISTRIBUTIONS)
        for split in SPLITS:
            note = "the inverter has seen these images of 'same'" if split == HELD_OUT else ""
            ours = facts.evidence.difference(generic, same, split)
            claim = f"{task}, {_SIDE[split]}: same is at most generic"
            yield Finding(
                f"order/{task}/same/{split}", claim, figure, ours, verdicts.not_below(ours), "", generic, split, note
            )
            ours = facts.evidence.difference(f"{generic} / mean_image", generic, split)
            claim = f"{task}, {_SIDE[split]}: generic is below the mean auxiliary image, for which nothing is asked"
            yield Finding(f"order/{task}/floor/{split}", claim, figure, ours, verdicts.above(ours), "", generic, split)
            ours = facts.evidence.difference(distinct, generic, split)
            claim = f"{task}, {_SIDE[split]}: generic is below distinct"
            yield Finding(
                f"order/{task}/distinct/{split}", claim, figure, ours, verdicts.above(ours), "", distinct, split
            )


def truncation(facts: Facts) -> Iterator[Finding]:
    """Yield: aligned is below prior at every m, most at the smallest (figures 8 and 10)."""
    for figure in ("fig8", "fig10"):
        for split in SPLITS:
            gaps = []
            for m in facts.asked[figure]:
                ours = facts.evidence.difference(f"{figure} prior {m}", f"{figure} aligned {m}", split)
                gaps.append(ours)
                if ours.low == ours.high == 0:  # all scores: the two are one inverter
                    continue
                claim = f"{_SIDE[split]}, m = {m}: aligned is below prior"
                name = f"{figure} aligned {m}"
                yield Finding(
                    f"{figure}/prior/m{m}/{split}", claim, figure, ours, verdicts.above(ours), "", name, split
                )
            claim = f"{_SIDE[split]}: the gap between prior and aligned shrinks as m grows"
            note = "gaps: " + ", ".join(f"{gap.value:.4f}" for gap in gaps)
            verdict = verdicts.shrinks(gaps)
            yield Finding(f"{figure}/gap/{split}", claim, figure, gaps[0], verdict, "", "", split, note)


def sizes(facts: Facts) -> Iterator[Finding]:
    """Yield: the more classes the target knows, the smaller the error (figure 13)."""
    ks = facts.asked["fig13"]
    for split in SPLITS:
        means = [facts.evidence.mean(f"fig13 {k}", split).value for k in ks]
        ours = facts.evidence.difference(f"fig13 {ks[0]}", f"fig13 {ks[-1]}", split)
        note = "means: " + ", ".join(f"k = {k}: {mean:.4f}" for k, mean in zip(ks, means, strict=True))
        claim = f"{_SIDE[split]}: the error falls as k grows"
        yield Finding(f"fig13/{split}", claim, "fig13", ours, verdicts.falls(means, ours), "", "", split, note)
        for k in ks[:-1]:
            ours = facts.evidence.difference_on_same_images(f"fig13 {k}", f"fig13 {ks[-1]}", split)
            claim = f"{_SIDE[split]}: the same images are rebuilt worse at k = {k} than at k = {ks[-1]}"
            yield Finding(f"fig13/same/k{k}/{split}", claim, "fig13", ours, verdicts.above(ours), "", "", split)


def turning(facts: Facts) -> Iterator[Finding]:
    """Yield: faces turn the way that the auxiliary set's look (figure 7), classes' to the front (T14)."""
    sure = "; ".join(_sure(facts, angle) for angle in ("yaw", "pitch"))
    for pose in poses.CLASSES[1:]:
        rows = _turned(facts, pose)
        ours = facts.evidence.average(rows, "turned")
        claim = f"trained on faces that look {pose}, pictures look {turns.MARGIN:g} degrees more {pose}"
        mean = f"{rows['turns'].mean():.1f} degrees in the mean"
        note = f"than the same victims' of the frontal inverter, one training; {mean}; {sure}"
        verdict = verdicts.at_least(ours.value, _MOST, "of the victims")
        yield Finding(f"fig7/{pose}", claim, "fig7", ours, verdict, note=note)
    known = facts.accuracies.scores[OWN]["sample_id"].unique()
    share, own = _frontal(facts.angles["fig14 aligned"]), _frontal(facts.angles[OWN].loc[known])
    verdict = verdicts.at_least(share, _MOST, "of the classes")
    claim = f"inferred classes look to the front: within {_FRONTAL} degrees"
    note = f"of the target's own pictures {own:.0%} do; {sure}"
    yield Finding("T14", claim, "fig14", Estimate(share, nan, nan), verdict, note=note)


def _turned(facts: Facts, pose: str) -> pd.DataFrame:
    """Return the victims, by how many degrees each picture ``turns``, and whether it ``turned``: of one training.

    Both inverters attack one target, so its victims are those of either.
    """
    rows = facts.evidence.scores[f"fig7 {pose}"]
    pictures = [facts.angles[name].loc[rows["sample_id"]].to_numpy() for name in (f"fig7 {pose}", "fig7 frontal")]
    return rows.assign(turns=turns.turns(*pictures, pose), turned=turns.turned(*pictures, pose))


def _sure(facts: Facts, angle: str) -> str:
    """Say how far off this angle is read from true faces that were made unclear in one way or another."""
    errors = facts.reading.loc[facts.reading["angle"] == angle, "error"]
    return f"{angle} of true faces made as unclear is read {errors.min():.1f} to {errors.max():.1f} degrees off"


def _frontal(angles: pd.DataFrame) -> float:
    """Return the share of the pictures that look to the front."""
    return float((np.linalg.norm(angles[["yaw", "pitch"]], axis=1) <= _FRONTAL).mean())


def inference(facts: Facts) -> Iterator[Finding]:
    """Yield: of a class alone, aligned shows the person where each other attack does not (figure 14)."""
    for other in (name for name in facts.classes.scores if name != "aligned"):
        ours = facts.classes.difference("aligned", other, CLASS, "evaluation1")
        claim = f"classes: the evaluation classifier recognises aligned's pictures more often than {other}'s"
        yield Finding(f"fig14/{other}/recognised", claim, "fig14", ours, verdicts.above(ours))
        ours = facts.classes.difference(other, "aligned", CLASS)
        claim = f"classes: aligned is nearer to the class's mean picture than {other}"
        yield Finding(f"fig14/{other}/mse", claim, "fig14", ours, verdicts.above(ours))


def joint(facts: Facts) -> Iterator[Finding]:
    """Yield: joint training lowers the error at a small cost; so does more data, at none (table 3, T9, T11, T15)."""
    for figure, task in OF_TABLE_3.items():
        black, both = f"{figure} black box", f"{figure} joint"
        ours = facts.evidence.difference(black, both, HELD_OUT)
        claim = f"{task}: joint is below black box"
        yield Finding(f"order/{task}/joint", claim, figure, ours, verdicts.above(ours), "", both, HELD_OUT)
        cost = facts.accuracies.difference(black, both, HELD_OUT, "right")
        claim = f"{task}: joint training costs at most 1.5 points of accuracy"
        note = "the weight was chosen on data seed 1 by what it costs"
        verdict = verdicts.below(cost, 0.015, "of all images")
        yield Finding(f"T9/{task}", claim, "table3", cost, verdict, "0.2 to 1.5 %", note=note)
    black, both, more = (f"fig15 {label}" for label in ("black box", "joint", "black box (more data)"))
    ours = facts.evidence.difference(more, both, HELD_OUT)
    reference = facts.evidence.mean(both, HELD_OUT).value
    claim = "faces: black box with more data is comparable to joint"
    yield Finding("T11", claim, "table3", ours, verdicts.alike(ours, reference), "", more, HELD_OUT)
    ours = facts.evidence.difference(black, more, HELD_OUT)
    claim = "faces: augmenting the members with generic images lowers the error"
    yield Finding("T15", claim, "table3", ours, verdicts.above(ours), "", more, HELD_OUT)
