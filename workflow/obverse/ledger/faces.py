"""The claims about a commercial service that tells features of faces: section 5.7, figure 17 and table 4."""

from collections.abc import Iterator
from math import isnan, nan

from obverse.ledger import verdicts
from obverse.ledger.findings import Facts, Finding
from obverse.ledger.verdicts import Estimate, Verdict
from obverse.rekognition.individuals import DATASETS
from obverse.rekognition.rows import ROWS, WHOLE

SERVICE = "rekognition"  # among stand-ins where the embedded service answered
# In the paper 0, 0 and at most 3.9 % of whole features' error.
_CLOSE = {"round 5": 0.02, "round 3": 0.02, "round 1": 0.05, "round 1 (standardized)*": 0.05}
_QUERIES = {"auxiliary": 156_582, "victims": 87_724}
_ORDER = ("remove landmark & pose", "remove landmark", WHOLE)  # the fewer features, the worse


def of_service(facts: Facts) -> Iterator[Finding]:
    """Yield T12, T13 and the numbers of table 4; pending where nobody was asked."""
    if not facts.faces.scores:
        yield from _pending()
        return
    for part in DATASETS:
        yield from _order(facts, part)
        yield from _rounding(facts, part)
    yield from _queries(facts)
    for part in DATASETS:
        yield from _cells(facts, part)


def _order(facts: Facts, part: str) -> Iterator[Finding]:
    for more, less in zip(_ORDER, _ORDER[1:], strict=False):
        ours = facts.faces.difference(more, less, part)
        claim = f"{part} people: {less} is below {more}"
        yield Finding(f"order/table4/{less}/{part}", claim, "table4", ours, verdicts.above(ours))


def _rounding(facts: Facts, part: str) -> Iterator[Finding]:
    whole = facts.faces.mean(WHOLE, part).value
    for row, share in _CLOSE.items():
        ours = facts.faces.difference(row, WHOLE, part)
        claim = f"{part} people: {row} hardly raises the error"
        verdict = verdicts.alike(ours, whole, share)
        yield Finding(f"T12/{row}/{part}", claim, "table4", ours, verdict, note=f"{ours.value / whole:+.1%}")


def _queries(facts: Facts) -> Iterator[Finding]:
    scores = facts.faces.scores[WHOLE]
    counted = {"auxiliary": scores["queries"].max(), "victims": scores["sample_id"].groupby(scores["split"]).nunique()}
    for whose, printed in _QUERIES.items():
        asked = float(counted[whose].sum())
        verdict = verdicts.cell(asked, printed, facts.stand_ins & {SERVICE, *DATASETS.values()})
        claim = f"queries about {whose} pictures"
        yield Finding(f"T13/{whose}", claim, "section 5.7", Estimate(asked, nan, nan), verdict, f"{printed:,}")


def _cells(facts: Facts, part: str) -> Iterator[Finding]:
    stand_ins = facts.stand_ins & {SERVICE, DATASETS["known"], DATASETS[part]}
    for row in ROWS:
        ours, column = facts.faces.mean(row, part), f"mse_{part}"
        printed = facts.paper.number("table4", SERVICE, row, column)
        if isnan(printed):  # a row of ours
            continue
        verdict = verdicts.cell(ours.value, printed, stand_ins)
        claim = f"{part} people, {row}: mean squared error"
        yield Finding(f"table4/{part}/{row}", claim, "table4", ours, verdict, f"{printed:g}")


def _pending() -> Iterator[Finding]:
    verdict = Verdict(verdicts.PENDING, "nobody was asked: see rekognition.source and confirm_spend")
    for claim_id, claim, where in (
        ("T12", "rounding hardly lowers the quality", "table4"),
        ("T13", "156,582 and 87,724 queries", "section 5.7"),
        ("table4", "the errors of table 4", "table4"),
    ):
        yield Finding(claim_id, claim, where, Estimate(nan, nan, nan), verdict)
