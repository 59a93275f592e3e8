"""Whether the code in an archive, and what its jobs loaded, are what Snakemake planned them with, by their params."""

import ast
import functools
import tokenize
from collections.abc import Iterator

from obverse import provenance
from obverse.archive.contents import Archive
from obverse.archive.layout import CODE
from obverse.archive.manifest import Link
from obverse.archive.zips import Damage
from obverse.past.runs import Run

_PARAM = "code="
_PACKAGE = f"{CODE}/workflow/obverse"
_MOST = 2**22  # bytes of a module: taking a larger one apart would take gigabytes


class Codes:
    """The modules of the package in an archive, each digested once."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._digest = functools.cache(self._digested)

    def problems(self, link: Link) -> list[str]:
        """Return in words which modules were others when the job of ``link`` ran."""
        found = []
        for module, digest in _modules(link.params):
            now = self._digest(module)
            if now != digest:
                name = f"{_PACKAGE}/{module.replace('.', '/')}.py"
                found.append(f"{name}: {link.outputs[0]} was made by other code ({digest}, the archive's is {now})")
        return found

    def _digested(self, module: str) -> str:
        base = f"{_PACKAGE}/{module.replace('.', '/')}"
        for name in (f"{base}.py", f"{base}/__init__.py"):
            try:
                return provenance.digest(self._archive.zip.read(name, _MOST).decode())
            except KeyError:
                continue
            except (Damage, ValueError, SyntaxError, tokenize.TokenError, RecursionError, MemoryError):
                return "not Python"
        return "not there"


def loaded_otherwise(link: Link, run: Run) -> list[str]:
    """Return in words which modules and libraries the job of ``link`` loaded otherwise than planned.

    Snakemake takes digests when it plans: what was edited, or installed, before the job began is in its record alone.
    """
    found = []
    for module, digest in _modules(link.params):
        if (loaded := run.code.get(module, digest)) != digest:
            found.append(f"other code of {module} ({loaded}) than Snakemake planned ({digest})")
    for library, versions in _libraries(link.params):
        loaded = run.versions.get(library)
        # As pip has it: what follows a plus names the build of a version.
        if loaded is not None and not {loaded, loaded.partition("+")[0]} & set(versions):
            found.append(f"{library} {loaded}, where Snakemake planned {' or '.join(versions)}")
    return [f"{link.outputs[0]}: its job ({link.rule}) loaded {words}" for words in found]


def _modules(params: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the modules that a job's params name, and their digests."""
    for name, told in _listed(params):
        if not told.startswith("="):
            yield name, told


def _libraries(params: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield the distributions that a job's params name, and the locked versions of each: one for each Python."""
    for name, told in _listed(params):
        if told.startswith("="):
            yield name, told[1:].split("|")


def _listed(params: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield what a job's params tell of its code, as `provenance.code` writes it, parted at the first equals sign."""
    for param in params:
        if param.startswith(_PARAM):
            try:
                listed = ast.literal_eval(param.removeprefix(_PARAM))
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
            for one in listed if isinstance(listed, list) else ():
                name, separator, told = str(one).partition("=")
                if separator:
                    yield name, told
