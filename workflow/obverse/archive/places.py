"""Where a file stands in an archive, by the path that Snakemake or a record knows it by."""

import functools
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from obverse.archive.layout import CODE, ELSEWHERE, RESULTS


class Places:
    """The folder that paths are relative to, where results/ is, and the checkout; both absolute.

    ``member(path)`` is a member's name: under results/, under code/ what the checkout holds, under elsewhere/ the rest.
    A file elsewhere is one of the user's: its member's name has a digest of its path, and its own name. The path itself
    stands where a job was given it: in its command, in Snakemake's note and the job's record, and in the configuration.

    ``files(path)`` is the file at a path, or each below the folder there, by member's name; a missing one counts as a
    file. What a link points to stands for the link. Each path is looked at once.
    """

    def __init__(self, directory: Path, checkout: Path) -> None:
        self.directory, self.checkout = directory, checkout
        self._folders = ((f"{directory / RESULTS}", RESULTS), (f"{checkout}", CODE))
        self.member = functools.cache(self._member)
        self.files = functools.cache(self._files)

    def _member(self, path: str) -> str:
        absolute = os.path.normpath(os.path.join(self.directory, path))
        for folder, name in self._folders:
            if absolute.startswith(f"{folder}{os.sep}"):
                return PurePath(name, absolute[len(folder) + 1 :]).as_posix()
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
        return f"{ELSEWHERE}/{digest}/{PurePath(absolute).name}"

    def _files(self, path: str) -> Mapping[str, Path]:
        found = self.directory / path
        if not found.is_dir():
            return {self.member(path): found}
        return {self.member(str(file)): file for file in sorted(_below(found))}


def _below(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (Path(where, name) for name in names)
