"""Make table 1: which data train the target classifier and the inverter, and how many images of whom those are."""

from pathlib import Path

import pandas as pd

from obverse import cli, files, sheets, style
from obverse.auxiliaries import TRAIN, VALIDATION
from obverse.auxiliaries import read as read_auxiliary
from obverse.paper import Paper
from obverse.samples import read as read_samples
from obverse.samples import rows as find_rows
from obverse.splits import HELD_OUT, MEMBER
from obverse.splits import read as read_splits


def tabulate_allocation(
    *,
    tasks: list[str],
    labels: list[str],
    classifiers: list[str],
    splits: list[Path],
    names: list[str],
    auxiliaries: list[Path],
    datasets: list[str],
    samples: list[Path],
    paper: Path,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the table and its picture, the paper's words beside what is here.

    A row is one of ``labels``: against the target of ``classifiers``, who knows a data set of ``tasks`` divided as
    ``splits`` say, the auxiliary set of ``names``, which lies in ``auxiliaries``. ``datasets`` and their ``samples``
    say whose the images are.
    """
    people = {name: _people(path) for name, path in zip(datasets, samples, strict=True)}
    printed = Paper(paper)
    rows = []
    for task, label, classifier, divided, name, held in zip(
        tasks, labels, classifiers, splits, names, auxiliaries, strict=True
    ):
        said = {key: printed.words("table1", task, label, key) for key in ("classifier_data", "auxiliary_data")}
        rows.append(
            {"task": task, "distribution": label}
            | {f"paper_{key}": words for key, words in said.items()}
            | {"classifier": classifier, "auxiliary": name}
            | _counts(divided, held, task, people)
        )
    counted = pd.DataFrame(rows)
    files.write_bytes(table, counted.to_csv(index=False, float_format="%.6g").encode())
    style.save(sheets.draw(_sheet(counted), origin), picture)


def _people(path: Path) -> pd.Series:
    """Return who is on each image of a data set, by sample_id."""
    table = read_samples(path)
    return pd.Series(table["identity"].to_pylist(), index=table["sample_id"].to_numpy())


def _counts(divided: Path, held: Path, task: str, people: dict[str, pd.Series]) -> dict[str, object]:
    """Return how many images and people the target and the adversary have, and how many of them both have."""
    own, theirs = read_splits(divided).to_pandas(), read_auxiliary(held).to_pandas()
    trained = theirs[theirs["part"] == TRAIN]
    sides = {side: own.loc[own["split"] == side, "sample_id"] for side in (MEMBER, HELD_OUT)}
    named = {name: _named(people[name], group["sample_id"], held) for name, group in theirs.groupby("dataset")}
    shared = theirs.loc[theirs["dataset"] == task, "sample_id"]
    classes = _named(people[task], own["sample_id"], divided)
    return {
        "classes": own["label"].nunique(),
        "members": len(sides[MEMBER]),
        "held_out": len(sides[HELD_OUT]),
        "auxiliary_datasets": "+".join(named),
        "auxiliary_images": len(trained),
        "auxiliary_validation_images": int((theirs["part"] == VALIDATION).sum()),
        "auxiliary_identities": sum(len(group) for group in named.values()),
        "shared_identities": len(classes & named.get(task, set())),
        "shared_members": int(shared.isin(sides[MEMBER]).sum()),
        "shared_held_out": int(shared.isin(sides[HELD_OUT]).sum()),
    }


def _named(people: pd.Series, wanted: pd.Series, where: Path) -> set[str]:
    return set(people.iloc[find_rows(people.index.to_numpy(), wanted.to_numpy(), where)])


def _sheet(counted: pd.DataFrame) -> sheets.Sheet:
    head = ["task", "aux.\ndistribution", "paper:\nclassifier data", "paper:\nauxiliary data", "here:\nclassifier"]
    head += ["here:\nauxiliary set", "classes", "members", "held-out", "auxiliary\ntrain", "auxiliary\nvalidation"]
    head += ["auxiliary\nidentities", "of the\nclasses", "shared\nmembers", "shared\nheld-out"]
    rows = []
    for row in counted.itertuples(index=False):
        words = [row.task, row.distribution, row.paper_classifier_data, row.paper_auxiliary_data, row.classifier]
        counts = [row.classes, row.members, row.held_out, row.auxiliary_images, row.auxiliary_validation_images]
        counts += [row.auxiliary_identities, row.shared_identities, row.shared_members, row.shared_held_out]
        theirs = f"{row.auxiliary}\n({row.auxiliary_datasets})"
        rows.append([*words, theirs, *(f"{count:,}" for count in counts)])
    notes = [
        "Members train the classifier, held-out images of the same classes do not. Auxiliary train images train the "
        "inverter, validation images choose its epoch. Shared: images of the target's that the auxiliary set holds. "
        "Images kept for the evaluation classifier are no target's.",
    ]
    return sheets.Sheet("Table 1: data of the classifier and of the inverter", head, rows, words=6, notes=notes)


if __name__ == "__main__":
    cli.run(tabulate_allocation)
