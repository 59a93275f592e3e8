"""An archive opened for reading: its members and its manifest, both looked through first."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from obverse.archive import manifest, member_names, zips
from obverse.archive.manifest import Manifest
from obverse.archive.zips import Zip
from obverse.errors import UnusableInput

MOST = 2**28  # bytes of a member that is read whole

_ANEW = "Take the archive again from where it was published."
_LAST_TIME = 2**63  # nanoseconds: what a file system can hold


@dataclass(frozen=True)
class Archive:
    """The members of an archive, and what its manifest says of them."""

    zip: Zip
    manifest: Manifest

    def read(self, name: str, most: int = MOST) -> bytes:
        """Return a member's content; raise `UnusableInput` for one that is damaged, or of more than ``most`` bytes."""
        try:
            return self.zip.read(name, most)
        except zips.Damage as damage:
            remedy = "Ask python -m obverse.commands.verify what else is."
            raise UnusableInput(self._where(name), f"{damage}: it was changed", remedy) from damage

    def place(self, name: str, folder: Path, start: str = "") -> Path:
        """Return where a member goes below ``folder``, the ``start`` of its name left out.

        Raises `UnusableInput` for one that would lead out of it: opening refuses those, and nothing is written on the
        strength of that alone.
        """
        try:
            return member_names.below(folder, name.removeprefix(start))
        except ValueError as error:
            raise UnusableInput(self._where(name), str(error), _ANEW) from error

    def _where(self, name: str) -> str:
        return f"{self.zip.path}, member {name}"


@contextlib.contextmanager
def opening(path: Path) -> Iterator[Archive]:
    """Open the archive at ``path`` while the block runs.

    Raises `UnusableInput` for what `zips.opening` refuses, and for a manifest that is not there, was changed, is of
    another format, or names no target.
    """
    with zips.opening(path) as opened:
        yield Archive(opened, _manifest(opened))


def _manifest(opened: Zip) -> Manifest:
    where = f"{opened.path}, member {manifest.MEMBER}"
    remedy = "Name an archive that Obverse packed, or take it again from where it was published."
    try:
        found = manifest.read(opened.read(manifest.MEMBER))
    except KeyError:
        raise UnusableInput(where, "expected the manifest of an archive, found no such member", remedy) from None
    except zips.Damage as damage:
        raise UnusableInput(where, f"{damage}", remedy) from damage
    except UnusableInput as error:
        raise UnusableInput(where, error.problem, error.remedy) from error
    if not _is_typed(found):
        raise UnusableInput(where, "expected texts, lists and numbers at their places, found others", remedy)
    if not found.targets:
        raise UnusableInput(where, "expected targets that it is for, found none: it would vouch for nothing", remedy)
    return found


def _is_typed(found: Manifest) -> bool:
    """Return whether each value is of its type: the digest says only that all is as somebody wrote it."""
    texts = [getattr(found.made, name) for name in ("commit", "snakemake", "python")]
    lists = [found.made.dirty, found.made.stale, found.targets]
    for link in found.links:
        texts += [link.rule, link.record, link.shellcmd]
        lists += [link.outputs, link.inputs, link.params]
    for file in found.files.values():
        texts += [file.sha256, file.status, file.why]
    numbers = [file.size for file in found.files.values()]
    numbers += [file.mtime_ns for file in found.files.values() if file.mtime_ns is not None]
    return (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(many, tuple) and all(isinstance(one, str) for one in many) for many in lists)
        and all(type(number) is int and 0 <= number < _LAST_TIME for number in numbers)
    )
