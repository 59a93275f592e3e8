"""What a claim is decided by, and what is found: one line of the ledger."""

from dataclasses import dataclass, field

import pandas as pd

from obverse.ledger.evidence import Evidence
from obverse.ledger.verdicts import Estimate, Verdict
from obverse.paper import Paper

OF_TABLE_2 = {"fig5": "facescrub", "fig6": "mnist"}  # the figures whose rows are its rows, and the victims' data set
OF_TABLE_3 = {"fig15": "facescrub", "fig16": "mnist"}


@dataclass(frozen=True)
class Finding:
    """One line of the ledger: what the paper says, what came out, and what follows."""

    id: str
    claim: str
    where: str
    ours: Estimate
    verdict: Verdict
    paper: str = ""
    evidence: str = ""  # the name whose floors are the claim's, nothing where it has none
    split: str = ""
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """What claims are decided by.

    ``evidence`` of attacks, ``accuracies`` by target, ``classes`` by attack on them, ``faces`` by row of table 4 (none
    where the service was not asked); ``angles`` (columns yaw and pitch,
    degrees, by sample_id) of attacks' pictures and of `labels.OWN`; ``reading`` (columns pictures, angle, error), how
    well they are read off unclear pictures; further ``numbers`` by name, and what the ``paper`` prints.
    """

    evidence: Evidence
    accuracies: Evidence
    classes: Evidence
    faces: Evidence
    angles: dict[str, pd.DataFrame]
    reading: pd.DataFrame
    numbers: dict[str, float]
    paper: Paper
    stand_ins: frozenset[str]  # the data sets whose part others play
    calibrated: bool  # whether the limits between poses are set by the paper's shares
    asked: dict[str, list[int]] = field(default_factory=dict)  # m or k of each figure, in rising order
