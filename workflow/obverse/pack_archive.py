"""Pack a set of results with all that is needed to believe it and to make it again."""

import platform
from dataclasses import replace
from importlib import metadata as distributions
from pathlib import Path

import yaml

from obverse import cli, files
from obverse.archive import chains, checks, collection, contents, crate, manifest, members, readme
from obverse.archive import checkout as checkouts
from obverse.archive.actions import Timed
from obverse.archive.chains import Chain
from obverse.archive.manifest import Made
from obverse.archive.places import Places
from obverse.errors import UnusableInput

_NAMED = 20  # of what is not in order


def pack_archive(
    *,
    targets: list[str],
    checkout: Path,
    metadata: Path,
    records: Path,
    restricted: list[str],
    allow: bool,
    output: Path,
) -> None:
    """Write the archive of ``targets``: the same bytes for the same state.

    ``metadata`` is the folder in which Snakemake keeps what it knows of results, ``records`` the one in which jobs
    record themselves; both may lack a job. ``restricted`` are those whose pictures stay out: roles, and targets of the
    user's own. Raises `UnusableInput` for code that is not committed, for results that are not as recorded, and for all
    else that `verify` would call broken, unless ``allow`` is set: then the archive says so. How many jobs have no
    record of their own, which `verify` will hold against the archive, is printed.
    """
    places = Places(directory=Path.cwd(), checkout=checkout.resolve())
    code = checkouts.read(places.checkout)
    collected = collection.collect(targets, code, metadata, records, restricted, places)
    disorder = [f"{path}: not as committed" for path in code.dirty]
    disorder += [f"{each.member}: {each.how}" for each in collected.amiss]
    if disorder and not allow:
        raise _refusal(output, disorder)
    made = Made(
        commit=code.commit,
        dirty=code.dirty,
        stale=tuple(dict.fromkeys(each.member for each in collected.amiss)),
        told=allow,
        snakemake=distributions.version("snakemake"),
        python=platform.python_version(),
    )
    _pack(output, collected, _about(places.checkout / "CITATION.cff"), made)
    if silent := [link.rule for link in collected.links if not link.record]:
        print(_unrecorded(output, silent, len(collected.links)), flush=True)


def _pack(output: Path, collected: collection.Collection, about: crate.About, made: Made) -> None:
    """Write the archive and put it in place once it is found to hold; what does not, when told to, is said inside."""
    with files.replacing(output) as temporary:
        _write(temporary, collected, about, made)
        found = _verified(temporary, output)
        broken = sorted({words for chain in found for words in chain.broken})
        if broken and not made.told:
            raise _refusal(output, broken)
        stale = {*made.stale, *(result for chain in found for result in chain.stale)}
        if stale != set(made.stale):  # known only now
            _write(temporary, collected, about, replace(made, stale=tuple(sorted(stale))))


def _write(path: Path, collected: collection.Collection, about: crate.About, made: Made) -> None:
    """Write the archive of what was collected, with what describes it."""
    content, known = dict(collected.members), dict(collected.files)

    def add(name: str, text: bytes) -> None:
        content[name] = text
        known[name] = manifest.File(*members.measure(text))

    add("README.md", readme.write(about.title, made, collected.targets, known, collected.links))
    timed = [Timed(link, job.started, job.ended) for link, job in zip(collected.links, collected.jobs, strict=True)]
    add(crate.NAME, crate.describe(about, made.snakemake, collected.targets, known, timed))
    content[manifest.MEMBER] = manifest.write(manifest.Manifest(made, collected.targets, known, collected.links))
    members.write(path, content, {name: file.sha256 for name, file in known.items()})


def _verified(temporary: Path, output: Path) -> list[Chain]:
    """Return the chains that `verify` will find.

    Raises `UnusableInput` for an archive that a reader would refuse: too large, or with names no archive may have.
    """
    try:
        with contents.opening(temporary) as archive:
            return chains.chains(archive, checks.members(archive))
    except UnusableInput as error:
        problem = f"expected an archive that can be verified, found one that is refused: {error.problem}"
        where = str(error.where).replace(str(temporary), str(output))
        raise UnusableInput(where, problem, "Pack fewer targets at once, or rename what is named.") from error


def _refusal(output: Path, disorder: list[str]) -> UnusableInput:
    more = [f"… and {len(disorder) - _NAMED} more"] * (len(disorder) > _NAMED)
    listed = "\n".join(f"  {line}" for line in [*disorder[:_NAMED], *more])
    return UnusableInput(
        output,
        f"expected committed code and results as they were recorded, found {len(disorder)} that are not:\n{listed}",
        "Commit or undo the changes, and delete the results named, so that Snakemake makes them again. Or set "
        "archive: {allow: true} in the configuration: then it is packed, and says so inside.",
    )


def _unrecorded(output: Path, rules: list[str], jobs: int) -> str:
    """Return what it means that so many of the jobs, which are of ``rules``, have no record."""
    return (
        f"{len(rules):,} of {jobs:,} jobs have no record of their own, as results of an older version have none. They "
        "are packed, but verify will call what they made unrecorded, and end with exit status 1. For records, "
        f"make them again, with the options of before: snakemake --forcerun {' '.join(sorted(set(rules)))} -- {output}"
    )


def _about(citation: Path) -> crate.About:
    """Return what CITATION.cff says of the project."""
    if not citation.is_file():
        raise UnusableInput(citation, "expected what the project says of itself, found no file", "Take it from git.")
    told = yaml.safe_load(citation.read_text())
    names = [author.get("name") or f"{author['given-names']} {author['family-names']}" for author in told["authors"]]
    return crate.About(
        title=told["title"],
        abstract=told["abstract"],
        version=str(told["version"]),
        licence=told["license"],
        authors=tuple(names),
    )


if __name__ == "__main__":
    cli.run(pack_archive)
