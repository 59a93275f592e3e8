"""What a target and an auxiliary set must be to each other: which key contradicts, what is wrong, what to do."""

from collections.abc import Iterator

from obverse import targets
from obverse.inventory import Contradiction


def names(config: dict, where: str, classifier: str, auxiliary: str) -> Iterator[Contradiction]:
    """Both names must lead to something; ``where`` is the key that brings them together."""
    if not targets.is_known(config, classifier):
        problem = f"{classifier!r} is no name under classifiers, nor derived from one"
        yield f"{where}.classifier", problem, known(config["classifiers"])
    elif not targets.is_trained(config, classifier):
        problem = f"{classifier!r} is no name under inverters, nor like one or derived from one"
        yield f"{where}.classifier", problem, known(config["inverters"])
    if auxiliary not in config["auxiliaries"]:
        problem = f"{auxiliary!r} is no name under auxiliaries"
        yield f"{where}.auxiliary", problem, known(config["auxiliaries"])


def known(group: dict) -> str:
    """Return the names of a group, in words."""
    return f"Known: {', '.join(group)}."


def contradictions(config: dict, where: str, classifier: str, auxiliary: str) -> Iterator[Contradiction]:
    """Yield each contradiction between a target and an auxiliary set whose names are known."""
    yield from _subset(config, where, classifier)
    yield from members(config, where, classifier, targets.auxiliary_for(config, auxiliary, classifier))
    yield from _same_size(config, where, classifier, auxiliary)


def _subset(config: dict, where: str, classifier: str) -> Iterator[Contradiction]:
    """A derived target knows some of the classes of its base, and two at least."""
    target = targets.target(config, classifier)
    most = targets.target(config, target.base).classes
    if not 2 <= target.classes <= most:
        problem = f"{classifier!r} has k = {target.classes}, but {target.base!r} knows {most} classes"
        yield f"{where}.classifier", problem, f"Choose k between 2 and {most}."


def members(config: dict, where: str, classifier: str, auxiliary: str) -> Iterator[Contradiction]:
    """An adversary must not hold what the target was trained on; a figure may only say so of the target's owner."""
    chosen, target = targets.auxiliary(config, auxiliary), targets.target(config, classifier)
    for part in chosen["parts"]:
        same = targets.role(part["dataset"]) == target.role
        held_out = part.get("classifier") == target.divided_as and part.get("split") == "held_out"
        strangers = bool(target.identities) and set(part.get("identities", target.identities)).isdisjoint(
            target.identities
        )
        if same and not held_out and not strangers and chosen["owner"] == "adversary":
            yield (
                f"auxiliaries.{auxiliary}",
                f"{where} attacks {classifier!r}, and this set may hold images it was trained on",
                f"Take only `classifier: {target.divided_as}, split: held_out` of it, or set owner: target_owner.",
            )


def _same_size(config: dict, where: str, classifier: str, auxiliary: str) -> Iterator[Contradiction]:
    """Images of the target and of the adversary must be of one size: one network sees both."""
    dataset = targets.target(config, classifier).role
    wanted = config["datasets"][dataset]["size"]
    for part in config["auxiliaries"][auxiliary]["parts"]:
        role, _, named = part["dataset"].partition("_")
        size = int(named) if named.isdigit() else config["datasets"][role]["size"]
        if size != wanted:
            yield (
                f"datasets.{role}.size" if not named.isdigit() else f"auxiliaries.{auxiliary}",
                f"{size} pixels, but {where} needs it to be {dataset}'s {wanted}",
                "Give both data sets one size.",
            )
