"""The archive's README: how to check it, how to go on from it, what is in it and what is not."""

from collections import Counter
from collections.abc import Sequence
from textwrap import indent

from obverse.archive.layout import WORDS
from obverse.archive.manifest import ABSENT, KEPT, WITHHELD, File, Link, Made

CHECK = """\
unzip -q archive.zip 'code/*' -d checked
PYTHONPATH=checked/code/workflow python3 -m obverse.commands.verify archive.zip"""
RESTORE = """\
unzip -q archive.zip 'code/*' -d fresh && cd fresh/code
make .venv/.ready && . .venv/bin/activate
python -m obverse.commands.restore ../../archive.zip"""
RERUN = "python -m obverse.commands.verify archive.zip --rerun"

_TEXT = """\
# {title}: a set of results

What was made of what, with which code, by which commands and when, for these results:

{targets}

{state}

## Check it

Needs Python 3.11 or newer and no package, no network, no GPU:

{check}

It hashes every file, follows every figure back to its data, and says what is intact, missing, changed or recorded by
nobody. The exit status is 0 if all is as it was packed, and every link of every figure's chain is recorded and fits.

That finds damage and contradictions, not forgery: whoever can change an archive can make it fit again, and the code
that checks is here the archive's own. Check with a clone of the project instead, and compare the archive's sha256, in
the first line, with one from its author; or make the results again.

## Go on from it

{restore}

ends with the command that shows that Snakemake finds nothing to do there; after a change of a number or a line of code
it does what that concerns. Where the configuration was not that of `config.yaml`, what differed is then in
`restored.config.yaml`, to be given to `--configfile`.

## Make it again

The same without `restore`, or, to have it compared: `{rerun}`, which runs
the code in the archive as you, on your machine, so only for an archive of people you trust, and takes as long as the
first time. On a machine like the one that made it the bytes are the same; on another, figures agree within tolerances
that are stated. To terms of use and to spending money nobody agrees for you: what asks for it says so.

## What is in it

{contents}
- `manifest.json`: the sha256, size and status of every file, and of every job its command, inputs and outputs
- `ro-crate-metadata.json`: the same for tools that read RO-Crate (1.1, Provenance Run Crate 0.5)

{withheld}
"""


def write(title: str, made: Made, targets: Sequence[str], files: dict[str, File], links: Sequence[Link]) -> bytes:
    """Return the README of an archive of ``files``, without those that describe the archive itself."""
    text = _TEXT.format(
        title=title,
        targets="\n".join(f"- `{target}`" for target in targets),
        state=_state(made, links),
        contents=_contents(files),
        withheld=_withheld(files),
        check=indent(CHECK, "    "),
        restore=indent(RESTORE, "    "),
        rerun=RERUN,
    )
    return f"{text.rstrip()}\n".encode()


def _state(made: Made, links: Sequence[Link]) -> str:
    """Return of which commit it is, and what was not as it should be."""
    versions = f"Snakemake {made.snakemake}, Python {made.python}."
    commit = f"Made with commit `{made.commit}`, {versions}" if made.commit else _UNVERSIONED.format(versions=versions)
    lines = [commit]
    if made.dirty or made.stale:
        lines.append("**This was packed although not all was in order.**")
    lines += [f"- `{path}` was not as committed." for path in made.dirty]
    lines += [f"- `{path}` was not as recorded." for path in made.stale]
    silent = sum(not link.record for link in links)
    lines += [f"Of {silent} of {len(links)} jobs there is no record of their own, only Snakemake's."] * (silent > 0)
    return "\n\n".join(lines[:2]) + "".join(f"\n{line}" for line in lines[2:])


_UNVERSIONED = "Made outside a git repository: which commit the code is of is not known. {versions}"


def _contents(files: dict[str, File]) -> str:
    counted = Counter(path.partition("/")[0] for path, file in files.items() if file.status == KEPT)
    return "\n".join(f"- `{folder}/`: {counted[folder]:,} files, {words}" for folder, words in WORDS.items())


def _withheld(files: dict[str, File]) -> str:
    """Return which files are not in it, and why."""
    left = {path: file for path, file in files.items() if file.status in (WITHHELD, ABSENT)}
    if not left:
        return "Nothing is withheld."
    reasons = Counter(f"{file.status}: {file.why}" for file in left.values())
    counts = "\n".join(f"- {count:,} files {reason}" for reason, count in sorted(reasons.items()))
    listed = "\n".join(f"    {file.sha256 or '(no sha256 known)'}  {path}" for path, file in sorted(left.items()))
    known = "Their sha256, as far as one is known, stand in the manifest too"
    return f"## What is not in it\n\n{counts}\n\n{known}:\n\n{listed}"
