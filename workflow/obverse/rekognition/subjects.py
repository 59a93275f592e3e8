"""Whom Rekognition is asked about: pictures of a data set as its source has them, read one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from obverse import archives, facescrub, pictures, samples
from obverse.errors import UnusableInput
from obverse.rekognition import sendable
from obverse.rekognition.face_details import Box
from obverse.rekognition.sendable import Sendable

_REMEDY = "Its inputs do not belong together: make the data set anew, then run the same command again."


class Subject(NamedTuple):
    """A usable sample, the member of the archives that shows it, and where: None is the middle, or all of it."""

    sample_id: int
    member: str
    box: Box | None  # left, top, right, bottom in the stored picture's pixels


@dataclass(frozen=True)
class Subjects:
    """The usable samples of one data set; ``pictures`` is a zip archive, or a folder of them."""

    pictures: Path
    samples: list[Subject]

    def sent(self) -> Iterator[tuple[Subject, Sendable]]:
        """Yield what is sent about each sample; raise `UnusableInput` for a picture that is missing or damaged."""
        with archives.reading(self.pictures) as members:
            for subject in self.samples:
                yield subject, self._sendable(members, subject.member)

    def _sendable(self, members: archives.Reader, name: str) -> Sendable:
        try:
            return sendable.prepare(members.read(name))
        except KeyError as error:
            raise UnusableInput(self.pictures, f"expected member {name}, found no such one", _REMEDY) from error
        except pictures.NotAPicture as error:
            where = f"{self.pictures}, member {name}"
            raise UnusableInput(where, f"expected a picture, found none ({error})", _REMEDY) from error


def of_celeba(archive: Path, table: Path) -> Subjects:
    """Return CelebA's usable samples: the aligned pictures, whole."""
    return Subjects(archive, [Subject(sample_id, member, None) for sample_id, member in _usable(table)])


def of_facescrub(folder: Path, fetched: Path, table: Path) -> Subjects:
    """Return FaceScrub's usable samples: the pictures as they were fetched, and each face's box in them."""
    listed = facescrub.read_fetched(fetched).to_pandas()
    boxes = listed[["x1", "y1", "x2", "y2"]].astype(float).itertuples(index=False, name=None)
    held = dict(zip(listed["face_id"].tolist(), zip(listed["member"].tolist(), boxes, strict=True), strict=True))
    found = []
    for sample_id, _ in _usable(table):
        member, box = held.get(sample_id, (None, None))
        if not isinstance(member, str):
            raise UnusableInput(fetched, f"expected the picture of face_id {sample_id}, found none", _REMEDY)
        found.append(Subject(sample_id, member, box))
    return Subjects(folder, found)


def _usable(table: Path) -> list[tuple[int, str]]:
    """Return sample_id and source of what may be used; raise `UnusableInput` where nothing may."""
    rows = samples.read(table).to_pandas()
    rows = rows[rows["status"] == "ok"]
    if rows.empty:
        problem = "expected pictures to ask about, found none that may be used"
        raise UnusableInput(table, problem, "Look at the log of the rule that made it.")
    return list(zip(rows["sample_id"].tolist(), rows["source"].tolist(), strict=True))
