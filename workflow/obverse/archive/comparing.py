"""Whether a file that was made again is the archive's: the same bytes, or numbers that agree within a tolerance.

On the platform that an archive was made on, the bytes are the same. On another, sums are added up in another order, and
what is trained differs in the last digits at first, and by more the longer it is trained.
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePath

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import safetensors.numpy
from PIL import Image

RELATIVE = 0.02  # of a number in a text, or of an array's root mean square
ABSOLUTE = 0.002  # of a share in a csv, where that is more: of a few hundred pictures, to three decimals

SAME, AGREES, DIFFERS = "same bytes", "agrees", "differs"

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_BROKEN = (ValueError, OSError, KeyError, SyntaxError, csv.Error, pa.ArrowException, safetensors.SafetensorError)

# Columns of a csv by name: of numbers that name something, and of shares of pictures or people.
_NAMES = re.compile(r"m|k|(\w+_)?(id|label|identity|group|seed|epoch)")
_SHARES = re.compile(r"(\w+_)?(accuracy|share|rank1|evaluation[15]|named|right|by_inverter)(_low|_high|_sd_seeds)?")
_RANK = "_rank"  # how columns of places end: they shift as scores do


@dataclass(frozen=True)
class Comparison:
    """The verdict on a file, and what it rests on, in words."""

    verdict: str
    words: str = ""


def compare(name: str, archived: bytes, made: bytes) -> Comparison:
    """Return how ``made`` compares with ``archived``, by the kind of file that ``name`` is of.

    Texts (csv, html, json, yaml, txt) must have the same words, and numbers within `RELATIVE`; in a csv, shares may be
    `ABSOLUTE` apart, and numbers that name something (ids, labels) must be equal. Tables, weights, arrays and pictures
    must have the same shape and words, and of each column, tensor or array the root mean square difference must be
    within `RELATIVE` of the archive's root mean square; whole numbers must be equal, but for ranks and for the bytes of
    pictures. Other kinds must be the same bytes.
    """
    if archived == made:
        return Comparison(SAME)
    known = _KINDS.get(PurePath(name).suffix)
    if known is None:
        return Comparison(DIFFERS, "other bytes, of a kind that is not looked into")
    try:
        return known(archived, made)
    except _BROKEN as error:
        return Comparison(DIFFERS, f"not to be read: {' '.join(str(error).split())[:80]}")


def _texts(archived: bytes, made: bytes) -> Comparison:
    before, now = archived.decode(), made.decode()
    return _numbers(before, now, [(RELATIVE, 0.0)] * len(_NUMBER.findall(before)))


def _csv(archived: bytes, made: bytes) -> Comparison:
    before, now = archived.decode(), made.decode()
    rows = csv.reader(io.StringIO(before, newline=""))
    head = next(rows, [])
    within = [(0.0, 0.0) for name in head for _ in _NUMBER.findall(name)]
    for row in rows:
        for name, cell in zip_longest(head[: len(row)], row, fillvalue=""):
            within += [_within(name)] * len(_NUMBER.findall(cell))
    return _numbers(before, now, within)


def _within(column: str) -> tuple[float, float]:
    """Return by how much numbers of a csv's column may differ: as a share of themselves, and in any case."""
    if _NAMES.fullmatch(column):
        return 0.0, 0.0
    return RELATIVE, ABSOLUTE if _SHARES.fullmatch(column) else 0.0


def _numbers(before: str, now: str, within: list[tuple[float, float]]) -> Comparison:
    """Compare texts number by number; ``within`` has for each what `_within` returns."""
    if _NUMBER.split(before) != _NUMBER.split(now):
        return Comparison(DIFFERS, "other words")
    pairs = np.array([_NUMBER.findall(before), _NUMBER.findall(now)], float)
    relative, absolute = np.array(within).T
    apart = pairs[0] != pairs[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(apart, np.abs(pairs[0] - pairs[1]), 0)
        allowed = np.maximum(np.abs(pairs).max(axis=0) * relative, absolute)
        share = np.where(apart, off / allowed, 0)
    worst = int(share.argmax())
    words = f"{apart.sum():,} of {apart.size:,} numbers differ, most {pairs[0, worst]:.9g} and {pairs[1, worst]:.9g}"
    return Comparison(AGREES if share[worst] <= 1 else DIFFERS, words)


def _arrays(archived: dict[str, np.ndarray], made: dict[str, np.ndarray]) -> Comparison:
    """Compare arrays by their names; those of no numbers must be equal, and those of whole ones but ranks."""
    if archived.keys() != made.keys():
        return Comparison(DIFFERS, "others: " + ", ".join(sorted(archived.keys() ^ made.keys())))
    worst, where = 0.0, ""
    for name, before in archived.items():
        now = made[name]
        if before.shape != now.shape or before.dtype != now.dtype:
            return Comparison(
                DIFFERS, f"{name}: {before.dtype} {before.shape} and {now.dtype} {now.shape}".lstrip(": ")
            )
        if before.dtype.kind in "iu" and before.dtype != np.uint8 and not name.endswith(_RANK):
            if changed := np.count_nonzero(before != now):
                whole = f"{changed:,} of {before.size:,} whole numbers differ"
                return Comparison(DIFFERS, f"{whole} in {name}" if name else whole)
            continue
        off = _off(before, now)
        if off > worst:
            worst, where = off, f" in {name}" if name else ""
    words = f"root mean square off by {worst:.2g}{where}"
    return Comparison(AGREES if worst <= RELATIVE else DIFFERS, words)


def _off(before: np.ndarray, now: np.ndarray) -> float:
    """Return the root mean square difference as a share of what was; infinity where words or gaps differ."""
    if before.dtype.kind not in "fiub":
        return 0.0 if np.array_equal(before, now) else np.inf
    before, now = before.astype(float), now.astype(float)
    same = (before == now) | (np.isnan(before) & np.isnan(now))
    if same.all():
        return 0.0
    finite = np.isfinite(before) & np.isfinite(now)
    if not (finite | same).all():
        return np.inf
    size = np.sqrt(np.square(before[finite]).mean())
    return float(np.sqrt(np.square(before[finite] - now[finite]).mean()) / size) if size else np.inf


def _npy(content: bytes) -> dict[str, np.ndarray]:
    return {"": np.load(io.BytesIO(content), allow_pickle=False)}


def _png(content: bytes) -> dict[str, np.ndarray]:
    with Image.open(io.BytesIO(content)) as picture:
        return {"": np.asarray(picture.convert("RGB"))}


def _parquet(content: bytes) -> dict[str, np.ndarray]:
    """Return each column; of lists, their values one after the other, and how long each is; of gaps, where they are."""
    table, found = pq.read_table(io.BytesIO(content)), {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if (
            pa.types.is_list(column.type)
            or pa.types.is_large_list(column.type)
            or pa.types.is_fixed_size_list(column.type)
        ):
            found[f"{name} (lengths)"] = np.array([-1 if one is None else len(one) for one in column.to_pylist()])
            column = column.flatten()
        if pa.types.is_integer(column.type) and column.null_count:  # else numpy had them as numbers with a point
            found[f"{name} (gaps)"] = column.is_null().to_numpy(zero_copy_only=False).astype(int)
            column = column.fill_null(0)
        found[name] = column.to_numpy(zero_copy_only=False)
    return found


def _looked_into(read: Callable[[bytes], dict[str, np.ndarray]]) -> Callable[[bytes, bytes], Comparison]:
    return lambda archived, made: _arrays(read(archived), read(made))


_KINDS = dict.fromkeys((".html", ".json", ".yaml", ".txt"), _texts) | {
    ".csv": _csv,
    ".npy": _looked_into(_npy),
    ".png": _looked_into(_png),
    ".parquet": _looked_into(_parquet),
    ".safetensors": _looked_into(safetensors.numpy.load),
}
