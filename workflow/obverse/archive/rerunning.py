"""Making an archive's results once more, with its code and configuration, and comparing them."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from obverse import files, stamps
from obverse.archive import comparing, snakemaking
from obverse.archive.comparing import AGREES, DIFFERS, SAME, Comparison
from obverse.archive.configs import changes
from obverse.archive.contents import Archive
from obverse.archive.graph import Graph
from obverse.archive.layout import CODE, RESULTS
from obverse.archive.manifest import ABSENT, KEPT
from obverse.errors import UnusableInput
from obverse.terminal import escaped

_CODE = f"{CODE}/"
_CONFIG = "archived.config.yaml"
_MOST = 2**32  # bytes of one file that is compared

_WITHHELD, _NOT_MADE = "cannot be compared", "was not made"


def rerun(archive: Archive, targets: Sequence[str], directory: Path | None, own: Path | None) -> bool:
    """Make ``targets`` (all of the archive's where none) in ``directory``, print a table; return whether all agrees.

    ``directory`` must be new or empty; where it is None a temporary folder serves. ``own`` is the reader's own
    configuration, which comes after the archive's. This runs the archive's code. Raises `UnusableInput` for a target
    that the archive has not, a folder that holds something, or an ``own`` that is no file.
    """
    targets = list(targets or archive.manifest.targets)
    known = {name for link in archive.manifest.links for name in link.outputs}
    if strange := [name for name in targets if name not in known]:
        problem = f"expected targets that it has, found {', '.join(strange)}"
        raise UnusableInput(archive.zip.path, problem, f"It is for {', '.join(archive.manifest.targets)}.")
    if own is not None and not own.is_file():
        raise UnusableInput(own, "expected a configuration, found no file", "Name one, or leave --configfile out.")
    with _clean(directory) as folder:
        configs = [*_unpack(archive, folder), *([own.resolve()] if own else [])]
        words = snakemaking.command(directory=folder, checkout=folder, targets=targets, configfiles=configs)
        done = snakemaking.run(words, "--cores", "all", checkout=folder)
        if done.returncode != 0:
            print(f"not made again: Snakemake ended with exit status {done.returncode}, for the reason above")
            return False
        found = {name: _compared(archive, name, folder / name) for name in _results(archive, targets)}
    print("\n".join(table(found, targets)))
    return all(one.verdict in (SAME, AGREES, _WITHHELD) for one in found.values())


def table(found: dict[str, Comparison], targets: Sequence[str]) -> list[str]:
    """Return a line for each target, for each other file that is not the same to the byte, and for each sum."""
    listed = [name for name, one in found.items() if name in targets or one.verdict != SAME]
    width = max(map(len, listed), default=0)
    lines = [escaped(f"{name:{width}}  {found[name].verdict:18}  {found[name].words}".rstrip()) for name in listed]
    verdicts = [one.verdict for one in found.values()]
    counts = [f"{verdicts.count(verdict):,} {verdict}" for verdict in sorted(set(verdicts))]
    share, least = f"{comparing.RELATIVE:.0%}", f"{comparing.ABSOLUTE:g}"
    rule = f"agrees: numbers in texts within {share}, shares in a csv also {least}, arrays within {share} of their size"
    rule += "; ids, and whole numbers in tables, are the same"
    return [
        "Made again:",
        *lines,
        f"{len(found):,} files: {', '.join(counts)} ({rule})",
    ]


@contextlib.contextmanager
def _clean(directory: Path | None) -> Iterator[Path]:
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="obverse-") as folder:
            yield Path(folder).resolve()
        return
    if directory.is_symlink() or (directory.exists() and (not directory.is_dir() or any(directory.iterdir()))):
        raise UnusableInput(directory, "expected a new or empty folder, found another", "Name one that is not there.")
    directory.mkdir(parents=True, exist_ok=True)
    yield directory.resolve()


def _unpack(archive: Archive, folder: Path) -> list[Path]:
    """Write the archive's code below ``folder``, and say what of its configuration is left out; return the rest's."""
    for name, file in archive.manifest.files.items():
        if name.startswith(_CODE) and file.status == KEPT:
            files.write_bytes(archive.place(name, folder, _CODE), archive.read(name, _MOST))
    changed = changes(archive)
    print("".join(f"{escaped(line)}\n" for line in changed.told()), end="", flush=True)
    if not changed.content:
        return []
    files.write_bytes(folder / _CONFIG, changed.content)
    return [folder / _CONFIG]


def _results(archive: Archive, targets: Sequence[str]) -> list[str]:
    """Return the results that ``targets`` come from, and they."""
    _, names = Graph(archive.manifest).behind(targets)
    listed, start = archive.manifest.files, f"{RESULTS}/"
    return [name for name in names if name.startswith(start) and name in listed and listed[name].status != ABSENT]


def _compared(archive: Archive, name: str, made: Path) -> Comparison:
    file = archive.manifest.files[name]
    if not made.is_file():
        return Comparison(_NOT_MADE)
    if stamps.digest(made) == file.sha256:
        return Comparison(SAME)
    if file.status != KEPT:
        return Comparison(_WITHHELD, "other bytes than those the archive has the hash of")
    if max(file.size, made.stat().st_size) > _MOST:
        return Comparison(DIFFERS, f"other bytes, and more than the {_MOST / 1e9:.1f} GB that are looked into")
    return comparing.compare(name, archive.read(name, _MOST), made.read_bytes())
