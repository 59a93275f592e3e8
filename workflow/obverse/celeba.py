"""CelebA's lists: who is in each aligned picture, and what is known about it.

Row i describes the file ``{i+1:06d}.jpg``. Some lists start with a line that holds the number of rows and a line that
names the columns; identities and partitions have neither. Names are not part of the official release: the format is
that of the list that circulates.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from obverse import files
from obverse.errors import UnusableInput

FOLDER = "img_align_celeba"  # of every member of img_align_celeba.zip
HEIGHT, WIDTH = 218, 178

_ATTRIBUTE_HEADER = (
    "5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair Blond_Hair "
    "Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup High_Cheekbones Male "
    "Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks "
    "Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace "
    "Wearing_Necktie Young"
)
ATTRIBUTES = _ATTRIBUTE_HEADER.split()
POINTS = ("lefteye", "righteye", "nose", "leftmouth", "rightmouth")
_LANDMARKS = [f"{point}_{axis}" for point in POINTS for axis in "xy"]
_BOX = ["x_1", "y_1", "width", "height"]
_NAMES = ["image_id", "identity_name"]


def file_name(row: int) -> str:
    """Return the name of the picture that row ``row`` (from 0) describes."""
    return f"{row + 1:06d}.jpg"


def file_number(name: str) -> int:
    """Return the number in a picture's name; raise `ValueError` when it has none."""
    return int(Path(name).stem)


def write_identities(path: Path, numbers: Sequence[int]) -> None:
    """Write ``identity_CelebA.txt``: the number of the person in each picture."""
    _write(path, ([number] for number in numbers))


def write_partitions(path: Path, parts: Sequence[int]) -> None:
    """Write ``list_eval_partition.txt``: 0 training, 1 validation, 2 test."""
    _write(path, ([part] for part in parts))


def write_names(path: Path, names: Sequence[str]) -> None:
    """Write the list of names, spelt ``First_Last``; raise `ValueError` for a name with a space."""
    if any(not name or name.split() != [name] for name in names):
        raise ValueError(f"{path}: a name must not be empty or hold a space")
    _write(path, ([name] for name in names), [str(len(names)), " ".join(_NAMES)])


def write_attributes(path: Path, values: pd.DataFrame) -> None:
    """Write ``list_attr_celeba.txt`` from columns `ATTRIBUTES` of +1 and -1."""
    rows = values[ATTRIBUTES].to_numpy()
    if not np.isin(rows, (-1, 1)).all():
        raise ValueError(f"{path}: an attribute must be +1 or -1")
    _write(path, rows.tolist(), [str(len(rows)), _ATTRIBUTE_HEADER])


def write_landmarks(path: Path, points: np.ndarray) -> None:
    """Write ``list_landmarks_align_celeba.txt`` from int [N, 5, 2] (`POINTS`; x, y in pixels)."""
    if points.shape[1:] != (len(POINTS), 2) or not np.issubdtype(points.dtype, np.integer):
        raise ValueError(f"{path}: landmarks must be int [N, 5, 2], found {points.dtype} {points.shape}")
    _write(path, points.reshape(len(points), -1).tolist(), [str(len(points)), " ".join(_LANDMARKS)])


def write_boxes(path: Path, boxes: np.ndarray) -> None:
    """Write ``list_bbox_celeba.txt`` from int [N, 4] (x, y, width, height in the picture before alignment)."""
    _write(path, boxes.tolist(), [str(len(boxes)), " ".join(["image_id", *_BOX])])


def _write(path: Path, rows: Iterable[Sequence[object]], head: Sequence[str] = ()) -> None:
    body = (" ".join(map(str, (file_name(number), *row))) for number, row in enumerate(rows))
    files.write_bytes(path, "".join(f"{line}\n" for line in (*head, *body)).encode())


def read_identities(path: Path) -> pd.DataFrame:
    """Read columns ``image_id`` (file name) and ``identity`` (person's number)."""
    return _read(path, 1, has_head=False).set_axis(["image_id", "identity"], axis=1).astype({"identity": "int64"})


def read_names(path: Path) -> pd.DataFrame:
    """Read columns ``image_id`` (file name) and ``name`` (``First_Last``)."""
    return _read(path, 1, has_head=True, numbers=False).set_axis(["image_id", "name"], axis=1)


def read_attributes(path: Path) -> pd.DataFrame:
    """Read ``image_id`` and columns `ATTRIBUTES` of +1 and -1."""
    table = _read(path, len(ATTRIBUTES), has_head=True).set_axis(["image_id", *ATTRIBUTES], axis=1)
    return table.astype(dict.fromkeys(ATTRIBUTES, "int64"))


def read_landmarks(path: Path) -> np.ndarray:
    """Read int64 [N, 5, 2], in the order of `POINTS`."""
    return _read(path, len(_LANDMARKS), has_head=True).iloc[:, 1:].to_numpy(np.int64).reshape(-1, len(POINTS), 2)


def read_partitions(path: Path) -> np.ndarray:
    """Read int64 [N]: 0 training, 1 validation, 2 test."""
    return _read(path, 1, has_head=False).iloc[:, 1].to_numpy(np.int64)


def _read(path: Path, values: int, has_head: bool, numbers: bool = True) -> pd.DataFrame:
    """Return the file name and ``values`` fields of each row; raise `UnusableInput` naming the line that is broken."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        problem = f"expected one of CelebA's lists, found something unreadable ({error})"
        raise UnusableInput(path, problem, _REMEDY) from error
    start = 2 if has_head else 0
    rows = [line.split() for line in lines[start:]]
    for number, row in enumerate(rows, start + 1):
        if len(row) != values + 1 or not Path(row[0]).stem.isdecimal() or (numbers and not all(map(_is_int, row[1:]))):
            kind = "numbers" if numbers else "words"
            problem = f"expected a file name and {values} {kind}, found {' '.join(row)[:60]!r}"
            raise UnusableInput(f"{path}, line {number}", problem, _REMEDY)
    stated = lines[0].strip() if has_head and lines else str(len(rows))
    if stated != str(len(rows)) or not rows:
        raise UnusableInput(path, f"expected {stated if rows else 'some'} rows, found {len(rows)}", _REMEDY)
    return pd.DataFrame(rows)


def _is_int(word: str) -> bool:
    return word.removeprefix("-").isdecimal()


_REMEDY = "Compare it with the list as CelebA's owners hand it out, and put that one in its place."
