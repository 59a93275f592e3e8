"""Take one file of an official data set from the folder where the user put it."""

import csv
import shutil
from pathlib import Path

from obverse import cli, files, stamps
from obverse.errors import UnusableInput


def provide_official(*, role: str, name: str, folder: str, accept_terms: bool, checksums: Path, file: Path) -> None:
    """Copy ``folder/name`` to ``file`` after comparing its sha256 with the published one, where there is one.

    Raises `UnusableInput` when the terms are not accepted, the file is missing or is not the published one.
    """
    setting = f"datasets.{role}"
    if not accept_terms:
        raise UnusableInput(
            f"{setting}.accept_terms",
            f"{role} has terms of use, and config does not say that you accept them",
            "Read them (README, responsible use) and set accept_terms: true.",
        )
    source = Path(folder) / name
    if not source.is_file():
        raise UnusableInput(
            source,
            f"expected {role}'s official {name}, found no such file",
            f"Put it there, or point {setting}.folder at its folder; docs/data.md says where it comes from.",
        )
    published = _published(checksums, role, name)
    with files.replacing(file) as temporary:
        shutil.copyfile(source, temporary)
        found = stamps.digest(temporary)
        if published is not None and found != published:
            raise UnusableInput(
                source,
                f"expected sha256 {published}, found {found}",
                "The file is incomplete or another version: fetch it again.",
            )


def _published(checksums: Path, role: str, name: str) -> str | None:
    with checksums.open(newline="") as stream:
        known = {(row["role"], row["file"]): row["sha256"] for row in csv.DictReader(stream)}
    return known.get((role, name))


if __name__ == "__main__":
    cli.run(provide_official)
