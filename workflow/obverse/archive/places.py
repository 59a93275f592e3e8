"""Where a file stands in an archive, by the path that Snakemake or a record knows it by."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

RESULTS, CODE, ELSEWHERE = "results", "code", "elsewhere"


@dataclass(frozen=True)
class Places:
    """The folder that paths are relative to, where results/ is, and the checkout; both absolute."""

    directory: Path
    checkout: Path

    def member(self, path: str) -> str:
        """Return the member's name: under results/, under code/ what the checkout holds, under elsewhere/ the rest.

        A file elsewhere is one of the user's: of where it lies the name keeps a digest, and the file's own name.
        """
        absolute = os.path.normpath(self.directory / path)
        for folder, name in ((self.directory / RESULTS, RESULTS), (self.checkout, CODE)):
            if absolute == str(folder) or absolute.startswith(f"{folder}{os.sep}"):
                return (PurePath(name) / os.path.relpath(absolute, folder)).as_posix()
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
        return f"{ELSEWHERE}/{digest}/{PurePath(absolute).name}"

    def files(self, path: str) -> dict[str, Path]:
        """Return the file at ``path``, or each below the folder there, by member's name; a missing one counts as file.

        What a link points to stands for the link.
        """
        found = self.directory / path
        if not found.is_dir():
            return {self.member(path): found}
        return {self.member(str(file)): file for file in sorted(_below(found))}


def _below(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder, followlinks=False):
        yield from (Path(where, name) for name in names)
