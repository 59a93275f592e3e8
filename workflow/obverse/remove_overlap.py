"""Keep the people whom the target classifier knows out of the adversary's CelebA."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import celeba, centres, cli, embeddings, overlaps, stamps
from obverse import facescrub as lists
from obverse import samples as data_set
from obverse.errors import UnusableInput
from obverse.names import nearest, normalise

OVERLAP = "overlap"  # the status of the images of a person who is in both
_FUZZY = 0.9  # likeness of names from which a person should look


def remove_overlap(
    *,
    crops: Path,
    names: str,
    facescrub: list[Path],
    faces: list[Path],
    method: str,
    names_fuzzy: bool,
    threshold: str,
    false_match_rate: float,
    samples: Path,
    pairs: Path,
    report: Path,
) -> None:
    """Mark the images of those of CelebA's identities who are in FaceScrub too with status "overlap".

    ``method`` "names": equal normalised names (``names`` is CelebA's list of names; nearly equal ones are for review,
    or removed too if ``names_fuzzy``). "embeddings": centres of ``faces`` (CelebA's embeddings, FaceScrub's) whose
    cosine reaches ``threshold``, a number or "calibrated" to ``false_match_rate``. "none": nobody. ``pairs`` (csv)
    names the nearest of FaceScrub for everybody compared, ``report`` (json) says how they were. Raises `UnusableInput`
    when the list of names lacks a picture.
    """
    if method not in overlaps.METHODS:
        raise ValueError(f"expected a method among {', '.join(overlaps.METHODS)}, found {method!r}")
    table = data_set.read(crops)
    inputs, found, said = {"crops": crops}, overlaps.empty(), {"method": method}
    if method == "names":
        inputs |= {"names": Path(names)} | {f"facescrub_{number}": path for number, path in enumerate(facescrub)}
        found = _by_name(table.to_pandas(), Path(names), facescrub, names_fuzzy)
    elif method == "embeddings":
        inputs |= dict(zip(("celeba_faces", "facescrub_faces"), faces, strict=True))
        said["false_match_rate"] = false_match_rate
        found = _by_face(table.to_pandas(), faces, threshold, said)
    marked = set(found.loc[found["decision"] == overlaps.REMOVED, "identity"])
    old = zip(table["identity"].to_pylist(), table["status"].to_pylist(), strict=True)
    statuses = pa.array([OVERLAP if identity in marked else status for identity, status in old], pa.string())
    table = table.set_column(table.schema.get_field_index("status"), "status", statuses)
    print(f"overlap: {len(marked):,} identities, {statuses.to_pylist().count(OVERLAP):,} of {len(table):,} images")
    data_set.write(samples, table, stamps.stamp("remove_overlap", inputs, method=method))
    overlaps.write(pairs, found)
    overlaps.write_report(report, said)


def _by_name(table: pd.DataFrame, names: Path, known_lists: list[Path], fuzzy: bool) -> pd.DataFrame:
    """Return one row an identity: the most alike of FaceScrub's names. Of several spellings the most alike counts."""
    known = {normalise(name): name for path in known_lists for name in lists.read_list(path)["name"].unique()}
    named = celeba.read_names(names)
    name_of = dict(zip(map(celeba.file_number, named["image_id"]), named["name"], strict=True))
    unnamed = [sample_id for sample_id in table["sample_id"] if sample_id not in name_of]
    if unnamed:
        problem = f"expected a name for every picture, found none for {celeba.file_name(unnamed[0] - 1)}"
        raise UnusableInput(names, f"{problem} ({len(unnamed):,} missing)", "Is it the list of another CelebA?")
    people = table.assign(name=table["sample_id"].map(name_of))
    spellings = people.sort_values("sample_id").drop_duplicates(["identity", "name"])[["identity", "name"]]
    plain = [normalise(name) for name in spellings["name"]]
    rows, similarity = nearest(plain, list(known))
    equal = np.array([name in known and name != "" for name in plain])
    decision = np.where(similarity >= _FUZZY, overlaps.REMOVED if fuzzy else overlaps.REVIEW, overlaps.KEPT)
    spellings["matched_name"] = [
        known[name] if name in known else list(known.values())[row] for name, row in zip(plain, rows, strict=True)
    ]
    spellings["similarity"] = np.where(equal, 1.0, similarity)
    spellings["decision"] = np.where(equal, overlaps.REMOVED, decision)
    spellings["equal"] = equal
    best = spellings.sort_values(["equal", "similarity"], ascending=False, kind="stable").drop_duplicates("identity")
    return best.assign(images=best["identity"].map(table.groupby("identity").size()))


def _by_face(table: pd.DataFrame, faces: list[Path], threshold: str, said: dict[str, object]) -> pd.DataFrame:
    """Return one row an identity: the most alike of FaceScrub's people. ``said`` gets how they were compared."""
    (shown, vectors), (others, other_vectors) = (embeddings.read(path) for path in faces)
    if vectors.shape[1] != other_vectors.shape[1]:
        problem = f"expected embeddings of {vectors.shape[1]} values, found {other_vectors.shape[1]}"
        raise UnusableInput(faces[1], problem, "They are of two models: delete both and run again.")
    people, directions = centres.centres(vectors, shown)
    known, known_directions = centres.centres(other_vectors, others)
    alike = centres.likeness(vectors, shown)
    limit = alike.threshold(said["false_match_rate"]) if threshold == "calibrated" else float(threshold)
    rows, cosines = centres.nearest(directions, known_directions)
    said |= {"threshold": limit, "rule": threshold, "comparisons": len(people) * len(known)}
    if alike.impostor.any():
        coarse = alike.impostor.reshape(overlaps.BINS, -1).sum(axis=1)
        genuine = centres.histogram(alike.genuine).reshape(overlaps.BINS, -1).sum(axis=1)
        said |= {"missed": alike.missed(limit), "matched": alike.matched(limit)}
        said |= {"genuine": genuine.tolist(), "impostor": coarse.tolist()}
    sizes = table.groupby("identity").size()
    return pd.DataFrame(
        {
            "identity": people,
            "name": "",
            "matched_name": known[rows],
            "similarity": cosines,
            "decision": np.where(cosines >= limit, overlaps.REMOVED, overlaps.KEPT),
            "images": [int(sizes[person]) for person in people],
        }
    )


if __name__ == "__main__":
    cli.run(remove_overlap)
