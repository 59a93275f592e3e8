"""Bring one file of an official data set: from the user's folder, or from where its owners or a mirror offer it."""

import errno
import os
import shutil
from pathlib import Path

from obverse import cli, files, official, stamps, transfers
from obverse.errors import UnusableInput
from obverse.progress import Progress

_NAMES = "list_identity_celeba.txt"  # whose owners give out numbers alone


def provide_official(
    *,
    role: str,
    name: str,
    folder: str,
    accept_terms: bool,
    download: bool,
    official_files: Path,
    cache: Path,
    file: Path,
) -> None:
    """Copy ``folder/name`` to ``file``, or with ``download`` fetch it from the addresses in ``official_files``.

    What is fetched stays in ``cache`` and is never fetched again; it must have the published sha256. So must the user's
    file, where one is published. Raises `UnusableInput` when the terms are not accepted, the file is not the published
    one, or it is nowhere to be had: then each source is named with its reason.
    """
    setting = f"datasets.{role}"
    if not accept_terms:
        raise UnusableInput(
            f"{setting}.accept_terms",
            f"{role} has terms of use, and config does not say that you accept them",
            "Read them (README, responsible use) and set accept_terms: true.",
        )
    known = official.read(official_files).get((role, name))
    given = Path(folder) / name
    try:
        if folder and given.is_file():
            _copy(given, known, file)
        elif known is not None and _is_intact(cache / name, known):
            _link(cache / name, file)
        elif known is not None and download:
            _fetch(role, name, known, cache)
            _link(cache / name, file)
        else:
            raise _missing(given, role, name, fetchable=known is not None)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise UnusableInput(
            file, "expected room for it, found the disk full", "Make room and run again: what arrived is kept."
        ) from error


def _missing(given: Path, role: str, name: str, fetchable: bool) -> UnusableInput:
    setting = f"datasets.{role}"
    otherwise = f"or set {setting}.download: true." if fetchable else "it cannot be fetched."
    if name == _NAMES:
        otherwise = (
            f"or do without: {setting}.overlap: embeddings compares faces, and overlap: none nothing, which every "
            "figure then says."
        )
    return UnusableInput(
        given,
        f"expected {role}'s official {name}, found no such file",
        f"Put it there, or point {setting}.folder at its folder (docs/data.md says where it comes from); {otherwise}",
    )


def _copy(given: Path, known: official.OfficialFile | None, file: Path) -> None:
    with files.replacing(file) as temporary:
        shutil.copyfile(given, temporary)
        found = stamps.digest(temporary)
        if known is not None and found != known.sha256:
            raise UnusableInput(
                given,
                f"expected sha256 {known.sha256}, found {found}",
                "The file is incomplete or another version: fetch it again, or remove it to have it fetched.",
            )


def _link(cached: Path, file: Path) -> None:
    """Put ``cached`` in place without a second copy: Snakemake deletes ``file`` before it makes it again."""
    with files.replacing(file) as temporary:
        try:
            os.link(cached, temporary)
        except OSError:  # not every file system can
            shutil.copyfile(cached, temporary)


def _is_intact(cached: Path, known: official.OfficialFile) -> bool:
    return cached.is_file() and stamps.digest(cached) == known.sha256


def _fetch(role: str, name: str, known: official.OfficialFile, cache: Path) -> None:
    """Put the file into ``cache`` from the first address that gives the published one."""
    cache.mkdir(parents=True, exist_ok=True)
    failures = []
    with Progress(f"fetch {name}", known.length, "bytes") as progress:
        for address in [*known.urls, *([known.drive] if known.drive else [])]:
            from_drive = address == known.drive
            part = cache / f"{name}.{known.sha256[:12]}.{'drive' if from_drive else 'part'}"
            fetch = transfers.from_drive if from_drive else transfers.from_mirror
            try:
                for _ in range(1 + part.exists()):  # what an earlier run left may be the wrong part
                    fetch(address, known.length, part, progress.advance)
                    found = stamps.digest(part)
                    if found == known.sha256:
                        part.replace(cache / name)
                        return
                    part.unlink()
                    progress.advance(-progress.done)
                raise transfers.Failed(f"sent another file, of sha256 {found}")
            except transfers.Failed as failure:
                failures.append(f"{f'Google Drive ({address})' if from_drive else address}: {failure}")
                progress.advance(-progress.done)
    raise UnusableInput(
        f"{role}'s {name}",
        "expected to fetch it, but " + "; ".join(failures),
        f"Is this machine connected? Run again later: what arrived is kept. Or fetch it by hand (docs/data.md): "
        f"{known.length:,} bytes, sha256 {known.sha256}, into the folder that datasets.{role}.folder names.",
    )


if __name__ == "__main__":
    cli.run(provide_official)
