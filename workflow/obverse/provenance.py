"""What a stage's result depends on beside its inputs and numbers: the code it runs and the libraries that code imports.

Snakemake does not look into imported Python. Each rule carries ``params: code=code("<stage>")``, so an edit reruns what
it concerns, and the reason names the module. Comments, docstrings and layout do not count, nor does plumbing.
"""

import ast
import functools
import hashlib
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

_PACKAGE = Path(__file__).parent
_LOCK = _PACKAGE.parents[1] / "envs" / "obverse.lock.txt"

# None can change a number: how a stage is called, what it says, how it puts files in place, or fetches one whose sha256
# is known, what is recorded of it, and this file.
_PLUMBING = {"obverse"} | {
    f"obverse.{name}"
    for name in ("circumstances", "cli", "errors", "files", "progress", "provenance", "records", "transfers")
}

# Where the name one imports is not the name one installs.
DISTRIBUTIONS = {
    "cv2": "opencv-python-headless",
    "face_alignment": "face-alignment",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}

_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
_FORMATTED = ("FSTRING", "TSTRING")  # since Python 3.12 such a string is several tokens, before it was one


def code(stage: str) -> list[str]:
    """Return ``module=digest`` for each module ``stage`` runs and ``distribution==version`` for each it imports.

    Raises `ValueError` for a stage that there is not.
    """
    if _file(f"obverse.{stage}") is None:
        raise ValueError(f"expected a stage of this package, found {stage!r}: there is no such module")
    modules, distributions = set(), set()
    waiting = [f"obverse.{stage}"]
    while waiting:
        module = waiting.pop()
        if module in modules or module in _PLUMBING:
            continue
        modules.add(module)
        for imported in _imports(module):
            if imported.split(".")[0] == "obverse":
                waiting.append(imported)
            else:
                distributions.add(DISTRIBUTIONS.get(imported, imported))
    own = [f"{module.removeprefix('obverse.')}={digest(_file(module).read_text())}" for module in sorted(modules)]
    return own + [f"{name}=={locked()[name]}" for name in sorted(distributions)]


@functools.cache
def digest(source: str) -> str:
    """Return 12 hex digits that change with ``source``'s meaning, the same under every supported Python."""
    docstrings = _docstrings(source)
    words: list[str] = []
    skipping = False  # a docstring, then the end of its line
    for row, column, text in _tokens(source):
        skipping = (row, column) in docstrings or (skipping and text == "NEWLINE")
        if not skipping:
            words.append(text)
    return hashlib.sha256("\x00".join(words).encode()).hexdigest()[:12]


@functools.cache
def locked() -> dict[str, str]:
    """Return the version of each locked distribution (several, joined, where they differ by Python version)."""
    versions: dict[str, str] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", _LOCK.read_text(), flags=re.MULTILINE):
        versions[name] = f"{versions[name]}|{version}" if name in versions else version
    return versions


def _file(module: str) -> Path | None:
    """Return the file of a module of this package, or None for a name that is no module."""
    base = _PACKAGE.joinpath(*module.split(".")[1:])
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@functools.cache
def _imports(module: str) -> frozenset[str]:
    """Return what ``module`` imports: modules of this package in full, top-level names of installed ones."""
    found = set()
    for node in _statements(_parse(_file(module).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {node.module} | names
    own = {name for name in found if name.split(".")[0] == "obverse" and _file(name)}
    installed = {name.split(".")[0] for name in found} - {"obverse"} - sys.stdlib_module_names
    return frozenset(own | installed)


@functools.cache
def _parse(source: str) -> ast.Module:
    return ast.parse(source)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield each statement below ``node``: expressions, most of a tree, hold neither imports nor docstrings."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, part, ()):
            yield child
            yield from _statements(child)


def _docstrings(source: str) -> set[tuple[int, int]]:
    """Return where each docstring starts: row from 1, column in characters."""
    lines = source.splitlines()
    starts = set()
    tree = _parse(source)
    for node in (tree, *_statements(tree)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
                before = lines[first.lineno - 1].encode()[: first.col_offset].decode()
                starts.add((first.lineno, len(before)))
    return starts


def _tokens(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield row, column and text of each token that means something; a formatted string comes as one token."""
    lines = source.splitlines(keepends=True)
    depth, opened = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        if name.startswith(_FORMATTED) and name.endswith("START"):
            opened = token.start if depth == 0 else opened
            depth += 1
        elif name.startswith(_FORMATTED) and name.endswith("END"):
            depth -= 1
            if depth == 0:
                yield (*opened, _between(lines, opened, token.end))
        elif depth == 0 and token.type not in _LAYOUT:
            indentation = token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE)
            yield (*token.start, name if indentation else token.string)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    middle = lines[start[0] : end[0] - 1]
    return "".join([lines[start[0] - 1][start[1] :], *middle, lines[end[0] - 1][: end[1]]])
