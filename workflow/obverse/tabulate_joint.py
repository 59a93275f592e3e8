"""Make table 3: what training target and inverter together costs in accuracy and gains in error."""

from pathlib import Path

import pandas as pd

from obverse import cli, files, sheets, style, summaries
from obverse.answers import named
from obverse.paper import Paper
from obverse.splits import HELD_OUT


def tabulate_joint(
    *,
    tasks: list[str],
    labels: list[str],
    weights: list[float],
    num_classes: list[int],
    scores: list[Path],
    predictions: list[Path],
    rows: list[int],
    floors: list[Path],
    floor_tasks: list[str],
    floor_methods: list[str],
    paper: Path,
    resamples: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the table and its picture; all is measured on held-out images.

    Row by row, ``tasks`` name the data set, ``labels`` the way the inverter was trained, ``weights`` what its error
    weighs in the loss (NaN: trained apart), ``num_classes`` how many the target knows. File by file, ``rows`` say
    which row ``scores`` and ``predictions`` (the target's, of its own data set) belong to; files of one row come from
    different training seeds. ``floors``, of ``floor_tasks``, are what ``floor_methods`` show against the first target
    of the task; those of one task and method come from different training seeds too.
    """
    printed, lines = Paper(paper), []
    for row, (task, label, weight) in enumerate(zip(tasks, labels, weights, strict=True)):
        given = [pair for pair, of in zip(zip(scores, predictions, strict=True), rows, strict=True) if of == row]
        held_out = _held_out([path for path, _ in given])
        right = _recognised(held_out, [path for _, path in given], num_classes[row])
        cells = {name: ("table3", task, label, name) for name in ("accuracy", "mse")}
        lines.append(
            {"task": task, "row": label, "weight": weight}
            | {f"paper_{name}": printed.number(*cell) for name, cell in cells.items()}
            | summaries.estimate(right, "right", resamples, seed)
            | summaries.describe(held_out, resamples, seed)
            | {"paper_note": printed.note(*cells["mse"])}
        )
    for task, method in dict.fromkeys(zip(floor_tasks, floor_methods, strict=True)):
        found = [path for path, *of in zip(floors, floor_tasks, floor_methods, strict=True) if of == [task, method]]
        described = summaries.describe(_held_out(found), resamples, seed)
        lines.append({"task": task, "row": style.LABELS[method], "paper_note": ""} | described)
    measured = pd.DataFrame(lines).rename(columns=lambda name: name.replace("right", "accuracy"))
    measured = measured.sort_values("task", kind="stable", key=lambda task: task.map(tasks.index), ignore_index=True)
    files.write_bytes(table, measured.to_csv(index=False, float_format="%.6g").encode())
    style.save(sheets.draw(_sheet(measured), origin), picture)


def _held_out(paths: list[Path]) -> pd.DataFrame:
    scored = summaries.read(paths)
    return scored[scored["split"] == HELD_OUT]


def _recognised(scored: pd.DataFrame, caches: list[Path], num_classes: int) -> pd.DataFrame:
    """Return ``scored``, as `summaries.read` gives it, with whether the target names the right person: ``right``."""
    parts = []
    for training, path in enumerate(caches):
        part = scored[scored["training"] == training]
        parts.append(part.assign(right=named(path, num_classes, part["sample_id"].to_numpy()) == part["label"]))
    return pd.concat(parts)


def _sheet(measured: pd.DataFrame) -> sheets.Sheet:
    several = bool((measured["seeds"] > 1).any())
    head = ["task", "inverter trained", "weight", "paper\naccuracy", "accuracy", "95 % interval"]
    head += ["sd over\nseeds"] * several + ["paper\nMSE", "MSE", "95 % interval"] + ["sd over\nseeds"] * several
    head += ["SSIM", "PSNR\ndB", "evaluation\naccuracy @1"]
    rows, doubts = [], []
    for line in measured.itertuples(index=False):
        if line.paper_note:
            doubts.append(f"{line.task}, {line.row}, MSE {line.paper_mse:.4f}: {line.paper_note}.")
        texts = [line.task, line.row, sheets.number(line.weight, 3).rstrip("0").rstrip(".")]
        texts += [sheets.number(line.paper_accuracy, 3), sheets.number(line.accuracy, 3)]
        texts += [sheets.interval(line.accuracy_low, line.accuracy_high, 3)]
        texts += [sheets.number(line.accuracy_sd_seeds, 4)] * several
        texts += [sheets.number(line.paper_mse, 4) + "*" * bool(line.paper_note), sheets.number(line.mse, 4)]
        texts += [sheets.interval(line.mse_low, line.mse_high, 4)]
        texts += [sheets.number(line.mse_sd_seeds, 4)] * several
        rows.append([*texts, f"{line.ssim:.3f}", sheets.number(line.psnr, 1), f"{line.evaluation1:.3f}"])
    notes = [
        "On held-out images. Weight: of the inverter's mean squared error beside the classifier's cross-entropy, where "
        f"both are trained together. Means over {sheets.seeds(measured)}, intervals over people.",
    ]
    if doubts:
        notes.append("* As printed. " + " ".join(doubts))
    title = "Table 3: classification accuracy and mean squared error, inverter trained by the target's owner"
    return sheets.Sheet(title, head, rows, words=2, notes=notes)


if __name__ == "__main__":
    cli.run(tabulate_joint)
