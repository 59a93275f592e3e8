"""Read what was done: the tree behind a result, what tells two runs apart, and what would run again, and why.

    python -m obverse.commands.lineage TARGET [--directory DIR]
    python -m obverse.commands.lineage diff BEFORE NOW [--target TARGET …]
    python -m obverse.commands.lineage why TARGET … [--directory DIR] [--configfile FILE …] [--config KEY=VALUE …]

The first prints each job behind TARGET, such as results/fig9.png: its numbers, a digest of its code, when it ran, for
how long and on what; the files it all began with come with their sha256. `diff` compares two working directories or
archives (results/archive.zip). `why` compares a working directory with what the workflow says now; it needs the
configuration files and keys that snakemake is given. Exit status 0; 1 where `diff` finds a difference, or `why`
something to run; 2 where there is nothing to read.
"""

import argparse
import os
import sys
from pathlib import Path

from obverse import terminal
from obverse.errors import UnusableInput
from obverse.lineage import differences, histories, sentences, staleness, trees, typed
from obverse.lineage.histories import History

_HERE = Path()


def main() -> None:
    """Print what the command line asks for."""
    words = sys.argv[1:]
    act = {"diff": _diff, "why": _why}.get(words[0] if words else "", _tree)
    try:
        lines, status = act(words if act is _tree else words[1:])
    except UnusableInput as error:
        print(terminal.escaped_lines(f"lineage: error: {error}"), file=sys.stderr)
        sys.exit(2)
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:  # into head or a pager, which has read enough; what is left goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _tree(words: list[str]) -> tuple[list[str], int]:
    parser = argparse.ArgumentParser(
        prog="python -m obverse.commands.lineage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", help="a result, such as results/fig9.png")
    parser.add_argument("--directory", type=Path, default=_HERE, help="where snakemake was started, or an archive")
    chosen = parser.parse_args(words)
    target = typed.result(chosen.target, chosen.directory)
    return trees.lines(histories.read(chosen.directory), target), 0


def _diff(words: list[str]) -> tuple[list[str], int]:
    parser = argparse.ArgumentParser(prog="python -m obverse.commands.lineage diff")
    for name in ("before", "now"):
        parser.add_argument(name, type=Path, help="a folder where snakemake was started, or an archive")
    parser.add_argument("--target", nargs="+", default=[], help="compare what is behind these, not all there is")
    chosen = parser.parse_args(words)
    before, now = histories.read(chosen.before), histories.read(chosen.now)
    targets = [typed.result(target, chosen.now, chosen.before) for target in chosen.target]
    found = differences.difference(before, now, targets)
    return sentences.different(chosen.before, chosen.now, targets, found), int(bool(found))


def _why(words: list[str]) -> tuple[list[str], int]:
    parser = argparse.ArgumentParser(prog="python -m obverse.commands.lineage why")
    parser.add_argument("targets", nargs="+", metavar="TARGET", help="a result, such as results/fig9.png")
    parser.add_argument("--directory", type=Path, default=_HERE, help="where snakemake was started")
    parser.add_argument("--configfile", type=Path, nargs="+", default=[], help="as snakemake is given them")
    parser.add_argument("--config", "-C", nargs="*", default=[], metavar="KEY=VALUE", help="as snakemake is given them")
    chosen = parser.parse_args(words)
    if chosen.directory.is_file():
        raise UnusableInput(chosen.directory, "expected a working directory, found a file", "An archive is as it is.")
    for path in chosen.configfile:
        if not path.is_file():
            raise UnusableInput(path, "expected a configuration, found no file", "Name one that is there.")
    _check_own(_HERE, chosen.directory)
    history = _of_checkout(chosen.directory)
    targets = [typed.result(target, chosen.directory) for target in chosen.targets]
    unmade = history.unmade(targets)
    history.behind([target for target in targets if target not in unmade])
    from obverse.lineage import plans  # Snakemake, which the others do without

    config = plans.configured(chosen.configfile, chosen.config)
    plan = plans.plan(chosen.directory, config, targets, history.makers())
    found = staleness.stale(history, plan)
    return sentences.stale(targets, found, unmade), int(bool(found.jobs))


def _check_own(*folders: Path) -> None:
    """Raise `UnusableInput` in a checkout that this code is not of: what it said would be of another."""
    own = Path(__file__).parents[3]
    for folder in folders:
        if (folder / "Snakefile").is_file() and not (folder / "Snakefile").samefile(own / "Snakefile"):
            problem = f"expected the code of this checkout, found that of {own}"
            raise UnusableInput(
                folder.resolve(), problem, "Begin the command with PYTHONPATH=workflow, in the checkout."
            )


def _of_checkout(directory: Path) -> History:
    """Return the history of a working directory as `histories.read` does, an empty one of a checkout that has none."""
    try:
        return histories.read(directory)
    except UnusableInput:
        if not (directory / "Snakefile").is_file():
            raise
        return History(directory, (), {}, {}, directory)


if __name__ == "__main__":
    main()
