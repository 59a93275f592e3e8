"""What goes into an archive: the targets, all they are made of, the code, and what is recorded of the jobs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from obverse.archive import checkout, disorder, events, members, restricted
from obverse.archive.layout import CODE, METADATA, RECORDS, RESULTS
from obverse.archive.manifest import ABSENT, KEPT, WITHHELD, File, Link
from obverse.archive.places import Places
from obverse.errors import UnusableInput
from obverse.past import runs
from obverse.past.jobs import Job, closure, finished
from obverse.past.runs import Run

_OWN = ("LICENSE", "CITATION.cff")  # of the code, beside the README too


@dataclass(frozen=True)
class Collection:
    """The members that there are before any that describes the archive itself, and what is known of all files.

    ``links`` and ``jobs`` are parallel.
    """

    targets: tuple[str, ...]
    members: Mapping[str, members.Content]
    files: Mapping[str, File]
    links: tuple[Link, ...]
    jobs: tuple[Job, ...]
    amiss: tuple[disorder.Amiss, ...]


def collect(
    targets: Sequence[str],
    code: checkout.Code,
    metadata: Path,
    recorded: Path,
    named: Iterable[str],
    places: Places,
) -> Collection:
    """Return what an archive of ``targets`` holds.

    ``metadata`` is Snakemake's folder, ``recorded`` that of the jobs' own records; ``named`` are those whose pictures
    are withheld (`restricted.withheld`). Raises `UnusableInput` for a target that is not there.
    """
    jobs, sources = closure(finished(metadata), targets)
    made = runs.makers(runs.below(recorded / "jobs", places.member))
    found: dict[str, Path] = {}
    for path in {*targets, *sources, *(path for job in jobs for path in (*job.outputs, *job.inputs))}:
        found |= places.files(path)
    for target in (target for target in targets if not (places.directory / target).exists()):
        raise UnusableInput(target, "expected a result, found no file", f"Make it: snakemake --cores all {target}")
    made = {member: run for member, run in made.items() if member in found}
    linked = tuple(_link(job, made, places, recorded) for job in jobs)
    content = {**found, **_code(code, places), **_records(made, recorded, jobs), **_metadata(jobs, metadata)}
    files = {member: _file(member, what, made, jobs, places) for member, what in content.items()}
    left = restricted.withheld(named, linked) | _foreign(files, code)
    files |= {path: replace(files[path], status=WITHHELD, why=why) for path, why in left.items() if _there(files[path])}
    loose = [member for path in sources for member in places.files(path) if member.startswith(f"{RESULTS}/")]
    hashes = {member: file.sha256 for member, file in files.items() if _there(file)}
    return Collection(
        targets=tuple(member for target in targets for member in places.files(target)),
        members={member: what for member, what in content.items() if files[member].status == KEPT},
        files=files,
        links=linked,
        jobs=tuple(jobs),
        amiss=tuple(disorder.amiss(jobs, loose, made, hashes, places)),
    )


def _link(job: Job, made: Mapping[str, Run], places: Places, recorded: Path) -> Link:
    outputs = sorted({member for path in job.outputs for member in places.files(path)})
    run = runs.maker(made, outputs)
    return Link(
        rule=job.rule,
        outputs=tuple(outputs),
        inputs=tuple(sorted({member for path in job.inputs for member in places.files(path)})),
        record=_record(run, recorded) if run else "",
        shellcmd=job.shellcmd,
        params=job.params,
    )


def _code(code: checkout.Code, places: Places) -> dict[str, Path]:
    tracked = {f"{CODE}/{name}": places.checkout / name for name in code.files}
    return tracked | {name: places.checkout / name for name in _OWN if name in code.files}


def _record(run: Run, recorded: Path) -> str:
    return f"{RECORDS}/{run.record.relative_to(recorded).as_posix()}"


def _records(made: Mapping[str, Run], recorded: Path, jobs: Iterable[Job]) -> dict[str, members.Content]:
    """Return the records of the runs that made what is archived, and what Snakemake's logger told of these jobs.

    Read once: Snakemake may write on.
    """
    found = {_record(run, recorded): Path(run.record).read_bytes() for run in made.values()}
    workflow = recorded / "workflow.jsonl"
    if workflow.is_file():
        outputs = [path for job in jobs for path in job.outputs]
        found[f"{RECORDS}/workflow.jsonl"] = events.of_kept(workflow.read_bytes(), outputs)
    return found


def _metadata(jobs: Iterable[Job], metadata: Path) -> dict[str, bytes]:
    return {f"{METADATA}/{name}": (metadata / name).read_bytes() for job in jobs for name in job.metadata}


def _file(member: str, what: members.Content, made: Mapping[str, Run], jobs: Sequence[Job], places: Places) -> File:
    """Return what is known of a file; of one that is no longer there what its record says."""
    if isinstance(what, Path) and not what.is_file():
        recorded = made[member].outputs[member] if member in made else _read_as(member, jobs, places)
        return File(sha256=recorded or "", size=0, status=ABSENT, why="no longer there")
    sha256, size = members.measure(what)
    dated = isinstance(what, Path) and member.startswith(f"{RESULTS}/")
    return File(sha256, size, mtime_ns=what.stat().st_mtime_ns if dated else None)


def _read_as(member: str, jobs: Sequence[Job], places: Places) -> str:
    """Return the sha256 a file had when the last job that read it ended, empty where none is known."""
    sums = [(job.ended, sha) for job in jobs for path, sha in job.checksums.items() if places.member(path) == member]
    return max(sums, default=(0.0, ""))[1]


def _foreign(files: Iterable[str], code: checkout.Code) -> dict[str, str]:
    """Return the files that are neither results nor the project's, such as the user's data, and that they are left."""
    own = {f"{CODE}/{name}" for name in code.files}
    kept = (f"{RESULTS}/", f"{RECORDS}/", f"{METADATA}/")
    return {path: restricted.FOREIGN for path in files if not path.startswith(kept) and path not in own | set(_OWN)}


def _there(file: File) -> bool:
    return file.status != ABSENT
