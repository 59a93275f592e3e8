"""Which attacks the claims are about, by the names that the ledger knows them by."""

from typing import NamedTuple

from obverse import attacks, targets
from obverse.attacks import Attack


class Source(NamedTuple):
    """One attack under its name in the ledger; ``draw`` tells draws of one number of classes apart."""

    name: str
    draw: int
    attack: Attack


def of_victims(config: dict) -> list[Source]:
    """Return the attacks on victims' prediction vectors: figures 5 to 8, 10, 13, 15 and 16."""
    by_row = ("fig5", "fig6", "fig7", "fig15", "fig16")
    found = [
        Source(f"{figure} {attack.label}", 0, attack) for figure in by_row for attack in attacks.rows(config, figure)
    ]
    for figure in ("fig8", "fig10"):
        found += [Source(f"{figure} {each.label} {each.m}", 0, each) for each in attacks.compared(config, figure)]
    drawn: dict[str, int] = {}
    for attack in attacks.draws(config, "fig13"):
        drawn[attack.label] = drawn.get(attack.label, 0) + 1
        k = targets.target(config, attack.classifier).classes
        found.append(Source(f"fig13 {k}", drawn[attack.label], attack))
    return found


def with_floors(sources: list[Source]) -> list[Source]:
    """Return those whose floors the ledger shows: the rows of tables 2 and 3, and the aligned attack at each m."""
    shown = ("fig5 ", "fig6 ", "fig15 ", "fig16 ", "fig8 aligned ", "fig10 aligned ")
    return [source for source in sources if source.name.startswith(shown)]
