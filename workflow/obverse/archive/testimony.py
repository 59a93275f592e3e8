"""What an archive says of each job beside its manifest: the job's own record, and Snakemake's notes on its outputs."""

import functools
from pathlib import PurePosixPath

from obverse.archive import places
from obverse.archive.contents import Archive
from obverse.archive.layout import METADATA
from obverse.archive.manifest import Link
from obverse.archive.zips import Damage
from obverse.past import notes, runs
from obverse.past.notes import Note
from obverse.past.runs import Run


def run(archive: Archive, link: Link) -> Run | None:
    """Return the run that ``link`` is about, None where its record tells of none that ended well.

    It is the newest that made one of the outputs; where none did, the newest there is, to be held against the link.
    Its files have the names of members.
    """
    named = functools.partial(places.listed, known=archive.manifest.files)
    told = list(runs.read(_content(archive, link.record), PurePosixPath(link.record), named))
    return runs.maker(runs.makers(told), link.outputs) or runs.newest(told)


def noted(archive: Archive, output: str) -> str:
    """Return the member that is Snakemake's note on ``output``, or on the folder it is in, empty where none is."""
    above = [str(folder) for folder in PurePosixPath(output).parents if len(folder.parts) > 1]
    named = (f"{METADATA}/{notes.name(path)}" for path in (output, *above))
    return next((name for name in named if name in archive.manifest.files), "")


def note(archive: Archive, name: str) -> Note | None:
    """Return Snakemake's note that the member ``name`` is, None where it cannot be read."""
    try:
        return notes.read(_content(archive, name))
    except ValueError:
        return None


def _content(archive: Archive, name: str) -> bytes:
    """Return a member's content, none where it is missing or damaged."""
    try:
        return archive.zip.read(name)
    except (KeyError, Damage):
        return b""
