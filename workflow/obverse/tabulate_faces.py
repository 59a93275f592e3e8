"""Make table 4: how near faces are rebuilt from what Rekognition says of them, beside floors."""

from pathlib import Path

import pandas as pd

from obverse import cli, files, sheets, style, summaries
from obverse.ledger.evidence import Evidence
from obverse.paper import Paper
from obverse.rekognition import scores as of_faces
from obverse.rekognition.rows import FLOORS, WHOLE

_MEASURES = ("ssim", "rank1")
_NAMES = dict(zip(FLOORS, ("floor: mean picture", "floor: nearest face"), strict=True))


def tabulate_faces(
    *,
    labels: list[str],
    parts: list[str],
    scores: list[Path],
    paper: Path,
    source: str,
    resamples: int,
    seed: int,
    origin: str,
    picture: Path,
    table: Path,
) -> None:
    """Write the table and its picture.

    ``labels`` (a row of the paper's, or one of the floors), ``parts`` (known, unknown) and ``scores`` are parallel;
    files of one label and part come from different training seeds. ``source`` says who answered: embedded, or official.
    Each row's mean squared error stands beside that of whole features, as the share by which it is larger.
    """
    printed, found = Paper(paper), of_faces.by_label(labels, parts, scores)
    evidence, lines = Evidence(found, resamples, seed), []
    for part in dict.fromkeys(parts):
        for label, rows in found.items():
            scored = rows[rows["split"] == part]
            cell = ("table4", "rekognition", label, f"mse_{part}")
            said = {"source": source, "part": part, "features": label, "paper": printed.number(*cell)}
            said |= {"n": scored["sample_id"].nunique(), "identities": scored["identity"].nunique()}
            said |= {"seeds": scored["training"].nunique(), "queries": scored["queries"].max()}
            said |= summaries.estimate(scored, "mse", resamples, seed)
            lines.append(said | _beside(evidence, label, part) | {name: scored[name].mean() for name in _MEASURES})
    measured = pd.DataFrame(lines)
    files.write_bytes(table, measured.to_csv(index=False, float_format="%.6g").encode())
    style.save(sheets.draw(_sheet(measured, source), origin), picture)


def _beside(evidence: Evidence, label: str, part: str) -> dict[str, float]:
    """Return by how much of whole features' error this row's is larger, and the 95 % interval of that over people."""
    whole, more = evidence.mean(WHOLE, part).value, evidence.difference(label, WHOLE, part)
    return {"more": more.value / whole, "more_low": more.low / whole, "more_high": more.high / whole}


def _sheet(measured: pd.DataFrame, source: str) -> sheets.Sheet:
    several = bool((measured["seeds"] > 1).any())
    head = ["people", "told of a face", "n", "paper\nMSE", "MSE", "95 % interval", *["sd over\nseeds"] * several]
    head += ["more than\n80 features", "95 % interval", "SSIM", "identity\nrank 1"]
    rows = []
    for line in measured.itertuples():
        texts = [line.part, _NAMES.get(line.features, line.features), f"{line.n:,}", sheets.number(line.paper, 4)]
        texts += [sheets.number(line.mse, 5), sheets.interval(line.mse_low, line.mse_high, 5)]
        texts += [sheets.number(line.mse_sd_seeds, 5)] * several
        own = line.features == WHOLE
        texts += ["–", "–"] if own else [f"{line.more:+.1%}", f"{line.more_low:+.1%} – {line.more_high:+.1%}"]
        rows.append([*texts, f"{line.ssim:.3f}", f"{line.rank1:.3f}"])
    asked = "Amazon Rekognition" if source == "official" else "the embedded stand-in, not Amazon Rekognition"
    notes = [
        f"Answers of {asked}. MSE: mean squared error per pixel, over images and {sheets.seeds(measured)}; its "
        "interval is over people. Identity rank 1: how often the nearest other picture of the victims is the right "
        "person's. Mean picture, nearest face: of the adversary's own; nearest by the 80 features.",
        "* Ours. Round: of the service's own values. Standardized: of the features that the inverter makes of them, "
        "which may be what the paper did.",
    ]
    return sheets.Sheet("Table 4: faces rebuilt from what a service says of them", head, rows, words=2, notes=notes)


if __name__ == "__main__":
    cli.run(tabulate_faces)
