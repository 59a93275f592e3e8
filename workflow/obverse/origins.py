"""Whose pictures a product under results/ was made from, by its name and the configurations it may have been made with.

A name that they do not know, or differ about, counts as made from all.
"""

from pathlib import PurePath

from obverse import ablations, contradictions, targets
from obverse.asked import AUXILIARY, IMAGES

ROLES = ("facescrub", "celeba", "mnist", "cifar10")

_ATTACKS = ("inverters", "reconstructions", "scores", "angles", "traces")  # in folders by target and auxiliary set
PRODUCTS = {"sources", "datasets", "classifiers", "evaluators", "classes", "predictions", "auxiliaries", *_ATTACKS}
PRODUCTS |= {"pictures", "asked", "audit", "rekognition"}
WRITTEN = "results/pictures/"  # folders that a rule writes, as if they were a user's
_FACES = {"facescrub", "celeba"}  # that Rekognition is asked about
_SEARCH = "mi_face"  # what was made without an auxiliary set
# The figures that are not under figures in config, and whose pictures they are made from.
_REPORTS = {
    **{"fetch": {"facescrub"}, "fetch_identities": {"facescrub"}, "duplicates": {"facescrub"}},
    **{"overlap": _FACES, "poses": {"celeba"}, "fig2": _FACES, "fig17": _FACES, "table4": _FACES},
}
_TABLES = {"table1": ("fig5", "fig6"), "table2": ("fig5", "fig6"), "table3": ("fig15", "fig16")}
_OTHERS = {"logs", "benchmarks", "records", "models", "config.yaml"}  # hold no picture, and nothing trained on one


def is_made_from(place: PurePath, role: str, configs: list[dict]) -> bool:
    """Return whether the product at ``place`` under results/ must count as made from pictures of ``role``."""
    kind, *rest = place.parts

    def shows(name: str) -> bool:  # a data set, a file named after one
        dataset = name.partition(".")[0]
        owner, dash, _ = dataset.rpartition("-")
        return trained("classifiers", owner) if dash else dataset.partition("_")[0] == role

    def trained(group: str, name: str) -> bool:
        known = [roles for config in configs if (roles := _read_by(config, group, name))]
        return (role in ROLES and not known) or any(role in roles for roles in known)

    if kind in _OTHERS:
        return False
    if "rekognition" in place.parts[:2]:
        return role in _FACES
    if kind in ("sources", "datasets", "evaluators") and rest:
        return shows(rest[0])
    if kind == "classifiers" and rest:
        return trained("classifiers", rest[0])
    if kind == "classes" and rest:  # searched with the target's own weights, or named after the auxiliary set
        found_by = rest[-1].partition(".")[0]
        inferred = not found_by.startswith(_SEARCH) and trained("auxiliaries", found_by)
        return trained("classifiers", rest[0]) or inferred
    if kind == "angles" and rest:  # read by a network that learnt from CelebA's faces
        measured = PurePath(*rest) if rest[0] in PRODUCTS else PurePath("reconstructions", *rest)
        return role == "celeba" or is_made_from(measured, role, configs)
    if kind in ("asked", "audit") and rest:  # answers that were paid for: none goes because nobody knows whose they are
        return any(rest[0] in config["asked"] and role in _by_asked(config, rest[0]) for config in configs)
    if kind == "predictions" and len(rest) > 1:
        return trained("classifiers", rest[0]) or shows(rest[-1])
    if kind in ("auxiliaries", "pictures") and rest:
        return trained("auxiliaries", rest[0].partition(".")[0])
    if kind in _ATTACKS and len(rest) > 2:
        return trained("classifiers", rest[0]) or trained("auxiliaries", rest[1]) or shows(rest[-1])
    if not rest and place.stem in _REPORTS:
        return role in _REPORTS[place.stem]
    return rest != [] or any(trained("figures", figure) for figure in _TABLES.get(place.stem, [place.stem]))


def _read_by(config: dict, group: str, name: str) -> set[str]:
    """Return the roles whose pictures a classifier, an auxiliary set or a figure comes from; none if unknown."""
    try:
        return _READ_BY[group](config, name)
    except KeyError:
        return set()


def _by_asked(config: dict, name: str) -> set[str]:
    """Return what the folders of a target one can only ask hold: its own pictures, or those of a set written there."""
    folders = [config["asked"][name][key] for key in (IMAGES, AUXILIARY)]
    written = [PurePath(folder).name for folder in folders if folder.startswith(WRITTEN)]
    return {name}.union(*(_by_auxiliary(config, held) for held in written))


def _by_classifier(config: dict, name: str) -> set[str]:
    if name in config["asked"]:
        return _by_asked(config, name)
    return {targets.role(targets.dataset(config, name))}


def _by_auxiliary(config: dict, name: str) -> set[str]:
    if name in config["asked"]:
        return _by_asked(config, name)
    return {targets.role(part["dataset"]) for part in targets.auxiliary(config, name)["parts"]}


def _by_figure(config: dict, name: str) -> set[str]:
    pairs = ablations.pairs(config) if name == "ablations" else contradictions.pairs(config, name)
    return set().union(*(_by_classifier(config, own) | _by_auxiliary(config, held) for own, held in pairs))


_READ_BY = {"classifiers": _by_classifier, "auxiliaries": _by_auxiliary, "figures": _by_figure}
