"""The table of what Rekognition found in each picture of a data set: the face that was meant, as it was answered."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from obverse import samples, tables
from obverse.errors import UnusableInput
from obverse.rekognition import features
from obverse.rekognition.face_details import Box, Details, box, choose, part, unusable

OK, NO_FACE, REFUSED = "ok", "no_face", "refused"

SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("status", pa.string()),  # "ok", "no_face" (none where it should be) or "refused" (the service took no picture)
        ("face", pa.string()),  # JSON of its entry of ``FaceDetails``, keys sorted; null where there is none
    ]
)


class Found(NamedTuple):
    """What an answer says of one sample: `face` is JSON, "" for none; ``faces`` how many are in the picture."""

    status: str
    face: str
    faces: int


def check(answer: object) -> None:
    """Raise `UnusableInput` unless every face of an answer has all that features need; or it says why there is none."""
    for detail in _details(answer):
        box(detail)
        features.vector(detail, None)


def found(answer: object, near: Box | None) -> Found:
    """Return the face that was meant: at the box ``near``, or the largest (`face_details.choose`)."""
    details = _details(answer)
    chosen = choose(details, near)
    if chosen is not None:
        return Found(OK, json.dumps(chosen, sort_keys=True), len(details))
    return Found(REFUSED if "Error" in answer else NO_FACE, "", len(details))


def _details(answer: object) -> Sequence[Details]:
    if not isinstance(answer, Mapping):
        raise unusable(f"expected an object, found {type(answer).__name__}")
    if "Error" in answer:
        return []
    details = part(answer, "FaceDetails", Sequence)
    for detail in details:
        if not isinstance(detail, Mapping):
            raise unusable(f"expected faces, found {type(detail).__name__}")
    return details


def counts(faces: Sequence[Found]) -> dict[str, int]:
    """Return how many samples have each status, and of how many pictures there were several faces, or one elsewhere."""
    statuses = Counter(one.status for one in faces)
    return {status: statuses[status] for status in (OK, NO_FACE, REFUSED)} | {
        "several_faces": sum(one.faces > 1 for one in faces),
        "face_elsewhere": sum(one.faces > 0 and one.status == NO_FACE for one in faces),
    }


def write(path: Path, sample_ids: Sequence[int], faces: Sequence[Found], stamp: dict[str, str]) -> None:
    """Write the table, a row a sample."""
    columns = {
        "sample_id": np.array(sample_ids, np.int64),
        "status": [one.status for one in faces],
        "face": pa.array([one.face or None for one in faces], pa.string()),
    }
    tables.write(path, pa.table(columns), SCHEMA, stamp)


def read(path: Path) -> pa.Table:
    """Read the table."""
    return tables.read(path, SCHEMA)


def vectors(path: Path, sample_ids: np.ndarray, digits: int | None) -> np.ndarray:
    """Return the features float32 [N, 80] of samples that have a face, rounded to ``digits`` (`features.vector`).

    Raises `UnusableInput` for a sample that is not in the table, or has no face there.
    """
    table = read(path)
    rows = samples.rows(table["sample_id"].to_numpy(), sample_ids, path)
    texts = table["face"].take(pa.array(rows)).to_pylist()
    vectors = np.empty((len(texts), len(features.NAMES)), np.float32)
    for row, (sample_id, text) in enumerate(zip(sample_ids.tolist(), texts, strict=True)):
        if text is None:
            problem = f"expected a face of sample_id {sample_id}, found none"
            raise UnusableInput(path, problem, f"Ask for samples of status {OK!r} alone.")
        vectors[row] = features.vector(json.loads(text), digits)
    return vectors
