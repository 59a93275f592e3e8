"""Check an archive of results: every hash, and every link of the chain from each figure back to the data.

    python -m obverse.commands.verify ARCHIVE [--rerun [TARGET …]] [--directory DIR]

Works offline, and opens nothing but the archive. With --rerun the archived code makes the archived figures, or the
named ones, once more in a clean folder, and a table compares. Exit status 0 when all is intact and recorded (what is
withheld is said), and what was made again agrees; 1 otherwise.
"""

import argparse
import sys
from pathlib import Path

from obverse.archive import chains, checks, contents, reports
from obverse.errors import UnusableInput


def main() -> None:
    """Check the archive named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m obverse.commands.verify", description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--rerun", nargs="*", metavar="TARGET", help="make these again, and compare; all where none")
    parser.add_argument("--directory", type=Path, help="where to make them: a new or empty folder, which stays")
    arguments = parser.parse_args()
    if arguments.directory is not None and arguments.rerun is None:
        parser.error("--directory is for --rerun: checking alone unpacks nothing")
    try:
        intact = _verify(arguments.archive, arguments.rerun, arguments.directory)
    except UnusableInput as error:
        sys.exit(reports.shown_lines(f"verify: error: {error}"))
    sys.exit(0 if intact else 1)


def _verify(path: Path, rerun: list[str] | None, directory: Path | None) -> bool:
    with contents.opening(path) as archive:
        checked = checks.members(archive)
        found = chains.chains(archive, checked)
        print("\n".join(reports.report(archive, checked, found)), flush=True)
        intact = checked.whole and all(chain.whole for chain in found)
        if rerun is None:
            return intact
        if not checked.whole:
            raise UnusableInput(path, "expected an intact archive, found the above", "Nothing was made again.")
        from obverse.archive import rerunning  # compares with libraries that checking does without

        return rerunning.rerun(archive, rerun, directory) and intact


if __name__ == "__main__":
    main()
