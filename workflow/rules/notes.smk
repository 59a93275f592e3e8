# What figures must say of their pictures; no rules here.


def showable(*roles: str) -> list[str]:
    """Return those roles whose pictures a report may hold: nobody's, or anybody's if config says so."""
    return [role for role in roles if config["show_faces"] or config["datasets"][role]["source"] != "official"]


def stand_ins(*roles: str) -> list[str]:
    """Return a note of which of the roles stand-ins play, where any does."""
    played = {
        "facescrub": "rendered faces, nobody's picture",
        "celeba": "rendered faces, nobody's picture",
        "mnist": "scikit-learn's 8 × 8 digits",
        "cifar10": "patches of photographs without people",
    }
    said = [f"{role}: {played[role]}" for role in roles if config["datasets"][role]["source"] != "official"]
    return ["Stand-ins: " + "; ".join(said)] if said else []


def origin_of(brought: list[tuple[str, str]]) -> str:
    """Return what must be said of pictures made by these pairs of a target and an auxiliary set."""
    datasets = [name for classifier, held in brought for name in [dataset_of(classifier), *auxiliary_datasets(held)]]
    roles = dict.fromkeys(targets.role(name) for name in datasets)
    notes = stand_ins(*roles)
    if {"facescrub", "celeba"} <= set(roles) and config["datasets"]["celeba"]["overlap"] == "none":
        notes.append("people of FaceScrub were not looked for in CelebA")
    for classifier, held in brought:
        notes += whose(held)
    return " — ".join(dict.fromkeys(notes))


def origin(*figures: str) -> str:
    """Return what figures must say of their pictures: which roles stand-ins play, and whose the auxiliary sets are."""
    return origin_of([pair for figure in figures for pair in contradictions.pairs(config, figure)])


def origin_of_faces() -> str:
    """Return what figures of section 5.7 must say: who answered, and which roles stand-ins play."""
    said = {
        "embedded": "Answers: an embedded stand-in, not Amazon Rekognition",
        "official": f"Answers: Amazon Rekognition, {config['rekognition']['region']}",
    }
    notes = [said[config["rekognition"]["source"]], *stand_ins("facescrub", "celeba")]
    if config["datasets"]["celeba"]["overlap"] == "none":
        notes.append("people of FaceScrub were not looked for in CelebA: unknown people may be known")
    return " — ".join(notes)


def whose(held: str) -> list[str]:
    """Return what must be said of an auxiliary set that holds images of the target's own people."""
    sides = [part["split"] for part in config["auxiliaries"][held]["parts"] if "split" in part]
    said = [f"{held}: the inverter was trained on the {side.replace('_', '-')} pictures" for side in sides]
    owned = config["auxiliaries"][held]["owner"] == "target_owner"
    return said + [f"{held}: the target owner's, and may hold members"] * (owned and not said)


def reported(picture: str, category: str = "2 Figures"):
    """Return a figure with faces, or names: part of the report unless they may be real people's and config forbids it."""
    if len(showable("facescrub", "celeba")) < 2:
        return picture
    return report(picture, caption="../report/about.rst", category=category)
