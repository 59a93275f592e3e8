"""What an archive says of itself, counted: what is in it and what is not, what made it, of which data, and when."""

import posixpath
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

import yaml

from obverse import stamps
from obverse.archive import contents, manifest
from obverse.archive.contents import Archive
from obverse.archive.layout import CODE, RESULTS
from obverse.archive.manifest import KEPT, File, Link, Made, Manifest
from obverse.archive.zips import Damage
from obverse.errors import UnusableInput
from obverse.past import runs
from obverse.past.runs import Machine, Run

ABOUT = "about it"  # what describes the archive, beside the folders
_SOURCES = (RESULTS, "sources")
_PROJECT, _CONFIG = f"{CODE}/pyproject.toml", f"{RESULTS}/config.yaml"


@dataclass(frozen=True)
class Amount:
    """How many files, and their size in bytes, unpacked."""

    files: int
    size: int


@dataclass(frozen=True)
class Stage:
    """The jobs of a rule, for how many of them there is a record of their own, and how long those took, in seconds."""

    rule: str
    jobs: int
    recorded: int
    seconds: float


@dataclass(frozen=True)
class Summary:
    """All that the archive's page says.

    ``size`` (bytes) and ``sha256`` are of the archive itself. ``inside`` is by folder, ``outside`` by status and
    reason. ``pythons`` and ``libraries``, the project's own dependencies, are as jobs recorded them, with every version
    there was; ``others`` counts what else they loaded. ``machines`` has the number of jobs on each. ``stages`` are
    sorted by seconds, the longest first. ``began`` and ``ended`` are when the first recorded job began and the last
    ended, None where none is recorded. ``sources`` are the files of each data set as it was given or rendered, which of
    the two ``origins`` tells in the configuration's words, as far as the archive holds that; ``further`` are the files
    that no job made and that are no results: the project's own, and the user's.
    """

    size: int
    sha256: str
    made: Made
    targets: tuple[str, ...]
    inside: Mapping[str, Amount]
    outside: Mapping[str, Amount]
    pythons: Sequence[str]
    libraries: Mapping[str, Sequence[str]]
    others: int
    machines: Mapping[Machine, int]
    stages: Sequence[Stage]
    began: datetime | None
    ended: datetime | None
    sources: Mapping[str, Mapping[str, File]]
    origins: Mapping[str, str]
    further: Mapping[str, File]


def read(path: Path) -> Summary:
    """Return the summary of the archive at ``path``; raise `UnusableInput` where there is none."""
    try:
        with contents.opening(path) as archive:
            names = set(archive.zip.names)
            own = File(sha256="", size=archive.zip.size(manifest.MEMBER))
            jobs = [(link, _run(link, archive) if link.record in names else None) for link in archive.manifest.links]
            project, config = (archive.zip.read(name) if name in names else b"" for name in (_PROJECT, _CONFIG))
    except (UnusableInput, Damage) as error:
        why = error.problem if isinstance(error, UnusableInput) else error
        problem = f"expected an archive of results, found something else, or a damaged one ({why})"
        raise UnusableInput(path, problem, "Delete it, so that Snakemake packs it again.") from None
    return _summary(
        path.stat().st_size, stamps.digest(path), archive.manifest, own, jobs, _dependencies(project), _origins(config)
    )


def _run(link: Link, archive: Archive) -> Run | None:
    """Return the run that made what ``link`` tells of, None where none did at a time that one can read."""
    told = runs.read(archive.zip.read(link.record), PurePosixPath(link.record), posixpath.normpath)
    run = runs.maker(runs.makers(told), link.outputs)
    return run if run and run.seconds is not None else None


def _summary(
    size: int,
    sha256: str,
    told: Manifest,
    own: File,
    jobs: Sequence[tuple[Link, Run | None]],
    dependencies: Sequence[str],
    origins: Mapping[str, str],
) -> Summary:
    recorded = [run for _, run in jobs if run]
    versions = _versions(recorded)
    libraries = {name: versions[name] for name in dependencies if name in versions}
    files = {**told.files, manifest.MEMBER: own}  # it does not list itself
    return Summary(
        size=size,
        sha256=sha256,
        made=told.made,
        targets=told.targets,
        inside=_amounts((_folder(path), file) for path, file in files.items() if file.status == KEPT),
        outside=_amounts((f"{file.status}: {file.why}", file) for file in files.values() if file.status != KEPT),
        pythons=sorted({run.python for run in recorded if run.python}),
        libraries=libraries,
        others=len(versions) - len(libraries),
        machines=dict(sorted(Counter(run.machine for run in recorded).items())),
        stages=_stages(jobs),
        began=min((run.started for run in recorded), default=None),
        ended=max((run.ended for run in recorded), default=None),
        sources=_sources(told.files),
        origins=origins,
        further=_further(told),
    )


def _amounts(named: Iterable[tuple[str, File]]) -> dict[str, Amount]:
    sizes: dict[str, list[int]] = defaultdict(list)
    for name, file in named:
        sizes[name].append(file.size)
    return {name: Amount(len(found), sum(found)) for name, found in sorted(sizes.items())}


def _folder(path: str) -> str:
    folder, slash, _ = path.partition("/")
    return f"{folder}/" if slash else ABOUT


def _versions(recorded: Iterable[Run]) -> dict[str, list[str]]:
    """Return every version of each distribution that a job loaded."""
    found: dict[str, set[str]] = defaultdict(set)
    for run in recorded:
        for name, version in run.versions.items():
            found[name].add(version)
    return {name: sorted(versions) for name, versions in sorted(found.items())}


def _dependencies(project: bytes) -> list[str]:
    """Return the names of what the project depends on itself, as its pyproject.toml says."""
    told = tomllib.loads(project.decode()).get("project", {}).get("dependencies", [])
    return [re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0].lower() for each in told]


def _origins(config: bytes) -> dict[str, str]:
    """Return the source of each role in a configuration as resolved; of none that there is not."""
    told = yaml.safe_load(config) or {}
    return {role: chosen["source"] for role, chosen in told.get("datasets", {}).items()}


def _stages(jobs: Iterable[tuple[Link, Run | None]]) -> list[Stage]:
    by_rule: dict[str, list[Run | None]] = defaultdict(list)
    for link, run in jobs:
        by_rule[link.rule].append(run)
    found = []
    for rule, of_rule in by_rule.items():
        seconds = [run.seconds for run in of_rule if run]
        found.append(Stage(rule, len(of_rule), len(seconds), sum(seconds)))
    return sorted(found, key=lambda stage: (-stage.seconds, stage.rule))


def _sources(files: Mapping[str, File]) -> dict[str, dict[str, File]]:
    found: dict[str, dict[str, File]] = defaultdict(dict)
    for path, file in sorted(files.items()):
        parts = path.split("/")
        if tuple(parts[:2]) == _SOURCES and len(parts) > 3:
            found[parts[2]]["/".join(parts[3:])] = file
    return dict(found)


def _further(told: Manifest) -> dict[str, File]:
    made = {output for link in told.links for output in link.outputs}
    read_in = {path for link in told.links for path in link.inputs}
    return {path: told.files[path] for path in sorted(read_in - made) if not path.startswith(f"{RESULTS}/")}
