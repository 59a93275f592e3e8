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
from pathlib import Path

from obverse import locks, origins
from obverse.asked import AUXILIARY, IMAGES
from obverse.commands import preflight
from obverse.errors import UnusableInput

_BASE = Path(__file__).parents[3]


def main() -> None:
    """List or delete what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m obverse.commands.purge", description=__doc__.split("\n")[0])
    parser.add_argument("role")
    parser.add_argument("configfiles", nargs="*", type=Path, metavar="CONFIG.yaml")
    parser.add_argument("--directory", type=Path, default=Path(), help="where snakemake was started")
    parser.add_argument("--yes", action="store_true", help="delete, do not only list")
    try:
        sys.exit(_purge(parser.parse_args()))
    except UnusableInput as error:
        sys.exit(f"purge: error: {error}")


def _purge(arguments: argparse.Namespace) -> int:
    """List or delete; return the exit status."""
    results, state = arguments.directory / "results", arguments.directory / ".snakemake"
    if not results.is_dir():
        where = "Where was snakemake started? Name that folder with --directory."
        raise UnusableInput(results, "expected the results of a run, found none", where)
    if locks.in_use(state):
        raise UnusableInput(arguments.directory, "expected no run at work, found one", "Wait for it, or end it.")
    configs = _configs(arguments.configfiles, results / "config.yaml")
    known = dict.fromkeys([*origins.ROLES, *(name for config in configs for name in config["asked"])])
    if arguments.role not in known:
        problem = f"expected one of {', '.join(known)}, found {arguments.role!r}"
        raise UnusableInput("ROLE", problem, "A target of your own: name the configuration that has it, too.")
    for path in (path for path in arguments.configfiles if not path.exists()):
        raise UnusableInput(path, "expected a configuration, found no file", "Name one that is there.")
    named = [chosen["folder"] for config in configs for chosen in config["datasets"].values()]
    named += [chosen[key] for config in configs for chosen in config["asked"].values() for key in (IMAGES, AUXILIARY)]
    folders = {arguments.directory / name for name in named if not name.startswith(origins.WRITTEN)}
    found, left = holding(results, arguments.role, configs, folders)
    print("\n".join(_report(results, found, left)))
    if arguments.yes:
        with locks.alone(state):
            delete(results, found)
        print(f"Deleted {len(found):,} files.")
    elif found:
        print("Nothing is deleted yet: add --yes.")
    return 1 if left or (found and not arguments.yes) else 0


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
            if str(place) in origins.PRODUCTS and path.is_symlink():
                left.append(path)
            elif origins.is_made_from(place, role, configs):
                found.append(path)
        directories.sort()
    return found, left


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
