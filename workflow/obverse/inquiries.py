"""Asking a target about a user's two data sets, and keeping what it says as prediction caches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from obverse import asking, predictions, questions, samples, splits, stamps
from obverse.accounts import Account
from obverse.budgets import Budget
from obverse.disclosures import Declaration
from obverse.errors import UnusableInput


@dataclass(frozen=True)
class Inquiry:
    """What is asked: of the victims' data set those in ``split_table``, of the adversary's all that are usable.

    ``question_files`` and ``sample_tables`` are parallel, the victims' first. ``encode`` makes of one picture, uint8
    [S, S] or [S, S, 3], what is sent.
    """

    question_files: list[Path]
    sample_tables: list[Path]
    split_table: Path
    encode: Callable[[np.ndarray], bytes]

    def labels(self) -> list[dict[int, int]]:
        """Return for each data set the class of each picture that is asked about, by sample_id.

        Raises `UnusableInput` where there is none to ask about.
        """
        divided = splits.read(self.split_table)
        victims = dict(zip(divided["sample_id"].to_pylist(), divided["label"].to_pylist(), strict=True))
        table = samples.read(self.sample_tables[1]).to_pandas()
        usable = table.loc[table["status"] == "ok", "sample_id"].tolist()
        for wanted, where in (victims, self.split_table), (usable, self.sample_tables[1]):
            if not wanted:
                problem = "expected pictures to ask about, found none that may be used"
                raise UnusableInput(where, problem, "Give more: the logs of prepare_pictures say what is left out.")
        return [victims, dict.fromkeys(usable, predictions.NOT_A_CLASS)]

    def contents(self, place: int, sample_ids: list[int]) -> Iterator[bytes]:
        """Yield what is sent about pictures of one of the data sets."""
        pixels = questions.read(self.question_files[place])
        known = samples.read(self.sample_tables[place])["sample_id"].to_numpy()
        for row in samples.rows(known, np.array(sample_ids), self.sample_tables[place]):
            yield self.encode(pixels[row])


def class_names(names: list[str], samples_of_victims: Path, classes: int) -> tuple[str, ...]:
    """Return what answers may call the ``classes``: ``names``, or else the subfolders, if there is one for each."""
    found = sorted(set(samples.read(samples_of_victims)["identity"].to_pylist()) - {""})
    return tuple(names or (found if len(found) == classes else []))


def run(
    inquiry: Inquiry,
    target: asking.Target,
    declared: Declaration,
    account: Account,
    budget: Budget,
    caches: list[Path],
    stamp: dict[str, object],
) -> None:
    """Ask ``target`` about every picture whose answer ``account`` lacks, and write its log-probabilities to ``caches``.

    ``stamp`` holds what they were made with beside the data. Raises `UnusableInput` as `asking.complete` does, and for
    an answer that contradicts what is ``declared``.
    """
    labels = inquiry.labels()

    def every() -> Iterator[bytes]:
        for place, asked in enumerate(labels):
            yield from inquiry.contents(place, list(asked))

    asking.complete(target, every, account, budget)
    inputs = {"splits": inquiry.split_table}
    for place, (cache, asked) in enumerate(zip(caches, labels, strict=True)):
        names = map(asking.sha256, inquiry.contents(place, list(asked)))
        said = np.stack([declared.log_probabilities(account.answers[name]) for name in names])
        inputs |= {"questions": inquiry.question_files[place], "samples": inquiry.sample_tables[place]}
        made = stamps.stamp(f"ask {target.name}", inputs, releases=declared.releases, **stamp)
        keys = np.array(list(asked), np.int64)
        predictions.write(cache, keys, np.array(list(asked.values()), np.int64), said, made)
