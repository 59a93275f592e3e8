"""What claims need the figures to show: where a configuration does not, which key, what is missing, what to do."""

from collections.abc import Iterator

from obverse import attacks, poses, targets
from obverse.inventory import Contradiction
from obverse.ledger.labels import BY_OWNER, DISTRIBUTIONS

TARGETS = ("faces", "faces_half", "digits_most")  # whose accuracy the claims are about

_ROWS = {
    "fig5": DISTRIBUTIONS,
    "fig6": DISTRIBUTIONS,
    "fig7": poses.CLASSES,
    "fig15": BY_OWNER,
    "fig16": BY_OWNER[:2],
}
_METHODS = ("aligned", "prior")


def contradictions(config: dict) -> Iterator[Contradiction]:
    """Yield each row, method, number or target that a claim is about and the configuration lacks.

    More rows, methods and targets may stand beside them.
    """
    for name in TARGETS:
        if not targets.is_known(config, name):
            yield f"classifiers.{name}", "is missing: claims are about it", "Keep the name, whatever it is."
    for figure, labels in _ROWS.items():
        yield from _lacking(
            f"figures.{figure}.rows", "row", labels, [row.label for row in attacks.rows(config, figure)]
        )
    for figure in ("fig8", "fig10"):
        chosen = config["figures"][figure]
        yield from _lacking(f"figures.{figure}.methods", "method", _METHODS, chosen["methods"])
        yield from _several(figure, "m", chosen["m"])
    yield from _several("fig13", "k", config["figures"]["fig13"]["k"])
    if len({row["classifier"] for row in config["figures"]["fig7"]["rows"]}) > 1:
        problem = "the rows attack several targets, but poses are compared victim by victim"
        yield "figures.fig7.rows", problem, "Give them one classifier."


def _lacking(where: str, what: str, needed: tuple[str, ...], found: list[str]) -> Iterator[Contradiction]:
    lacking = [label for label in needed if label not in found]
    if lacking:
        problem = f"no {what} is called {lacking[0]!r}, which claims are about"
        yield where, problem, f"Keep {', '.join(needed)}; further ones may stand beside them."


def _several(figure: str, number: str, asked: list[int]) -> Iterator[Contradiction]:
    if len(set(asked)) < 2:
        yield f"figures.{figure}.{number}", "one number shows no course, which claims are about", "Name two or more."
