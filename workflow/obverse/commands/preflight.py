"""Say what a run needs before it starts: files you must provide, files it will fetch, disk, hours, queries.

Of each target under asked, and of Rekognition where the service itself is asked: how many questions, for how much.

    python -m obverse.commands.preflight [CONFIG.yaml …]

The files are merged over config.yaml as ``snakemake --configfile`` does. Exit status 1 when something is missing.
"""

import argparse
import sys
from pathlib import Path

import yaml

from obverse import estimates, official, provisions, quotes, settings
from obverse.errors import UnusableInput

_BASE = Path(__file__).parents[3]


def main() -> None:
    """Print the report for the configuration named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m obverse.commands.preflight", description=__doc__.split("\n")[0])
    parser.add_argument("configfiles", nargs="*", type=Path, metavar="CONFIG.yaml")
    parser.add_argument("--directory", type=Path, default=Path(), help="where snakemake would be started")
    arguments = parser.parse_args()
    try:
        config = merged([_BASE / "config.yaml", *arguments.configfiles])
        settings.check(config)
    except UnusableInput as error:
        sys.exit(f"preflight: error: {error}")
    known = official.read(_BASE / "resources" / "official_files.csv")
    missing = provisions.missing(config, arguments.directory, known)
    missing += provisions.room(estimates.disk(config), arguments.directory)
    quoted = quotes.quotes(config, arguments.directory)
    missing += [line for quote in quoted for line in quote.missing()]
    print("\n".join(_report(config, missing, provisions.fetched(config, arguments.directory, known), quoted)))
    sys.exit(1 if missing else 0)


def merged(paths: list[Path]) -> dict:
    """Return the configuration files merged: mappings key by key, anything else replaced by the later file."""
    result: dict = {}
    for path in paths:
        try:
            loaded = yaml.safe_load(path.read_text())
        except OSError as error:
            raise UnusableInput(
                path, f"cannot be read ({error.strerror})", "Name an existing configuration."
            ) from error
        except yaml.YAMLError as error:
            raise UnusableInput(path, f"is not YAML: {' '.join(str(error).split())}", "Mend that line.") from error
        if not isinstance(loaded, dict):
            found = type(loaded).__name__
            raise UnusableInput(
                path, f"expected keys and values, found {found}", "See config.yaml for the keys there are."
            )
        result = _merge(result, loaded)
    return result


def _merge(below: dict, above: dict) -> dict:
    both = {
        key: _merge(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return below | both


def _report(config: dict, missing: list[str], fetched: list[str], quoted: list[quotes.Quote]) -> list[str]:
    pictures = estimates.pictures(config)
    operations = estimates.operations(config)
    rate = estimates.matrix_rate(config["compute"]["precision"])
    hours = operations / (rate * estimates.SHARE_OF_MATRIX_RATE) / 3600
    return [
        "Missing:" if missing else "Missing: nothing",
        *(f"  {line}" for line in missing),
        *(["To fetch:"] if fetched else []),
        *(f"  {line}" for line in fetched),
        "Pictures: " + ", ".join(f"{role} {count:,}" for role, count in pictures.items()),
        f"Disk:     {estimates.disk(config) / 1e9:.1f} GB under results/",
        f"Training: {operations / 1e15:,.{0 if operations >= 1e17 else 2}f} PFLOP, "
        f"about {hours:,.{0 if hours >= 10 else 1}f} hours here "
        f"({estimates.SHARE_OF_MATRIX_RATE:.0%} of the {rate / 1e12:.2g} TFLOP/s a matrix product reaches)",
        f"Queries:  {estimates.queries(config):,} images asked of targets trained here, which cost nothing but time",
        *(["Asked, if what comes of it is wanted:"] if quoted else []),
        *(f"  {line}" for quote in quoted for line in quote.lines()),
    ]


if __name__ == "__main__":
    main()
