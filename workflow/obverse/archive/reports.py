"""What is known of an archive, in lines for a person: what is intact and what is not, and each target's chain."""

from collections.abc import Iterable, Mapping, Sequence

from obverse.archive.chains import Chain
from obverse.archive.checks import Checked
from obverse.archive.contents import Archive
from obverse.archive.manifest import Made
from obverse.terminal import escaped


def report(archive: Archive, checked: Checked, chains: Iterable[Chain], loose: Sequence[str]) -> list[str]:
    """Return the lines; names, those of the ``loose`` results too, are spelled so that none can steer a terminal."""
    chains = list(chains)
    unrecorded = sorted({line for chain in chains for line in chain.unrecorded})
    size = sum(archive.manifest.files[name].size for name in checked.intact)
    lines = [
        *_made(archive.manifest.made),
        f"intact:       {len(checked.intact):,} files, {size / 1e6:,.1f} MB",
        *_named("withheld", checked.withheld),
        *_named("changed", checked.changed),
        *_named("missing", {**checked.missing, **checked.absent}),
        *_named("unlisted", dict.fromkeys(checked.unlisted, "a member that the manifest does not have as kept")),
        *_listed("not recorded", unrecorded),
        *_listed("behind no target, so that nobody looked at how they were made", list(loose)),
    ]
    for chain in chains:
        lines.append(f"{chain.target}: {_verdict(chain)}, {chain.jobs:,} jobs")
        lines += [f"  {problem}" for problem in chain.broken]
    return [escaped(line) for line in lines]


def _verdict(chain: Chain) -> str:
    if chain.broken:
        return "its chain is broken"
    return "its chain has gaps that nobody recorded" if chain.unrecorded else "its chain is whole"


def _made(made: Made) -> list[str]:
    lines = [f"made with Python {made.python} and Snakemake {made.snakemake}, at commit {made.commit or '(none)'}"]
    if made.dirty:
        lines.append(f"  of a checkout where this was not committed: {', '.join(made.dirty)}")
    if made.stale:
        lines.append(f"  of results that were not as recorded: {', '.join(made.stale)}")
    return lines


def _named(heading: str, found: Mapping[str, str]) -> list[str]:
    return _listed(heading, [f"{name}: {words}" if words else name for name, words in found.items()])


def _listed(heading: str, lines: list[str]) -> list[str]:
    return [f"{heading + ':':13} {len(lines):,}", *(f"  {line}" for line in lines)] if lines else []
