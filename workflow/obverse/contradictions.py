"""What keys of the configuration must be to each other: where they contradict, which key, what is wrong, what to do."""

from collections.abc import Iterator

from obverse import ablations, addresses, asked, attacks, inventory, pairings, policies, targets
from obverse.inventory import Contradiction
from obverse.ledger import needs
from obverse.pairings import known


def found(config: dict) -> Iterator[Contradiction]:
    """Yield each contradiction in a configuration that the schema allows."""
    unknown = [*asked.clashes(config), *_like(config), *_names(config)]
    if unknown:  # what follows looks names up
        yield from unknown
        return
    yield from inventory.contradictions(config)
    yield from _judges(config)
    yield from _parts(config)
    yield from _baseline(config)
    for figure in config["figures"]:
        yield from _figure(config, figure)
    yield from asked.contradictions(config)
    yield from addresses.contradictions(config)
    yield from ablations.contradictions(config)
    yield from needs.contradictions(config)


def pairs(config: dict, figure: str) -> dict[tuple[str, str], str]:
    """Return each target and auxiliary set that a figure brings together, as they are named, and the key that does."""
    chosen, where = config["figures"][figure], f"figures.{figure}"
    if "rows" in chosen:
        return {(row["classifier"], row["auxiliary"]): f"{where}.rows" for row in chosen["rows"]}
    named = [chosen[key] for key in ("auxiliary", "prior_auxiliary") if key in chosen]
    return {(chosen["classifier"], auxiliary): where for auxiliary in named}


def unseen(config: dict) -> Iterator[Contradiction]:
    """Yield each data set on whose pictures the stand-in for Rekognition finds no face.

    Not among those of `found`: it matters where Rekognition's products are asked for by name; `all` leaves them out.
    """
    for role in ("facescrub", "celeba"):
        if (config["rekognition"]["source"], config["datasets"][role]["source"]) == ("embedded", "official"):
            yield (
                "rekognition.source",
                f"the stand-in (embedded) sees rendered faces alone, but datasets.{role}.source is official",
                "Set it to official: the default run then leaves out what is made of its answers, until confirm_spend "
                f"lets these pictures be sent to Amazon. Or set datasets.{role}.source to rendered.",
            )


def _like(config: dict) -> Iterator[Contradiction]:
    group = config["classifiers"]
    for name, chosen in group.items():
        if chosen.get("like", name) not in group:
            yield f"classifiers.{name}.like", f"{chosen['like']!r} is no name under classifiers", known(group)
        elif "like" in group[chosen.get("like", name)]:
            yield f"classifiers.{name}.like", f"{chosen['like']!r} is itself like another", "Name that other one."


def _names(config: dict) -> Iterator[Contradiction]:
    for name, auxiliary in config["auxiliaries"].items():
        for part in auxiliary["parts"]:
            if part.get("classifier", "") not in {"", *config["classifiers"]}:
                problem = f"{part['classifier']!r} is no name under classifiers"
                yield f"auxiliaries.{name}", problem, known(config["classifiers"])
    for figure, chosen in config["figures"].items():
        if "k" in chosen and chosen["classifier"] not in config["classifiers"]:
            problem = f"{chosen['classifier']!r} does not stand under classifiers, and k of its classes are to be drawn"
            yield f"figures.{figure}.classifier", problem, known(config["classifiers"])
    for (classifier, auxiliary), where in _brought(config):
        yield from pairings.names(config, where, classifier, auxiliary)


def _brought(config: dict) -> Iterator[tuple[tuple[str, str], str]]:
    for figure in config["figures"]:
        yield from pairs(config, figure).items()
    yield from ablations.pairs(config).items()


def _judges(config: dict) -> Iterator[Contradiction]:
    judges = {f"evaluators.{name}": evaluator for name, evaluator in config["evaluators"].items()}
    for where, evaluator in (judges | {"audit.evaluator": config["audit"]["evaluator"]}).items():
        if evaluator["seed"] in config["seeds"]:
            problem = f"{evaluator['seed']} is a training seed too: the judge must not start as a target does"
            yield f"{where}.seed", problem, "Choose one that is not among seeds."


def _baseline(config: dict) -> Iterator[Contradiction]:
    if attacks.PUBLISHED_COST not in config["mi_face"]["costs"]:
        problem = f"{attacks.PUBLISHED_COST!r} is not among them, and it is the paper's baseline"
        yield "mi_face.costs", problem, "Keep it; others may stand beside it."


def _parts(config: dict) -> Iterator[Contradiction]:
    for name, auxiliary in config["auxiliaries"].items():
        where = f"auxiliaries.{name}"
        seen: list[dict] = []
        for part in auxiliary["parts"]:
            owner = part.get("classifier")
            known = targets.target(config, owner).dataset if owner else part["dataset"]
            if known != part["dataset"]:
                problem = f"{part['dataset']} has no {part['split']} images of {owner!r}, which knows {known}"
                yield where, problem, f"Take them from {known}."
            if "pose" in part and part["dataset"] != "celeba":
                yield where, f"only CelebA is sorted by pose, not {part['dataset']}", "Leave pose out."
            if any(_overlap(part, other, config["poses"]["overlap"]) for other in seen):
                problem = f"{part['dataset']} is taken twice: an image would count twice"
                yield where, problem, "Take each image once."
            seen.append(part)


def _overlap(part: dict, other: dict, poses: str) -> bool:
    """Whether two parts can hold one image.

    They cannot when they are of two data sets, two splits of one target, other people, or poses that exclude one
    another.
    """
    if targets.role(part["dataset"]) != targets.role(other["dataset"]):
        return False

    def differ(key: str) -> bool:
        return key in part and key in other and part[key] != other[key]

    others = "identities" in part and "identities" in other and not set(part["identities"]) & set(other["identities"])
    splits = differ("split") and part["classifier"] == other["classifier"]
    return not (others or splits or (differ("pose") and poses == "exclusive"))


def _figure(config: dict, figure: str) -> Iterator[Contradiction]:
    chosen, where = config["figures"][figure], f"figures.{figure}"
    for (classifier, auxiliary), key in pairs(config, figure).items():
        yield from pairings.contradictions(config, key, classifier, auxiliary)
    if "rows" in chosen:
        yield from _rows(config, figure)
        return
    target = targets.target(config, chosen["classifier"])
    yield from _views(config, figure)
    asked = chosen.get("m", [])
    most = max([asked] if isinstance(asked, int) else asked, default=0)
    if most > target.classes:
        problem = f"m = {most}, but {target.name!r} gives prediction vectors of {target.classes} scores"
        yield f"{where}.m", problem, f"Choose every m between 1 and {target.classes}."
    if max(chosen.get("k", [0])) > target.classes:
        problem = f"k = {max(chosen['k'])}, but {target.name!r} knows {target.classes} classes"
        yield f"{where}.k", problem, f"Choose every k between 2 and {target.classes}."
    twice = set(chosen.get("methods", [])) & set(chosen.get("methods_at_full", []))
    if twice:
        yield f"{where}.methods_at_full", f"{min(twice)!r} is among methods already", "Name each method once."
    people = "victims" if "m" in chosen else "classes"
    if chosen.get(people, 0) > target.classes:
        yield f"{where}.{people}", f"{chosen[people]} people, but there are {target.classes}", "Show fewer."


def _views(config: dict, figure: str) -> Iterator[Contradiction]:
    """A view asks for fewer scores than there are; all of them have another name."""
    chosen = config["figures"][figure]
    classes = targets.target(config, chosen["classifier"]).classes
    for view in chosen.get("views", []):
        shown = policies.policy(view)
        if (shown.scores or 0) >= classes:
            whole = "full" if shown.digits is None else f"round{shown.digits}"
            problem = f"{view!r} asks for {shown.scores} of {classes} scores"
            yield f"figures.{figure}.views", problem, f"Ask for fewer; all of them are called {whole}."


def _rows(config: dict, figure: str) -> Iterator[Contradiction]:
    where, rows = f"figures.{figure}.rows", config["figures"][figure]["rows"]
    labels = [row["label"] for row in rows]
    if len(set(labels)) < len(labels):
        yield where, "two rows have one label", "Give each its own."
    if len({targets.target(config, row["classifier"]).dataset for row in rows}) > 1:
        yield where, "the rows' targets know different data sets", "Show them in figures of their own."
    for row in rows:
        joint = targets.target(config, row["classifier"]).joint is not None
        if joint != (row.get("method") == attacks.JOINT):
            problem = f"{row['classifier']!r} with method {row.get('method', 'aligned')!r}"
            yield where, problem, "A target trained jointly, and no other, has method: joint."
        if joint and config["auxiliaries"][row["auxiliary"]]["owner"] != "target_owner":
            problem = f"{row['auxiliary']!r} is an adversary's, but a joint inverter is its target's owner's"
            yield where, problem, "Name the set that holds the target's members."
