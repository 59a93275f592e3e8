"""Whether results are those that their records tell of, made of the inputs that there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from obverse.archive.places import Places
from obverse.past.jobs import Job
from obverse.past.runs import Run


@dataclass(frozen=True)
class Amiss:
    """A member that is not as recorded, and in which way."""

    member: str
    how: str


def amiss(
    jobs: Iterable[Job], loose: Iterable[str], made: Mapping[str, Run], hashes: Mapping[str, str], places: Places
) -> list[Amiss]:
    """Return what differs from what is recorded, by member; the manifest calls these ``stale``.

    ``loose`` are results that no job is known to have made, ``made`` is the run that made each member, as far as that
    was recorded, and ``hashes`` are the sha256 of each member that there is.
    """
    found = {Amiss(path, "nothing tells how it was made") for path in loose}
    for member, run in made.items():
        recorded = run.outputs[member]
        if recorded and hashes.get(member, recorded) != recorded:
            found.add(Amiss(member, "its bytes are not those that were made"))
    for job in jobs:
        outputs = [member for output in job.outputs for member in places.files(output)]
        runs = {made[member].record: made[member] for member in outputs if member in made}
        read = {places.member(path): sha for path, sha in job.checksums.items()}
        sums = {*read.items(), *(each for run in runs.values() for each in run.inputs.items())}
        changed = {member for member, sha in sums if sha and hashes.get(member, sha) != sha}
        for path in sorted(changed):
            found |= {Amiss(output, f"made of other bytes than {path} has now") for output in outputs}
    return sorted(found, key=lambda each: (each.member, each.how))
