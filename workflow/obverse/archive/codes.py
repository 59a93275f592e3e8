"""Whether the code in an archive is that which its jobs ran, by the digests among their params."""

import ast
import functools
import tokenize
from collections.abc import Iterator

from obverse import provenance
from obverse.archive.contents import Archive
from obverse.archive.layout import CODE
from obverse.archive.manifest import Link
from obverse.archive.zips import Damage

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


def _modules(params: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the modules that a job's params name, and their digests."""
    for param in params:
        if param.startswith(_PARAM):
            try:
                listed = ast.literal_eval(param.removeprefix(_PARAM))
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
            for one in listed if isinstance(listed, list) else ():
                module, separator, digest = str(one).partition("=")
                if separator and not digest.startswith("="):  # two of them: the version of a distribution
                    yield module, digest
