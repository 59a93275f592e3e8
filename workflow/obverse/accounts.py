"""What one target was asked, what it said, and what that cost: kept as it happens, so that nothing is asked twice.

A folder has one file a version of the target, ``<digest>.jsonl``: answers of another model or another endpoint are not
this one's, but what they cost still counts. A line is written *before* each attempt ({"asked": …}) and one with each
answer ({"answered": …}); so a killed run loses no more than the answers it was waiting for, and knows that it asked.
One more ({"steady": …}) says that the answers before it were found to last.
The file is the ledger: image sha256, time (UTC), cost, answer and its digest.
"""

import datetime
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from obverse import jsonl
from obverse.errors import UnusableInput
from obverse.packed import Packed


class Account:
    """The account of one version of a target, opened to be added to, by several threads; a context manager.

    ``answers`` maps the sha256 of each picture to the last answer about it: a JSON value. ``asked`` counts attempts and
    ``spent_usd`` what they cost, all versions and all earlier runs together. ``steady`` says whether, since the last
    answer came, the target was found to say the same when it is asked again.
    """

    def __init__(self, folder: Path, made_from: str, price_usd: float) -> None:
        """Open the account in ``folder`` of the target that ``made_from`` identifies, an attempt costing so much.

        Raises `UnusableInput` while another process has it open.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.price_usd = folder / _name(made_from), price_usd
        self.answers = Packed()
        self.asked, self.spent_usd, self.steady = 0, 0.0, False
        self._guard, self._lock = threading.Lock(), (folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            problem = "expected nobody else to ask this target, found another process at it"
            raise UnusableInput(folder, problem, "Wait for it, or end it, and run the same command again.") from error
        for path in sorted(folder.glob("*.jsonl")):
            self._take_in(path)
        self._stream = self.path.open("ab", buffering=0)

    def __enter__(self) -> "Account":
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()
        self._lock.close()

    def _take_in(self, path: Path) -> None:
        for kind, one in _lines(path, answers=path == self.path, mend=True):
            if kind == "asked":
                self.asked, self.spent_usd = self.asked + 1, self.spent_usd + one["cost_usd"]
            elif kind == "answered":
                self.answers[one["answered"]], self.steady = one["answer"], False
            else:
                self.steady = True

    def charge(self, names: Sequence[str], allow: Callable[[], None]) -> None:
        """Note that the target is about to be asked about the pictures of these sha256, if ``allow`` does not raise."""
        with self._guard:
            allow()
            for name in names:
                self._add({"asked": name, "time": _now(), "cost_usd": self.price_usd})
                self.asked, self.spent_usd = self.asked + 1, self.spent_usd + self.price_usd

    def keep(self, sha256: str, answer: object) -> None:
        """Keep what the target said about a picture; raise `UnusableInput` when it is no JSON, or the disk is full."""
        with self._guard:
            self._add({"answered": sha256, "time": _now(), "digest": digest(answer), "answer": answer})
            self.answers[sha256], self.steady = answer, False

    def vouch(self) -> None:
        """Note that the target says the same when it is asked again."""
        with self._guard:
            self._add({"steady": True, "time": _now()})
            self.steady = True

    def _add(self, entry: dict[str, object]) -> None:
        try:
            content = jsonl.line(entry)
        except ValueError as error:
            problem = "expected scores that are numbers, found NaN or infinity in an answer"
            raise UnusableInput(
                "the target", problem, "Ask its makers; nothing can be read of such an answer."
            ) from error
        before = os.fstat(self._stream.fileno()).st_size
        with jsonl.room(self.path, "what is answered"):
            try:
                while content:  # a disk that is nearly full takes a part, and says why at the next attempt
                    content = content[self._stream.write(content) :]
            except OSError:
                self._stream.truncate(before)  # or the next line, when there is room again, would be lost with it
                raise


@dataclass(frozen=True)
class Record:
    """What accounts hold: attempts and what they cost, of all versions of a target; answers of one version.

    ``others`` says whether there are accounts of other versions.
    """

    asked: int = 0
    spent_usd: float = 0.0
    answered: int = 0
    steady: bool = False
    others: bool = False


def record(folder: Path, made_from: str | None) -> Record:
    """Return what the accounts in ``folder`` hold; read alone, so that a run at work is not disturbed.

    The version is the one that ``made_from`` identifies; where it is None, nothing counts as answered.
    """
    own = folder / _name(made_from) if made_from is not None else None
    count, spent, answered, steady = 0, 0.0, set(), False
    paths = sorted(folder.glob("*.jsonl"))
    for path in paths:
        for kind, one in _lines(path, answers=path == own, mend=False):
            if kind == "asked":
                count, spent = count + 1, spent + one["cost_usd"]
            elif kind == "answered":
                answered.add(one["answered"])
                steady = False
            else:
                steady = True
    return Record(count, spent, len(answered), steady, others=any(path != own for path in paths))


def _name(made_from: str) -> str:
    """Return the file's name of the version that ``made_from`` identifies."""
    return f"{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.jsonl"


def _lines(path: Path, answers: bool, mend: bool) -> Iterator[tuple[str, dict]]:
    """Yield the lines of an account that count, each with its kind: "asked", or if ``answers`` "answered", "steady"."""
    for one in jsonl.read(path, mend):
        if not isinstance(one, dict):
            continue
        if "asked" in one:
            yield "asked", one
        elif answers and "answered" in one and one.get("digest") == digest(one.get("answer")):
            yield "answered", one
        elif answers and "steady" in one:
            yield "steady", one


def digest(answer: object) -> str:
    """Return the sha256, in hex, of an answer: of its JSON with sorted keys."""
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
