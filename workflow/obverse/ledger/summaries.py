"""The paper's four summaries, each decided by the claims it rests on."""

from collections.abc import Iterator
from math import nan

from obverse.ledger import verdicts
from obverse.ledger.findings import Finding
from obverse.ledger.verdicts import Estimate

# What a summary says, and how the identifiers of the claims begin that it rests on.
_SUMMARIES = {
    "Summary I": (
        "accurate inversion needs no pictures of the target's people: a generic auxiliary set will do",
        # not same/held_out: those images have trained the inverter
        ("order/facescrub/same/member", "order/facescrub/floor", "order/facescrub/distinct")
        + ("order/mnist/same/member", "order/mnist/floor", "order/mnist/distinct")
        + ("fig7/",),
    ),
    "Summary II": (
        "an inverter trained on truncated vectors inverts partial vectors",
        ("fig8/prior", "fig10/prior", "fig8/gap", "fig10/gap"),
    ),
    "Summary III": (
        "training class inference: aligned gives recognisable faces where earlier attacks do not",
        ("fig14/",),
    ),
    "Summary IV": (
        "joint training inverts better at a small cost of accuracy; more generic data helps as well, at none",
        ("order/facescrub/joint", "order/mnist/joint", "T9/", "T11", "T15"),
    ),
}


def of(findings: list[Finding]) -> Iterator[Finding]:
    """Yield a line for each summary."""
    for name, (claim, parts) in _SUMMARIES.items():
        rests_on = [finding for finding in findings if finding.id.startswith(parts)]
        failed = [finding.id for finding in rests_on if finding.verdict.verdict == verdicts.NOT_REPRODUCED]
        verdict = verdicts.both([finding.verdict.verdict for finding in rests_on])
        note = f"rests on {len(rests_on)} claims" + (f"; not reproduced: {', '.join(failed)}" if failed else "")
        yield Finding(name, claim, "T16", Estimate(nan, nan, nan), verdict, note=note)
