"""Unpack an archive's results into a fresh clone, so that Snakemake finds nothing to do there.

    python -m obverse.commands.restore ARCHIVE [--directory DIR] [--force]

Results, with their times, records and Snakemake's notes go below DIR: a clone of the repository, or a folder to give
to snakemake's --directory from the clone that this command is of. Files that are there and differ are left alone, and
nothing is written; nor where the clone's code is not the archive's, but with --force, which then says what would rerun.
"""

import argparse
import contextlib
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from obverse import files, locks, terminal
from obverse.archive import checks, configs, contents, restoring, snakemaking
from obverse.archive.configs import Changes
from obverse.archive.contents import Archive
from obverse.errors import UnusableInput

_BASE = Path(__file__).parents[3]
_CONFIG = "restored.config.yaml"


def main() -> None:
    """Restore the archive named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m obverse.commands.restore", description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--directory", type=Path, default=Path(), help="a fresh clone, or another working directory")
    parser.add_argument("--force", action="store_true", help="also where the code is not the archive's")
    arguments = parser.parse_args()
    try:
        with _opening(arguments.archive) as archive:
            _restore(archive, arguments.directory, arguments.force)
    except UnusableInput as error:
        sys.exit(terminal.escaped_lines(f"restore: error: {error}"))


@contextlib.contextmanager
def _opening(path: Path) -> Iterator[Archive]:
    """Open the archive as `contents.opening` does; a refusal says that nothing was written, too."""
    with contextlib.ExitStack() as opened:
        try:
            archive = opened.enter_context(contents.opening(path))
        except UnusableInput as error:
            remedy = f"{error.remedy} {restoring.UNTOUCHED}"
            raise UnusableInput(error.where, error.problem, remedy) from error
        yield archive


def _restore(archive: Archive, directory: Path, force: bool) -> None:
    checkout = directory if (directory / "Snakefile").is_file() else _BASE
    _check_archive(archive)
    _check_directory(directory)
    differing = restoring.differing_code(archive, checkout)
    if differing and not force:
        problem = "\n  ".join([f"expected the code of the archive, found {len(differing):,} other files:", *differing])
        known = archive.manifest.made.commit
        remedy = f"Check out {known or 'the code that it was made with'}, or add --force: the results that other code"
        raise UnusableInput(checkout, problem, f"{remedy} would make otherwise are then made anew.")
    wanted = restoring.placements(archive, directory)
    restoring.check_free(archive, directory, wanted)
    changed = _changes(archive, directory)
    restoring.check_room(archive, directory, wanted)
    directory.mkdir(exist_ok=True)
    with locks.alone(directory / ".snakemake"):
        config = _config(changed, directory)
        (directory / ".snakemake/incomplete").mkdir(exist_ok=True)  # else Snakemake takes it for an old one
        written = restoring.place(archive, wanted)
    words = snakemaking.command(
        directory=directory.resolve(), checkout=checkout.resolve(), targets=archive.manifest.targets, configfiles=config
    )
    print("\n".join(map(terminal.escaped, [*_said(archive, directory, written, config, differing), *changed.told()])))
    if differing:
        print("\n".join(map(terminal.escaped, _would_run(words, checkout))))


def _check_archive(archive: Archive) -> None:
    checked = checks.members(archive)
    if not checked.whole:
        bad = sorted({*checked.changed, *checked.missing, *checked.unlisted})
        problem = "\n  ".join(
            [f"expected an intact archive, found {len(bad):,} files changed, missing or extra:", *bad]
        )
        raise UnusableInput(archive.zip.path, problem, "See obverse.commands.verify. Nothing was written.")


def _check_directory(directory: Path) -> None:
    if not (directory.is_dir() or (directory.parent.is_dir() and not directory.exists())):
        raise UnusableInput(directory, "expected a folder, found none", "Make it, or clone the repository there.")
    if locks.in_use(directory / ".snakemake"):
        raise UnusableInput(directory, "expected no run at work, found one", "Wait for it, or end it.")


def _changes(archive: Archive, directory: Path) -> Changes:
    """Return what of the configuration is not config.yaml's; raise `UnusableInput` where another file is in its way."""
    changed, path = configs.changes(archive), directory / _CONFIG
    if changed.content and (path.is_symlink() or (path.exists() and path.read_bytes() != changed.content)):
        raise UnusableInput(path, "expected none, or the archive's, found another", "Move it away.")
    return changed


def _config(changed: Changes, directory: Path) -> list[Path]:
    """Write it, where there is any; return where it stands."""
    if not changed.content:
        return []
    files.write_bytes(directory / _CONFIG, changed.content)
    return [(directory / _CONFIG).resolve()]


def _said(archive: Archive, directory: Path, written: int, config: list[Path], differing: list[str]) -> list[str]:
    withheld = sum(file.status == "withheld" for file in archive.manifest.files.values())
    words, inside = ["snakemake", "-n", *archive.manifest.targets], (directory / "Snakefile").is_file()
    words += [] if inside else ["--directory", str(directory.resolve())]
    words += ["--configfile", str(directory / _CONFIG)] if config else []
    first = f"cd {shlex.quote(str(directory.resolve()))} && " * (inside and not directory.samefile("."))
    lines = [
        f"Restored into {directory.resolve()}: {written:,} files written.",
        f"The archive is of {len(archive.manifest.targets):,} targets; snakemake without a target makes all there are.",
    ]
    if withheld:
        lines.append(f"{withheld:,} files are withheld: made anew where something that needs them is to run.")
    if not inside:  # Snakemake knows them by where they lie from here, which may not be as it was
        lines.append(
            "Jobs that read the checkout's resources/ may be made anew: restore into the checkout, and none is."
        )
    return [
        *lines,
        f"To see {'that there is nothing' if inside and not differing else 'what there is'} to do:",
        f"  {first}{shlex.join(words)}",
    ]


def _would_run(words: list[str], checkout: Path) -> list[str]:
    """Return what a dry run says of the jobs that would run."""
    done = snakemaking.run(words, "--dry-run", "--quiet", "rules", checkout=checkout, quiet=True)
    if "Job stats:" in done.stdout:
        table = done.stdout.split("Job stats:")[1].split("\n\n")[0]
        return ["As the code differs, this would rerun:", *table.strip("\n").splitlines()]
    if "Nothing to be done" in done.stdout:
        return ["The code differs, but nothing would rerun."]
    return ["The code differs; what would rerun Snakemake could not say:", *done.stdout.splitlines()[-5:]]


if __name__ == "__main__":
    main()
