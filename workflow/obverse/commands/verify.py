"""Check an archive of results: every hash, and every link of the chain from each figure back to the data.

    python -m obverse.commands.verify ARCHIVE [--rerun [TARGET …]] [--directory DIR] [--configfile FILE]

Works offline, and opens nothing but the archive. With --rerun the archived code makes the archived figures, or the
named ones, once more in a clean folder, and a table compares. Exit status 0 when all is intact and recorded (what is
withheld is said), and what was made again agrees; 1 otherwise.

It finds damage and contradictions, not forgery: whoever can change an archive can make it fit again. Compare the sha256
in the first line with one from the archive's author, or make the results again. --rerun runs the archive's code as you,
on your machine: use it only for archives of people you trust. To terms and costs you agree in your own FILE alone.
"""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from obverse import stamps, terminal
from obverse.archive import chains, checks, contents, reports
from obverse.errors import UnusableInput

_ABOUT, *_, _TRUST = __doc__.strip().split("\n\n")


def main() -> None:
    """Check the archive named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m obverse.commands.verify", description=_ABOUT, epilog=_TRUST)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--rerun", nargs="*", metavar="TARGET", help="make these again, and compare; all where none")
    parser.add_argument("--directory", type=Path, help="where to make them: a new or empty folder, which stays")
    parser.add_argument("--configfile", type=Path, metavar="FILE", help="your own configuration, after the archive's")
    arguments = parser.parse_args()
    for option in ("directory", "configfile"):
        if getattr(arguments, option) is not None and arguments.rerun is None:
            parser.error(f"--{option} is for --rerun: checking alone unpacks and makes nothing")
    try:
        intact = _verify(arguments.archive, arguments.rerun, arguments.directory, arguments.configfile)
    except UnusableInput as error:
        sys.exit(terminal.escaped_lines(f"verify: error: {error}"))
    except OSError as error:
        sys.exit(
            terminal.escaped(f"verify: error: {error.filename}: expected to work there, could not: {error.strerror}")
        )
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    sys.exit(0 if intact else 1)


def _verify(path: Path, rerun: list[str] | None, directory: Path | None, own: Path | None) -> bool:
    with contents.opening(path) as archive:
        print(terminal.escaped(f"sha256 of {path.name}: {stamps.digest(path)}"), flush=True)
        checked = checks.members(archive)
        found = chains.chains(archive, checked)
        loose = checks.loose(archive, checked)
        print("\n".join(reports.report(archive, checked, found, loose)), flush=True)
        intact = checked.whole and all(chain.whole for chain in found) and not loose
        if rerun is None:
            return intact
        if not checked.whole:
            raise UnusableInput(path, "expected an intact archive, found the above", "Nothing was made again.")
        signal.signal(signal.SIGTERM, _stop)
        from obverse.archive import rerunning  # compares with libraries that checking does without

        return rerunning.rerun(archive, rerun, directory, own) and intact


def _stop(number: int, frame: FrameType | None) -> None:
    """End as by an error: Snakemake, which would go on by itself, is ended, and the folder of the moment removed."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
