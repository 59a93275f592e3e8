"""Check the paper's claims: its numbers beside ours, and a verdict on each by a stated rule."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from obverse import cli, files, pose_readers
from obverse.attacks import FLOORS, NEAREST
from obverse.ledger import claims, evidence, faces, page, quantities, summaries
from obverse.ledger.evidence import Evidence
from obverse.ledger.findings import Facts, Finding
from obverse.paper import Paper
from obverse.rekognition import scores as of_faces

_BESIDE = (*FLOORS, NEAREST)


def check_claims(
    *,
    names: list[str],
    scores: list[Path],
    draws: list[int],
    floor_names: list[str],
    floors: list[Path],
    accuracy_names: list[str],
    predictions: list[Path],
    splits: list[Path],
    num_classes: list[int],
    class_names: list[str],
    class_tables: list[Path],
    angle_names: list[str],
    angles: list[Path],
    reading: Path,
    face_names: list[str],
    face_parts: list[str],
    face_scores: list[Path],
    numbers: list[Path],
    paper: Path,
    stand_ins: list[str],
    calibrated: bool,
    resamples: int,
    seed: int,
    origin: str,
    table: Path,
    html: Path,
) -> None:
    """Write the ledger as ``table`` (csv) and as a page.

    Parallel lists: ``names``, ``scores`` and ``draws``, one file for each attack, training seed and draw of classes;
    ``floor_names`` (``{attack} / {floor}``) and ``floors``; ``accuracy_names``, ``predictions``, ``splits`` and
    ``num_classes``.
    ``class_names`` and ``class_tables`` are of attacks on classes (`class_pictures`), ``angle_names`` and ``angles`` of
    where pictures look (`pose_readers`), and ``reading`` (csv) says how surely that is read; ``face_names``,
    ``face_parts`` and ``face_scores`` are as `tabulate_faces` has them, or empty; ``numbers`` are tables
    (csv: name, value) of all else claims are about. ``stand_ins`` are the data sets whose part others play;
    poses are ``calibrated`` where their limits are set by the paper's shares.
    """
    known = pd.concat([pd.read_csv(path) for path in numbers]).set_index("name")["value"].to_dict()
    no_draws = [0] * len(floors)
    facts = Facts(
        Evidence(evidence.read([*names, *floor_names], [*scores, *floors], [*draws, *no_draws]), resamples, seed),
        Evidence(evidence.accuracies(accuracy_names, predictions, splits, num_classes), resamples, seed),
        Evidence(evidence.classes(class_names, class_tables), resamples, seed),
        Evidence(of_faces.by_label(face_names, face_parts, face_scores), resamples, seed),
        {name: _angles(path) for name, path in zip(angle_names, angles, strict=True)},
        pd.read_csv(reading),
        known,
        Paper(paper),
        frozenset(stand_ins),
        calibrated,
        evidence.asked(names),
    )
    found = list(_findings(facts))
    rows = pd.DataFrame([_row(finding, facts) for finding in found])
    files.write_bytes(table, rows.to_csv(index=False, float_format="%.5g").encode())
    files.write_bytes(html, page.render(rows, origin).encode())


def _angles(path: Path) -> pd.DataFrame:
    """Return yaw and pitch, degrees, by sample_id."""
    return pose_readers.load(path).to_pandas().set_index("sample_id")[["yaw", "pitch"]]


def _findings(facts: Facts) -> Iterator[Finding]:
    decided = [
        *quantities.accuracies(facts),
        *quantities.counts(facts),
        *claims.distributions(facts),
        *claims.truncation(facts),
        *claims.sizes(facts),
        *claims.turning(facts),
        *claims.inference(facts),
        *claims.joint(facts),
        *quantities.cells(facts),
        *faces.of_service(facts),
    ]
    yield from summaries.of(decided)
    yield from decided


def _row(finding: Finding, facts: Facts) -> dict[str, object]:
    ours = finding.ours
    said = {"id": finding.id, "claim": finding.claim, "where": finding.where, "paper": finding.paper}
    said |= {"ours": ours.value, "low": ours.low, "high": ours.high, "sd_seeds": ours.sd_seeds}
    for floor in _BESIDE:
        name = f"{finding.evidence} / {floor}"
        beside = name in facts.evidence.scores
        said[floor] = facts.evidence.mean(name, finding.split).value if beside else float("nan")
    verdict = finding.verdict
    return said | {"verdict": verdict.verdict, "rule": verdict.rule, "note": finding.note}


if __name__ == "__main__":
    cli.run(check_claims)
