"""Divide the faces that Rekognition found: the adversary's own, those of known and those of unknown people."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import cli, duplicates, samples, seeds, stamps
from obverse.auxiliaries import TRAIN, VALIDATION
from obverse.errors import UnusableInput
from obverse.rekognition import faces, individuals
from obverse.rekognition.individuals import KNOWN, UNKNOWN

_NOBODY = ""  # of a person of whom the adversary has no picture, and who is not FaceScrub's either


def divide_faces(
    *,
    celeba_samples: Path,
    celeba_faces: Path,
    facescrub_samples: Path,
    facescrub_faces: Path,
    auxiliary_fraction: float,
    validation_fraction: float,
    seed: int,
    divided: Path,
) -> None:
    """Write which pictures the adversary trains on, which choose his epoch, and which are rebuilt.

    ``auxiliary_fraction`` of CelebA's usable pictures are the adversary's, drawn over all as in the paper,
    near-duplicates together; ``validation_fraction`` of these choose the epoch. The other pictures of people whom he
    trains on are the known people's, all of FaceScrub's the unknown people's. Pictures without a face are nobody's.
    Raises `UnusableInput` where there are too few to divide.
    """
    held = _usable(celeba_samples, celeba_faces, "celeba")
    parts = _parts(held, auxiliary_fraction, validation_fraction, seed, celeba_faces)
    taught = set(held.loc[parts == TRAIN, "identity"])
    parts = parts.mask((parts == KNOWN) & ~held["identity"].isin(taught), _NOBODY)
    others = _usable(facescrub_samples, facescrub_faces, "facescrub").assign(part=UNKNOWN)
    rows = pd.concat([held.assign(part=parts), others], ignore_index=True)
    counts = rows["part"].value_counts()
    print(", ".join(f"{counts.get(part, 0):,} {part}" for part in (TRAIN, VALIDATION, KNOWN, UNKNOWN)))
    print(f"{counts.get(_NOBODY, 0):,} pictures of people of whom the adversary has none are left out", flush=True)
    inputs = {"celeba_samples": celeba_samples, "celeba_faces": celeba_faces}
    inputs |= {"facescrub_samples": facescrub_samples, "facescrub_faces": facescrub_faces}
    facts = {"auxiliary_fraction": auxiliary_fraction, "validation_fraction": validation_fraction, "seed": seed}
    chosen = rows[rows["part"] != _NOBODY]
    table = pa.Table.from_pandas(chosen, preserve_index=False)
    individuals.write(divided, table, stamps.stamp("divide_faces", inputs, **facts))


def _usable(sample_table: Path, face_table: Path, dataset: str) -> pd.DataFrame:
    """Return dataset, sample_id, identity and duplicate_group of each usable picture that has a face."""
    known = samples.read(sample_table).to_pandas()
    found = faces.read(face_table).select(["sample_id", "status"]).to_pandas()
    seen = found.loc[found["status"] == faces.OK, "sample_id"]
    usable = known[(known["status"] == "ok") & known["sample_id"].isin(seen)].sort_values("sample_id")
    columns = ["dataset", "sample_id", "identity", "duplicate_group"]
    return usable.assign(dataset=dataset)[columns].reset_index(drop=True)


def _parts(held: pd.DataFrame, auxiliary: float, validation: float, seed: int, where: Path) -> pd.Series:
    groups = held["duplicate_group"].to_numpy()
    try:
        own = duplicates.choose(groups, auxiliary, 1, seeds.generator(seed, "rekognition auxiliary"))
        aside = duplicates.choose(groups[own], validation, 1, seeds.generator(seed, "rekognition validation"))
    except ValueError as error:
        problem = f"expected faces to train on, to choose an epoch by and to rebuild, found {len(held)} ({error})"
        raise UnusableInput(where, problem, "Provide more pictures.") from error
    parts = np.full(len(held), KNOWN, object)
    parts[own] = np.where(aside, VALIDATION, TRAIN)
    return pd.Series(parts)


if __name__ == "__main__":
    cli.run(divide_faces)
