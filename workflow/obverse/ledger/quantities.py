"""The paper's single numbers: cells of its tables, accuracies, counts."""

from collections.abc import Iterator
from math import nan

from obverse import overlaps, poses
from obverse.ledger import verdicts
from obverse.ledger.findings import OF_TABLE_2, OF_TABLE_3, Facts, Finding
from obverse.ledger.labels import BY_OWNER, DISTRIBUTIONS
from obverse.ledger.verdicts import Estimate, Verdict
from obverse.splits import HELD_OUT, SPLITS

_REMOVED, _LEFT = overlaps.PAPER["images_removed"], overlaps.PAPER["identities"] - overlaps.PAPER["identities_removed"]

# The data set that a row's adversary has, where it is not its victims'.
_BROUGHT = {
    ("facescrub", "generic"): "celeba",
    ("facescrub", "distinct"): "cifar10",
    ("mnist", "distinct"): "cifar10",
    ("facescrub", "black box (more data)"): "celeba",
}


def cells(facts: Facts) -> Iterator[Finding]:
    """Yield the numbers of tables 2 and 3."""
    for figure, task in OF_TABLE_2.items():
        for label in DISTRIBUTIONS:
            for split in SPLITS:
                ours = facts.evidence.mean(f"{figure} {label}", split)
                yield _cell(facts, "table2", task, label, f"mse_{split}", ours, f"{figure} {label}", split)
    for figure, task in OF_TABLE_3.items():
        for label in BY_OWNER:
            if f"{figure} {label}" in facts.evidence.scores:
                ours = facts.evidence.mean(f"{figure} {label}", HELD_OUT)
                yield _cell(facts, "table3", task, label, "mse", ours, f"{figure} {label}", HELD_OUT)
                ours = facts.accuracies.mean(f"{figure} {label}", HELD_OUT, "right")
                yield _cell(facts, "table3", task, label, "accuracy", ours, "", HELD_OUT)


def _cell(
    facts: Facts, table: str, task: str, label: str, column: str, ours: Estimate, evidence: str, split: str
) -> Finding:
    printed, note = facts.paper.number(table, task, label, column), facts.paper.note(table, task, label, column)
    if column == "accuracy":  # of the target, which no adversary has touched
        verdict = verdicts.accuracy(ours.value, printed, facts.stand_ins & {task})
    else:
        verdict = verdicts.cell(ours.value, printed, facts.stand_ins & {task, _BROUGHT.get((task, label), task)})
    claim = f"{task}, {label}: {column.replace('_', ' ')}"
    return Finding(
        f"{table}/{task}/{label}/{column}", claim, table, ours, verdict, f"{printed:g}", evidence, split, note
    )


def accuracies(facts: Facts) -> Iterator[Finding]:
    """Yield what targets reach (T1, T10)."""
    for name, task in (("faces", "facescrub"), ("digits_most", "mnist")):
        ours, printed = facts.accuracies.mean(name, HELD_OUT, "right"), _said(facts, task, "80/20", "accuracy")
        verdict = verdicts.accuracy(ours.value, printed, facts.stand_ins & {task})
        yield Finding(f"T1/{name}", f"{task}, 80/20: the target's accuracy", "section 5", ours, verdict, f"{printed:g}")
    ours = facts.accuracies.difference("faces", "faces_half", HELD_OUT, "right")
    claim = "faces: trained on 50 % instead of 80 %, the target is less accurate"
    yield Finding("T10", claim, "section 5.6", ours, verdicts.above(ours), "85.7 against 78.3 %")


def counts(facts: Facts) -> Iterator[Finding]:
    """Yield what is counted or timed (T2 to T8)."""
    numbers = facts.numbers

    def found(name: str) -> Estimate:
        return Estimate(numbers[name], nan, nan)

    both = facts.stand_ins & {"facescrub", "celeba"}
    for claim_id, claim, name, printed, stand_ins in (
        ("T2/images", "FaceScrub: images that could be fetched", "facescrub images", *_listed(facts, "images")),
        ("T2/people", "FaceScrub: people", "facescrub people", *_listed(facts, "people")),
        ("T3/removed", "CelebA: images removed with people of FaceScrub", "celeba removed", _REMOVED, both),
        ("T3/people", "CelebA: people left", "celeba people", _LEFT, both),
    ):
        verdict = verdicts.cell(numbers[name], printed, stand_ins)
        yield Finding(claim_id, claim, "section 5", found(name), verdict, f"{printed:g}")
    for pose, count in poses.PAPER.items():
        printed, name = count / poses.PAPER_IMAGES, f"share {pose}"
        verdict = verdicts.cell(numbers[name], printed, both)
        if facts.calibrated:
            verdict = Verdict(verdicts.UNDECIDED, "by construction: the limits are set so that the shares come out")
        yield Finding(
            f"T4/{pose}", f"CelebA: share of {pose} faces", "section 5.2", found(name), verdict, f"{printed:.4f}"
        )
    claim = "the target is asked once for each auxiliary image"
    verdict = verdicts.equal(numbers["queries"], numbers["auxiliary images"])
    note = "by construction: answers are kept, and every attack on a target reads the same ones"
    yield Finding("T5", claim, "section 4.2", found("queries"), verdict, note=note)
    verdict = Verdict(verdicts.UNDECIDED, "another machine, other data: results/benchmarks/train_inverter has ours")
    yield Finding("T6", "training an inverter, hours", "section 5", Estimate(nan, nan, nan), verdict, "< 12")
    claim = "inverting one vector takes a few milliseconds"
    verdict = verdicts.at_most(numbers["milliseconds"], 10, "ms")
    yield Finding("T7", claim, "section 5", found("milliseconds"), verdict, "a few", note="rounded up to 10, 100 …")
    claim = "the auxiliary images' predictions name every class"
    yield Finding("T8", claim, "section 5.5", found("named"), verdicts.equal(numbers["named"], numbers["classes"]))


def _said(facts: Facts, task: str, row: str, column: str) -> float:
    """Return a number that the paper gives in its text alone."""
    return facts.paper.number("section5", task, row, column)


def _listed(facts: Facts, what: str) -> tuple[float, frozenset[str]]:
    """Return how many of FaceScrub's ``what`` the paper could fetch, and whether a stand-in plays FaceScrub."""
    return _said(facts, "facescrub", "fetched", what), facts.stand_ins & {"facescrub"}
