"""FaceScrub: its lists of pictures on the web, and the table of what came back.

The lists (revision of 9 March 2016) are tab separated: ``name  image_id  face_id  url  bbox  sha256``. `face_id` is
unique; faces of one composite picture share an `image_id`. `bbox` is ``x1,y1,x2,y2`` with x2, y2 exclusive; `sha256` is
of the whole picture's bytes. A person's gender is the list that names the person.
"""

import re
from pathlib import Path

import pandas as pd
import pyarrow as pa

from obverse import files, tables
from obverse.errors import UnusableInput

COLUMNS = ["name", "image_id", "face_id", "url", "x1", "y1", "x2", "y2", "sha256"]

FETCHED = pa.schema(
    [
        ("face_id", pa.int64()),
        ("name", pa.string()),
        ("gender", pa.string()),  # "male" or "female": the list it stands in
        ("image_id", pa.int64()),
        ("url", pa.string()),
        ("host", pa.string()),  # the URL's; "" where that is no web address
        *((corner, pa.int64()) for corner in ("x1", "y1", "x2", "y2")),
        ("status", pa.string()),  # "ok", or why there is no picture (docs/data.md lists the words)
        ("http_code", pa.int64()),  # null where no server answered
        ("final_url", pa.string()),  # who answered, where redirects led elsewhere
        ("attempts", pa.int64()),
        ("sha256", pa.string()),  # of the bytes that came; null where none did
        ("bytes", pa.int64()),
        ("width", pa.int64()),  # of the picture, pixels; null where there is none
        ("height", pa.int64()),
        ("member", pa.string()),  # where the archive keeps the bytes; null where it does not
    ]
)

_HEADER = ["name", "image_id", "face_id", "url", "bbox", "sha256"]
_BOX = re.compile(r"-?\d+(,-?\d+){3}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def write_list(path: Path, faces: pd.DataFrame) -> None:
    """Write ``faces`` (columns `COLUMNS`) as one of FaceScrub's lists."""
    lines = ["\t".join(_HEADER)]
    for face in faces[COLUMNS].itertuples(index=False):
        box = f"{face.x1},{face.y1},{face.x2},{face.y2}"
        fields = (face.name, str(face.image_id), str(face.face_id), face.url, box, face.sha256)
        if any("\t" in field or "\n" in field for field in fields):
            raise ValueError(f"{path}: face_id {face.face_id} has a tab or a line break in a field")
        lines.append("\t".join(fields))
    files.write_bytes(path, ("\n".join(lines) + "\n").encode())


def read_list(path: Path) -> pd.DataFrame:
    """Read one of FaceScrub's lists, with or without its header line, as columns `COLUMNS`.

    Raises `UnusableInput` naming the line of the first row that is broken, or when there is no row at all.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableInput(
            path, f"expected one of FaceScrub's lists, found something unreadable ({error})", _REMEDY
        ) from error
    first = lines[0].rstrip("\r").split("\t")
    start = 1 if [field.strip().lower() for field in first] == _HEADER else 0
    rows = [_row(path, number, line) for number, line in enumerate(lines[start:], start + 1) if line.strip()]
    if not rows:
        raise UnusableInput(path, "expected at least one face, found an empty list", _REMEDY)
    faces = pd.DataFrame(rows, columns=COLUMNS)
    if faces["face_id"].duplicated().any():
        twice = faces.loc[faces["face_id"].duplicated(), "face_id"].iloc[0]
        raise UnusableInput(path, f"expected every face_id once, found {twice} twice", _REMEDY)
    return faces


def read_lists(actors: Path, actresses: Path) -> pd.DataFrame:
    """Read both lists as columns `COLUMNS` and ``gender``; raise `UnusableInput` when they share a face_id."""
    faces = pd.concat(
        [read_list(path).assign(gender=gender) for path, gender in ((actors, "male"), (actresses, "female"))],
        ignore_index=True,
    )
    twice = faces.loc[faces["face_id"].duplicated(), "face_id"]
    if len(twice):
        problem = f"expected face_ids other than the actors', found {twice.iloc[0]} in both lists"
        raise UnusableInput(actresses, problem, "Give the actors' and the actresses' list, each in its place.")
    return faces


def _row(path: Path, number: int, line: str) -> tuple[str | int, ...]:
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) != len(_HEADER):
        problem = f"expected {len(_HEADER)} tab-separated fields, found {len(fields)}"
    elif not (fields[1].isdecimal() and fields[2].isdecimal()):
        problem = f"expected numbers as image_id and face_id, found {fields[1]!r} and {fields[2]!r}"
    elif not _BOX.fullmatch(fields[4]):
        problem = f"expected a box as x1,y1,x2,y2, found {fields[4]!r}"
    elif not _SHA256.fullmatch(fields[5]):
        problem = f"expected a sha256 of 64 hex digits, found {fields[5]!r}"
    elif not (fields[0] and fields[3]):
        problem = "expected a name and a url, found an empty field"
    else:
        return fields[0], int(fields[1]), int(fields[2]), fields[3], *map(int, fields[4].split(",")), fields[5].lower()
    raise UnusableInput(f"{path}, line {number}", problem, _REMEDY)


_REMEDY = "Compare it with the list as FaceScrub's owners hand it out, and put that one in its place."


def write_fetched(path: Path, table: pa.Table, stamp: dict[str, str]) -> None:
    """Write the table of what came back, one row a face of the lists."""
    tables.write(path, table, FETCHED, stamp)


def read_fetched(path: Path) -> pa.Table:
    """Read the table of what came back."""
    return tables.read(path, FETCHED)
