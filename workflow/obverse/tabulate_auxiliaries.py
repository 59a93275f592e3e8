"""Make table 2: how near reconstructions come, by what the inverter was trained on, beside floors and the ceiling."""

from pathlib import Path

import pandas as pd

from obverse import cli, files, sheets, style, summaries
from obverse.attacks import CEILING, FLOORS, NEAREST
from obverse.auxiliaries import TRAIN, VALIDATION
from obverse.auxiliaries import read as read_auxiliary
from obverse.paper import Paper
from obverse.splits import SPLITS

ALL, NOT_TRAINED_ON = "all", "not trained on"
_BESIDE = (NEAREST, *FLOORS)  # whose errors the picture shows in a column


def tabulate_auxiliaries(
    *,
    tasks: list[str],
    labels: list[str],
    auxiliaries: list[Path],
    scores: list[Path],
    rows: list[int],
    methods: list[str],
    paper: Path,
    resamples: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the table and its picture.

    Row by row, ``tasks`` name the victims' data set, ``labels`` the auxiliary set's distribution, and ``auxiliaries``
    are the sets. File by file, ``rows`` say which row ``scores`` belong to and ``methods`` what made the images: the
    attack, floors, the nearest auxiliary image, the truth; files of one row and method come from different training
    seeds. Of victims whom the auxiliary set holds, those that chose the inverter's epoch, but did not train it, stand
    in further lines (images: not trained on).
    """
    printed, lines = Paper(paper), []
    for row, method in dict.fromkeys(zip(rows, methods, strict=True)):
        found = [path for path, *of in zip(scores, rows, methods, strict=True) if of == [row, method]]
        measured = summaries.read(found)
        measured["part"] = _parts(measured["sample_id"], tasks[row], auxiliaries[row])
        for split in SPLITS:
            own = measured[measured["split"] == split]
            for images, chosen in {ALL: own, NOT_TRAINED_ON: own[own["part"] == VALIDATION]}.items():
                said = {"task": tasks[row], "distribution": labels[row], "method": method, "split": split}
                said |= {"images": images, "paper": float("nan"), "paper_note": ""}
                if images == ALL and method not in (*_BESIDE, CEILING):
                    cell = ("table2", tasks[row], labels[row], f"mse_{split}")
                    said |= {"paper": printed.number(*cell), "paper_note": printed.note(*cell)}
                if len(chosen):
                    seen = {"seen_by_inverter": float((chosen["part"] == TRAIN).mean())}
                    lines.append(said | summaries.describe(chosen, resamples, seed) | seen)
    measured = pd.DataFrame(lines)
    files.write_bytes(table, measured.to_csv(index=False, float_format="%.6g").encode())
    style.save(sheets.draw(_sheet(measured), origin), picture)


def _parts(sample_ids: pd.Series, task: str, auxiliary: Path) -> list[str]:
    """Return which part of the auxiliary set each victim's image is in, nothing where in none."""
    held = read_auxiliary(auxiliary).to_pandas()
    own = held[held["dataset"] == task]
    parts = dict(zip(own["sample_id"], own["part"], strict=True))
    return [parts.get(sample_id, "") for sample_id in sample_ids]


def _sheet(measured: pd.DataFrame) -> sheets.Sheet:
    head = ["task", "aux.\ndistribution", "victims' images", "n", "paper\nMSE", "MSE", "95 % interval"]
    several = bool((measured["seeds"] > 1).any())
    head += ["sd over\nseeds"] * several + ["nearest\naux. image", "mean\nimage", "black", "class\nmean"]
    head += ["SSIM", "PSNR\ndB", "accuracy\n@1", "accuracy\n@5", "truth's\n@1", "nearest's\n@1", "identity\nrank 1"]
    keys = ["task", "distribution", "split", "images"]
    rows = []
    for (task, distribution, split, images), group in measured.groupby(keys, sort=False):
        by_method = group.set_index("method")
        attack = group[~group["method"].isin([*_BESIDE, CEILING])].iloc[0]
        victims = style.LABELS[split] + (", not trained on" if images == NOT_TRAINED_ON else "")
        victims += "*" * bool(attack.seen_by_inverter)
        texts = [task, distribution, victims, f"{attack.n:,}", sheets.number(attack.paper, 4)]
        texts += [sheets.number(attack.mse, 4), sheets.interval(attack.mse_low, attack.mse_high, 4)]
        texts += [sheets.number(attack.mse_sd_seeds, 4)] * several
        texts += [sheets.number(by_method["mse"].get(other, float("nan")), 4) for other in _BESIDE]
        texts += [f"{attack.ssim:.3f}", f"{attack.psnr:.1f}", f"{attack.evaluation1:.3f}", f"{attack.evaluation5:.3f}"]
        texts += [sheets.number(by_method["evaluation1"].get(other, float("nan")), 3) for other in (CEILING, NEAREST)]
        rows.append([*texts, f"{attack.rank1:.3f}"])
    title = "Table 2: mean squared error by what the inverter was trained on"
    return sheets.Sheet(title, head, rows, words=3, grouped=2, notes=_notes(measured))


def _notes(measured: pd.DataFrame) -> list[str]:
    notes = [
        f"MSE: mean squared error per pixel, over images and {sheets.seeds(measured)}; its interval is "
        "over people. Nearest, mean image: of the auxiliary set; class mean: of the class's members, the victim's "
        "own left out. Accuracy: how often the evaluation classifier names the right person (@5: among five). Identity "
        "rank 1: how often the nearest true picture of the split, the victim's own left out, is the right person's.",
    ]
    seen = measured.loc[measured["seen_by_inverter"] > 0, "seen_by_inverter"]
    if len(seen):
        notes.append(
            f"* The inverter was trained on {seen.min():.0%} or more of these images, as in the paper, and the nearest "
            "auxiliary image mostly is the victim's own. Not trained on: the rest of them, which only chose the epoch."
        )
    return notes


if __name__ == "__main__":
    cli.run(tabulate_auxiliaries)
