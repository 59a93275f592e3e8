"""Putting an archive's results back where Snakemake made them, with its notes, so that it finds nothing to do.

Notes come first: results without them would count as up to date whatever changed, and notes without results do not.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from obverse import files, stamps
from obverse.archive.contents import MOST, Archive
from obverse.archive.layout import CODE, IN_DIRECTORY, RECORDS
from obverse.archive.manifest import KEPT
from obverse.archive.zips import Damage
from obverse.errors import UnusableInput

_RECORDS = f"{RECORDS}/"

# What Snakemake looks at to find what is stale.
_CODE = ("Snakefile", "config.yaml", "workflow/", "resources/", "envs/", "profiles/")


_SPARE = 2**26  # bytes left on the disk
UNTOUCHED = "Nothing was written."


@dataclass(frozen=True)
class Placement:
    """A member and where it goes; ``mtime_ns`` is the time of the file there, None where that is of no matter."""

    member: str
    path: Path
    mtime_ns: int | None


def placements(archive: Archive, directory: Path) -> list[Placement]:
    """Return where each kept result, record and note goes below ``directory``, in the order to write them.

    Raises `UnusableInput` where two go to one place, one below another, or one out of ``directory``.
    """
    found: list[Placement] = []
    for folder, place in IN_DIRECTORY.items():
        start = f"{folder}/"
        for name, file in sorted(archive.manifest.files.items()):
            if name.startswith(start) and file.status == KEPT:
                found.append(Placement(name, archive.place(name, directory / place, start), file.mtime_ns))
    members: dict[Path, str] = {}
    for one in found:
        if one.path in members:
            raise _refused(archive, one.member, f"goes where {members[one.path]} goes")
        members[one.path] = one.member
    for one in found:
        for above in one.path.parents:
            if above in members:
                raise _refused(archive, one.member, f"goes below {members[above]}, which is a file")
    return found


def _refused(archive: Archive, member: str, problem: str) -> UnusableInput:
    where = f"{archive.zip.path}, member {member}"
    remedy = f"Take the archive again from where it was published. {UNTOUCHED}"
    return UnusableInput(where, f"expected a place of its own, found that it {problem}", remedy)


def check_free(archive: Archive, directory: Path, wanted: Sequence[Placement]) -> None:
    """Raise `UnusableInput`, naming each, for files that are there and differ, and for ways that lead elsewhere."""
    whole = directory.resolve()
    outside = [folder for folder in {one.path.parent for one in wanted} if not folder.resolve().is_relative_to(whole)]
    if outside:
        found = ", ".join(sorted(map(str, outside))[:5])
        remedy = f"Restore into a folder of its own, or remove the links. {UNTOUCHED}"
        raise UnusableInput(directory, f"expected folders in it, found links to others: {found}", remedy)
    differing = [str(one.path) for one in wanted if not _may_replace(archive, one)]
    if differing:
        problem = f"expected no other files where results go, found {len(differing):,} that differ:"
        remedy = f"Move them away, or restore into another folder (--directory). {UNTOUCHED}"
        raise UnusableInput(directory, "\n  ".join([problem, *differing]), remedy)


def differing_code(archive: Archive, checkout: Path) -> list[str]:
    """Return which files of the code that Snakemake looks at ``checkout`` lacks, or has otherwise."""
    listed = {
        name.removeprefix(f"{CODE}/"): file.sha256
        for name, file in archive.manifest.files.items()
        if name.startswith(f"{CODE}/") and name.removeprefix(f"{CODE}/").startswith(_CODE)
    }
    return sorted(name for name, sha256 in listed.items() if _sha256(checkout / name) != sha256)


def place(archive: Archive, wanted: Iterable[Placement]) -> int:
    """Write each file whole or not at all, but those that are there already; return how many were written.

    Killed, it can be done again. Raises `UnusableInput` where the disk is full, or the archive changed meanwhile.
    """
    written = 0
    try:
        for one in wanted:
            if one.member.startswith(_RECORDS):
                written += _add_lines(one.path, archive.read(one.member))
            elif _sha256(one.path) == archive.manifest.files[one.member].sha256:
                _set_time(one.path, one.mtime_ns)
            else:
                _write(archive, one)
                written += 1
    except Damage as damage:
        raise _changed(archive, str(damage)) from damage
    except OSError as error:
        problem = f"expected to write below it, could not ({error.strerror}: {error.filename})"
        raise UnusableInput(one.path.parent, problem, "Mend that and run the same command again.") from error
    return written


def check_room(archive: Archive, directory: Path, wanted: Sequence[Placement]) -> None:
    """Raise `UnusableInput` for a record too large to be read, and where the disk of ``directory`` is too full."""
    for one in wanted:
        if one.member.startswith(_RECORDS) and (size := archive.zip.size(one.member)) > MOST:
            problem = f"expected a record of at most {MOST:,} bytes, found {size:,}"
            raise UnusableInput(f"{archive.zip.path}, member {one.member}", problem, UNTOUCHED)
    needed = sum(archive.zip.size(one.member) for one in wanted if not one.path.exists())
    there = next(folder for folder in (directory, *directory.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if needed + _SPARE > free:
        problem = f"expected room for {needed / 1e6:,.0f} MB, found {free / 1e6:,.0f} MB"
        raise UnusableInput(directory, problem, f"Make room, or name another folder. {UNTOUCHED}")


def _may_replace(archive: Archive, one: Placement) -> bool:
    """Return whether a file can be put in place without loss: none is there, or the same; records are added to."""
    if one.path.is_symlink() or (one.path.exists() and not one.path.is_file()):
        return False
    if any(above.is_file() for above in one.path.parents):
        return False
    if one.member.startswith(_RECORDS):
        return True
    return _sha256(one.path) in ("", archive.manifest.files[one.member].sha256)


def _sha256(path: Path) -> str:
    """Return a file's sha256, nothing where there is no file."""
    return stamps.digest(path) if path.is_file() else ""


def _write(archive: Archive, one: Placement) -> None:
    digest = hashlib.sha256()
    with files.replacing(one.path) as temporary:
        with temporary.open("wb") as stream:
            for piece in archive.zip.pieces(one.member):
                digest.update(piece)
                stream.write(piece)
        if digest.hexdigest() != archive.manifest.files[one.member].sha256:
            raise _changed(archive, one.member)
        _set_time(temporary, one.mtime_ns)


def _changed(archive: Archive, what: str) -> UnusableInput:
    problem = f"expected the bytes of a moment ago, found others ({what})"
    return UnusableInput(archive.zip.path, problem, "Leave the archive alone meanwhile, and run it again.")


def _set_time(path: Path, mtime_ns: int | None) -> None:
    if mtime_ns is not None:
        os.utime(path, ns=(mtime_ns, mtime_ns))


def _add_lines(path: Path, content: bytes) -> int:
    """Put those lines of ``content`` before the file's own that it lacks; return whether there were any."""
    there = path.read_bytes() if path.exists() else b""
    known = set(there.splitlines())
    further = b"".join(line + b"\n" for line in content.splitlines() if line not in known)
    if further or not path.exists():
        files.write_bytes(path, further + there)
    return int(bool(further))
