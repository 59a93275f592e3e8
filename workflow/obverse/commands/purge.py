"""Delete a data set's pictures, and everything under results/ that was made from them.

    python -m obverse.commands.purge ROLE [CONFIG.yaml …] [--yes]

ROLE is facescrub, celeba, mnist, cifar10, or a target under asked in config: its pictures, its answers, its audit.
Lists what it would delete; deletes it with --yes. Your own folders of files are never touched. Exit status 0
when nothing of the data set is left under results/, 1 otherwise.

What was made from what is read from the names of results and from the configurations: config.yaml with the files named
here merged over it, and results/config.yaml. A name that they do not know, or differ about, counts as made from it.
"""

import argparse
import os
import sys
from collections import defaultdict
from pathlib import Path, PurePath

from obverse import ablations, contradictions, locks, targets
from obverse.asked import AUXILIARY, IMAGES
from obverse.commands import preflight
from obverse.errors import UnusableInput

ROLES = ("facescrub", "celeba", "mnist", "cifar10")

_BASE = Path(__file__).parents[3]
_ATTACKS = ("inverters", "reconstructions", "scores", "angles", "traces")  # in folders by target and auxiliary set
_PRODUCTS = {"sources", "datasets", "classifiers", "evaluators", "classes", "predictions", "auxiliaries", *_ATTACKS}
_PRODUCTS |= {"pictures", "asked", "audit"}
_WRITTEN = "results/pictures/"  # folders that a rule writes, as if they were a user's
_FACES = {"facescrub", "celeba"}  # that Rekognition is asked about
_SEARCH = "mi_face"  # what was made without an auxiliary set
# The figures that are not under figures in config, and whose pictures they are made from.
_REPORTS = {
    **{"fetch": {"facescrub"}, "fetch_identities": {"facescrub"}, "duplicates": {"facescrub"}},
    **{"overlap": {"facescrub", "celeba"}, "poses": {"celeba"}},
}
_TABLES = {"table1": ("fig5", "fig6"), "table2": ("fig5", "fig6"), "table3": ("fig15", "fig16")}
_OTHERS = {"logs", "benchmarks", "records", "models", "config.yaml"}  # hold no picture, and nothing trained on one


def main() -> None:
    """List or delete what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m obverse.commands.purge", description=__doc__.split("\n")[0])
    parser.add_argument("role")
    parser.add_argument("configfiles", nargs="*", type=Path, metavar="CONFIG.yaml")
    parser.add_argument("--directory", type=Path, default=Path(), help="where snakemake was started")
    parser.add_argument("--yes", action="store_true", help="delete, do not only list")
    arguments = parser.parse_args()
    results = arguments.directory / "results"
    try:
        if not results.is_dir():
            where = "Where was snakemake started? Name that folder with --directory."
            raise UnusableInput(results, "expected the results of a run, found none", where)
        if locks.in_use(arguments.directory / ".snakemake"):
            raise UnusableInput(arguments.directory, "expected no run at work, found one", "Wait for it, or end it.")
        configs = _configs(arguments.configfiles, results / "config.yaml")
        known = dict.fromkeys([*ROLES, *(name for config in configs for name in config["asked"])])
        if arguments.role not in known:
            problem = f"expected one of {', '.join(known)}, found {arguments.role!r}"
            raise UnusableInput("ROLE", problem, "A target of your own: name the configuration that has it, too.")
        for path in (path for path in arguments.configfiles if not path.exists()):
            raise UnusableInput(path, "expected a configuration, found no file", "Name one that is there.")
    except UnusableInput as error:
        sys.exit(f"purge: error: {error}")
    named = [chosen["folder"] for config in configs for chosen in config["datasets"].values()]
    named += [chosen[key] for config in configs for chosen in config["asked"].values() for key in (IMAGES, AUXILIARY)]
    folders = {arguments.directory / name for name in named if not name.startswith(_WRITTEN)}
    found, left = holding(results, arguments.role, configs, folders)
    print("\n".join(_report(results, found, left)))
    if arguments.yes:
        delete(results, found)
        print(f"Deleted {len(found):,} files.")
    elif found:
        print("Nothing is deleted yet: add --yes.")
    sys.exit(1 if left or (found and not arguments.yes) else 0)


def _configs(named: list[Path], recorded: Path) -> list[dict]:
    shipped = _BASE / "config.yaml"
    return [preflight.merged(paths) for paths in ([shipped, *named], [shipped, recorded]) if paths[-1].exists()]


def holding(results: Path, role: str, configs: list[dict], folders: set[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files and links under ``results`` that hold pictures of ``role`` or were made from them, and what
    was not looked into: the user's ``folders``, and links that stand where a kind of product should.

    Links are not followed: one that holds is deleted, what it leads to is not.
    """
    found, left = [], []
    own = {folder.resolve() for folder in folders}
    for above, directories, names in os.walk(results):
        for name in sorted(directories):
            path = Path(above, name)
            if path.is_symlink():
                names.append(name)
            elif path.resolve() in own and path != results:
                directories.remove(name)
                left.append(path)
        for path in (Path(above, name) for name in sorted(names)):
            place = path.relative_to(results)
            if str(place) in _PRODUCTS and path.is_symlink():
                left.append(path)
            elif is_made_from(place, role, configs):
                found.append(path)
        directories.sort()
    return found, left


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
    if kind in ("sources", "datasets", "evaluators") and rest:
        return shows(rest[0])
    if kind == "classifiers" and rest:
        return trained("classifiers", rest[0])
    if kind == "classes" and rest:  # searched with the target's own weights, or named after the auxiliary set
        found_by = rest[-1].partition(".")[0]
        inferred = not found_by.startswith(_SEARCH) and trained("auxiliaries", found_by)
        return trained("classifiers", rest[0]) or inferred
    if kind == "angles" and rest:  # read by a network that learnt from CelebA's faces
        measured = PurePath(*rest) if rest[0] in _PRODUCTS else PurePath("reconstructions", *rest)
        return role == "celeba" or is_made_from(measured, role, configs)
    if kind in ("asked", "audit") and rest:  # answers that were paid for: none goes because nobody knows whose they are
        return (rest[0] == "rekognition" and role in _FACES) or any(
            rest[0] in config["asked"] and role in _by_asked(config, rest[0]) for config in configs
        )
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
    written = [PurePath(folder).name for folder in folders if folder.startswith(_WRITTEN)]
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


def delete(results: Path, found: list[Path]) -> None:
    """Delete ``found`` and the folders that this empties, ``results`` apart."""
    for path in found:
        path.unlink()
        above = path.parent
        while above != results and not any(above.iterdir()):
            above.rmdir()
            above = above.parent


def _report(results: Path, found: list[Path], left: list[Path]) -> list[str]:
    """Return a line for each folder of a product, with its size, and the sum."""
    groups: dict[Path, list[Path]] = defaultdict(list)
    for path in found:
        place = path.relative_to(results)
        groups[results.joinpath(*(place.parent.parts[:3] or place.parts))].append(path)
    lines = [f"{_megabytes(paths)}  {group} ({len(paths):,} files)" for group, paths in groups.items()]
    lines += [f"            left  {path} (your folder, or a link: not looked into)" for path in left]
    lines += [f"            link  {path} -> {os.readlink(path)} (stays)" for path in found if path.is_symlink()]
    return [f"In {results.resolve()}:", *lines, f"{_megabytes(found)} in {len(found):,} files"]


def _megabytes(paths: list[Path]) -> str:
    known = [path.lstat() for path in paths]
    sizes = {(file.st_dev, file.st_ino): file.st_size for file in known}  # a file that has two names counts once
    return f"{sum(sizes.values()) / 1e6:12,.1f} MB"


if __name__ == "__main__":
    main()
