"""The table of official files: how each is recognised, how large it is, and where it can be fetched."""

import csv
from pathlib import Path
from typing import NamedTuple


class OfficialFile(NamedTuple):
    """A published file: its sha256, length in bytes, addresses in the order they are tried, and id on Google Drive."""

    sha256: str
    length: int
    urls: list[str]
    drive: str


def read(path: Path) -> dict[tuple[str, str], OfficialFile]:
    """Return each file by role and name. Files that nobody publishes, such as FaceScrub's lists, have no row."""
    with path.open(newline="") as stream:
        return {
            (row["role"], row["file"]): OfficialFile(
                row["sha256"], int(row["bytes"]), row["urls"].split(), row["drive"]
            )
            for row in csv.DictReader(stream)
        }
