"""What is known of the results of a working directory, or of an archive: who made each, of what, with what, when."""

import dataclasses
import hashlib
import os
import re
import shlex
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from obverse import records, stamps
from obverse.archive import contents, places
from obverse.archive.contents import Archive
from obverse.archive.layout import IN_DIRECTORY, METADATA, RECORDS
from obverse.errors import UnusableInput
from obverse.lineage import guesses
from obverse.past import runs
from obverse.past.jobs import Job, closure, finished
from obverse.past.runs import Run

_NOTES = IN_DIRECTORY[METADATA]

_FOLDERS = (f"{METADATA}/", f"{RECORDS}/jobs/")  # the members of an archive that tell of jobs
_ANOTHER = "Name a result, such as results/fig9.png."

_COMMITTED = re.compile(r"^(\.\./)+(?=resources/)")  # as a run in another folder than the checkout names them
_CLOCKS = 60.0  # seconds that two machines' clocks may differ by


@dataclass(frozen=True)
class History:
    """The jobs of ``where``, by their outputs in order; paths are relative to it.

    ``ran`` has what the job of an output said of itself; ``sums`` the sha256 of files as they were made, packed or
    read, of a folder one of all that was recorded in it. ``directory`` is where the files lie, None for an archive's.
    """

    where: Path
    jobs: tuple[Job, ...]
    ran: Mapping[str, Run]
    sums: Mapping[str, str]
    directory: Path | None

    def makers(self) -> dict[str, Job]:
        """Return the job that made each output."""
        return {output: job for job in self.jobs for output in job.outputs}

    def run(self, job: Job) -> Run | None:
        """Return what ``job`` said of itself; None where it did not."""
        return runs.maker(self.ran, job.outputs)

    def behind(self, targets: Sequence[str]) -> tuple[list[Job], list[str]]:
        """Return the jobs behind ``targets``, and what of it no job is known to have made.

        Raises `UnusableInput` for a target that was never made, or of which nothing tells how.
        """
        makers = self.makers()
        for target in targets:
            if target not in makers:
                raise UnusableInput(target, *self._never(target))
        return closure(self.jobs, targets)

    def unmade(self, targets: Sequence[str]) -> list[str]:
        """Return which of ``targets`` are neither there nor known to have been made."""
        makers = self.makers()
        return [path for path in targets if path not in makers and not (self.directory and self._at(path).exists())]

    def sha256(self, path: str) -> str:
        """Return the sha256 of a file as it was made or read, where nobody recorded it as it is; empty if unknown."""
        if path in self.sums or self.directory is None or not (self.directory / path).is_file():
            return self.sums.get(path, "")
        return stamps.digest(self.directory / path)

    def _never(self, target: str) -> tuple[str, str]:
        """Return what is wrong with a target that no job is known to have made, and what to do."""
        makers = sorted(self.makers())
        if self.directory is None:
            problem = f"expected a result that was made, found none of this name in {self.where}"
            return problem, f"Name another. {guesses.same(target, makers)}".strip()
        if not self._at(target).exists():
            return self._not_yet(target, makers)
        if self._at(target).is_dir():
            inside = [path for path in makers if target == "." or path.startswith(f"{target}/")]
            remedy = f"Name a file in it, such as {inside[0]}." if inside else _ANOTHER
            return "expected a result, found a folder that no job here is known to have made", remedy
        if whole := set(_upwards(target)) & set(makers):
            return "expected a result, found a file in one", f"Name the whole: {min(whole)}."
        if not target.startswith("results/"):
            return "expected a result, found a file that no job made", _ANOTHER
        problem = "expected a result that this folder knows the making of, found one made elsewhere"
        return f"{problem}: its provenance is missing", "Bring .snakemake/metadata along, or make it here."

    def _not_yet(self, target: str, makers: Sequence[str]) -> tuple[str, str]:
        elsewhere = self.where != Path()
        asked = ["python", "-m", "obverse.commands.lineage", "why", target]
        asked += ["--directory", str(self.where)] if elsewhere else []
        problem = f"expected a result that was made, found that it was not made yet{f' in {self.where}' * elsewhere}"
        return problem, f"{shlex.join(asked)} says what would run. {guesses.same(target, makers)}".strip()

    def _at(self, target: str) -> Path:
        return self.directory / target


def read(where: Path) -> History:
    """Return the history of the working directory, or of the archive, at ``where``.

    Raises `UnusableInput` for a folder in which nothing was made, and for a file that is no archive of results.
    """
    if where.is_file():
        return _of_archive(where)
    if not where.exists():
        remedy = "Name a folder where snakemake was started, or an archive, such as results/archive.zip."
        raise UnusableInput(where, "expected a working directory or an archive, found no such file or folder", remedy)
    metadata = where / _NOTES
    if not metadata.is_dir():
        remedy = "Name the folder where snakemake was started, with the .snakemake it left there."
        raise UnusableInput(where, f"expected what Snakemake keeps in {_NOTES}, found none", remedy)
    jobs = finished(metadata)
    if not jobs:
        remedy = "Make something first, such as results/fig9.png."
        raise UnusableInput(where, f"expected a record of what was made in {_NOTES}, found none", remedy)
    return _history(where, jobs, where / records.FOLDER / "jobs", {}, where)


def named(path: str) -> str:
    """Return a path as it is told: committed files the same wherever the workflow works."""
    return _COMMITTED.sub("", os.path.normpath(path))


def renamed(job: Job) -> Job:
    """Return ``job`` with its paths as they are told."""
    return dataclasses.replace(
        job,
        outputs=tuple(map(named, job.outputs)),
        inputs=tuple(sorted({named(path) for path in job.inputs})),
        checksums={named(path): sha for path, sha in job.checksums.items()},
    )


def _history(where: Path, jobs: list[Job], own: Path, packed: Mapping[str, str], directory: Path | None) -> History:
    told = tuple(map(renamed, jobs))
    makers = {output: job for job in told for output in job.outputs}
    made: dict[str, dict[str, Run]] = defaultdict(dict)  # by output: what made it, of a folder each file in it
    for path, run in runs.makers(runs.below(own, named)).items():
        output = next((each for each in _upwards(path) if each in makers), None)
        # One that ended before the job began is of an earlier run, and this one recorded nothing.
        if output and _ended(run) > makers[output].started - _CLOCKS:
            made[output][path] = run
    ran = {output: runs.newest(of.values()) for output, of in made.items()}
    sums: dict[str, str] = {}  # as read last
    for job in sorted(told, key=lambda job: job.ended):
        sums |= job.checksums
    for run in sorted(ran.values(), key=_ended):
        sums |= {path: sha for path, sha in run.inputs.items() if sha}
    sums |= packed
    for output, of in made.items():
        recorded = {path: run.outputs[path] or "" for path, run in of.items()}
        sums |= recorded
        if output not in recorded:
            sums[output] = hashlib.sha256(repr(sorted(recorded.items())).encode()).hexdigest()
    return History(where, told, ran, {path: sha for path, sha in sums.items() if sha}, directory)


def _ended(run: Run) -> float:
    return run.ended.timestamp() if run.ended else 0.0


def _upwards(path: str) -> list[str]:
    """Return ``path`` and the folders above it."""
    return [path, *map(str, PurePosixPath(path).parents)]


def _of_archive(path: Path) -> History:
    """Return the history that an archive holds; what tells of it is unpacked, to be read as in a working directory."""
    with contents.opening(path) as archive, tempfile.TemporaryDirectory() as unpacked:
        _unpack(archive, Path(unpacked))
        jobs = finished(Path(unpacked) / METADATA)
        files = archive.manifest.files
        paths = {path for job in jobs for path in (*job.inputs, *job.outputs)}
        packed = {named(path): files[name].sha256 for path in paths if (name := places.listed(path, files)) in files}
        return _history(path, jobs, Path(unpacked) / RECORDS / "jobs", packed, None)


def _unpack(archive: Archive, target: Path) -> None:
    """Unpack what tells of jobs."""
    for name in archive.zip.names:
        if name.startswith(_FOLDERS):
            place = archive.place(name, target)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(archive.read(name))
