"""Where a file stands in an archive, by the path that Snakemake or a record knows it by.

The name follows from how a path is spelt, so that whoever reads an archive, and knows no folder of its maker's, comes
to the same one: ``Places`` names files for the one who packs, ``listed`` for the one who reads.
"""

import functools
import hashlib
import os
import posixpath
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from obverse.archive.layout import CODE, ELSEWHERE, RESULTS


class Places:
    """The folder that paths are relative to, where results/ is, and the checkout; both absolute.

    ``member(path)`` is a member's name: under results/, under code/ what the checkout holds, under elsewhere/ the rest,
    and what is given by an absolute path. A file elsewhere is one of the user's: its member's name has a digest of its
    path, and its own name. The path itself stands where a job was given it: in its command, in Snakemake's note and the
    job's record, and in the configuration.

    ``files(path)`` is the file at a path, or each below the folder there, by member's name; a missing one counts as a
    file. What a link points to stands for the link. Each path is looked at once.
    """

    def __init__(self, directory: Path, checkout: Path) -> None:
        self.directory, self.checkout = directory, checkout
        self.member = functools.cache(self._member)
        self.files = functools.cache(self._files)

    def _member(self, path: str) -> str:
        plain = posixpath.normpath(path)
        if _is_result(plain):
            return plain
        inside = _from_checkout(plain)
        there = os.path.normpath(self.directory / plain) == os.path.normpath(self.checkout / inside)
        return f"{CODE}/{inside}" if there and not posixpath.isabs(plain) else _elsewhere(plain)

    def _files(self, path: str) -> Mapping[str, Path]:
        found = self.directory / path
        if not found.is_dir():
            return {self.member(path): found}
        below = sorted(_below(found))
        return {self.member(posixpath.join(path, file.relative_to(found).as_posix())): file for file in below}


def listed(path: str, known: Collection[str]) -> str:
    """Return the name that `Places.member` gave a path, or would have; ``known`` are the names in an archive."""
    plain = posixpath.normpath(path)
    if _is_result(plain):
        return plain
    elsewhere = _elsewhere(plain)
    is_elsewhere = posixpath.isabs(plain) or elsewhere in known
    return elsewhere if is_elsewhere else f"{CODE}/{_from_checkout(plain)}"


def _is_result(plain: str) -> bool:
    return plain.startswith(f"{RESULTS}/")


def _from_checkout(plain: str) -> str:
    """Return what is left of a relative path without the way up from the folder one works in."""
    while plain.startswith("../"):
        plain = plain[3:]
    return plain


def _elsewhere(plain: str) -> str:
    digest = hashlib.sha256(plain.encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{ELSEWHERE}/{digest}/{posixpath.basename(plain)}"


def _below(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (Path(where, name) for name in names)
