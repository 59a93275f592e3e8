"""What stages that ask a target read: victims' pictures and an adversary's, as the stages before would leave them.

Some are not to be asked about: a victim that is reserved, a picture of the adversary's that a victim's is. Two are the
same picture.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from obverse import predictions, questions, samples, splits

NAMES = ["ann", "bob", "cy", "dee", "eve"]  # of the classes, and of the victims' subfolders
CLASSES = len(NAMES)
LABELS = {13: 4, 10: 0, 15: 2, 11: 1, 12: 0, 14: 3}  # of the victims, by sample_id; 16 is not among them
HELD = [3, 0, 2, 4, 6, 1, 7]  # of the adversary's; 5 is one of the victims'
DISTINCT = len(LABELS) + len(HELD) - 1  # pictures to ask about
AMPLE = {"max_questions": 1000, "price_usd": 0.0, "max_cost_usd": 0.0, "confirm_spend": False}


@dataclass(frozen=True)
class Pictures:
    """``pixels`` are what is asked about, of victims and adversary, by sample_id."""

    folder: Path
    pixels: list[dict[int, np.ndarray]]

    def files(self, name: str) -> list[Path]:
        """Return the file called ``name`` of either data set."""
        return [self.folder / which / name for which in ("images", "auxiliary")]

    def arguments(self, **changes: object) -> dict[str, object]:
        """Return what a stage that asks is told of them, and of the declaration of a target of whole vectors."""
        told = {"target": "mine", "classes": CLASSES, "names": [], "releases": "full", "scale": "probabilities"}
        told |= {"questions": self.files("questions.npy"), "samples": self.files("samples.parquet")}
        told |= {"splits": self.folder / "splits.parquet", "account": self.folder / "asked" / "mine"}
        return told | AMPLE | {"predictions": self.files("predictions.parquet")} | changes

    def caches(self) -> list[dict[int, np.ndarray]]:
        """Return the log-probabilities that were written, by sample_id; check labels and order."""
        found = [predictions.read(path, CLASSES) for path in self.files("predictions.parquet")]
        assert dict(zip(*(values.tolist() for values in found[0][:2]), strict=True)) == LABELS
        assert set(found[1][1].tolist()) == {predictions.NOT_A_CLASS}
        assert [ids.tolist() for ids, _, _ in found] == [list(LABELS), HELD]
        return [dict(zip(ids.tolist(), scores, strict=True)) for ids, _, scores in found]

    def lines(self) -> list[dict]:
        """Return what all accounts hold, line by line."""
        paths = sorted((self.folder / "asked" / "mine").glob("*.jsonl"))
        return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]

    def asked(self) -> int:
        """Return how many questions the accounts note."""
        return sum("asked" in line for line in self.lines())

    def answers(self) -> dict[str, object]:
        """Return the answers that the accounts hold, by the picture's sha256."""
        return {line["answered"]: line["answer"] for line in self.lines() if "answered" in line}


def write(folder: Path, shape: tuple[int, ...]) -> Pictures:
    """Write data sets of noise into ``folder``, what is asked about being of ``shape``."""
    random = np.random.default_rng(3)
    ids = [np.array([*LABELS, 16]), np.array([*HELD[:3], 5, *HELD[3:]])]
    status = [["ok"] * 7, ["ok", "ok", "ok", "overlap", "ok", "ok", "ok", "ok"]]
    pixels = [random.integers(0, 256, (len(known), *shape), dtype=np.uint8) for known in ids]
    pixels[1][1] = pixels[1][6]
    made = Pictures(
        folder, [dict(zip(known.tolist(), own, strict=True)) for known, own in zip(ids, pixels, strict=True)]
    )
    for place, (known, own) in enumerate(zip(ids, pixels, strict=True)):
        folders = [NAMES[LABELS.get(one, 1)] if place == 0 else "x" for one in known.tolist()]
        columns = {"sample_id": known, "identity": folders, "source": ["x.png"] * len(known)}
        columns |= {"status": status[place], "duplicate_group": known}
        questions.write(made.files("questions.npy")[place], own)
        samples.write(made.files("samples.parquet")[place], pa.table(columns), {})
    rows = {"sample_id": list(LABELS), "label": list(LABELS.values()), "split": ["member"] * len(LABELS)}
    splits.write(folder / "splits.parquet", pa.table(rows), {})
    return made
