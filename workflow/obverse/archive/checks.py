"""Whether the members of an archive are those that its manifest names, byte for byte."""

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from obverse.archive import manifest
from obverse.archive.contents import Archive
from obverse.archive.graph import Graph
from obverse.archive.manifest import ABSENT, KEPT, WITHHELD
from obverse.archive.zips import Damage

_TOLD = ("results/logs/", "results/benchmarks/")  # of jobs, made by none as their output


@dataclass(frozen=True)
class Checked:
    """The files of an archive by what became of them; of changed and missing ones, in words, what was found instead.

    ``withheld`` has the reason of each; ``absent`` were gone when it was packed, as the manifest says; ``unlisted``
    are members that the manifest does not name, or not as kept.
    """

    intact: tuple[str, ...]
    withheld: Mapping[str, str]
    changed: Mapping[str, str]
    missing: Mapping[str, str]
    absent: Mapping[str, str]
    unlisted: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Return whether nothing is changed, missing or unlisted: whether it is the archive that was packed."""
        return not (self.changed or self.missing or self.unlisted)


def members(archive: Archive) -> Checked:
    """Return what became of each file; raise `UnusableInput` for a member that unpacks to more than its size."""
    listed, there = archive.manifest.files, set(archive.zip.names) - {manifest.MEMBER}
    kept = sorted(name for name, file in listed.items() if file.status == KEPT)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # unpacking and hashing leave the interpreter free
        found = dict(zip(kept, pool.map(lambda name: _difference(archive, name), kept), strict=True))
    absent = sorted(name for name, file in listed.items() if file.status == ABSENT)
    return Checked(
        intact=tuple(name for name in kept if found[name] == ""),
        withheld={name: file.why for name, file in sorted(listed.items()) if file.status == WITHHELD},
        changed={name: found[name] for name in kept if found[name] and name in there},
        missing={name: found[name] for name in kept if name not in there},
        absent=dict.fromkeys(absent, "was not there any more when packed"),
        unlisted=tuple(sorted(there - set(kept))),
    )


def loose(archive: Archive, checked: Checked) -> list[str]:
    """Return the intact results that are behind no target: no chain tells how they were made."""
    _, behind = Graph(archive.manifest).behind(archive.manifest.targets)
    results = {name for name in checked.intact if name.startswith("results/") and not name.startswith(_TOLD)}
    return sorted(results.difference(behind))


def _difference(archive: Archive, name: str) -> str:
    """Return in words how a kept file differs from what the manifest says of it, nothing where it does not."""
    expected = archive.manifest.files[name]
    digest, size = hashlib.sha256(), 0
    try:
        for piece in archive.zip.pieces(name):
            digest.update(piece)
            size += len(piece)
    except KeyError:
        return "no such member"
    except Damage as damage:
        return str(damage)
    if size != expected.size:
        return f"expected {expected.size:,} bytes, found {size:,}"
    if digest.hexdigest() != expected.sha256:
        return f"expected sha256 {expected.sha256[:12]}…, found {digest.hexdigest()[:12]}…"
    return ""
