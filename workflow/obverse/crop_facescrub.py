"""Cut FaceScrub's faces out of their pictures."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import archives, cli, facescrub, files, fingerprints, pictures, stamps
from obverse import samples as data_set
from obverse.errors import UnusableInput
from obverse.progress import Progress

_REMEDY = "Look at the log of the stage that fetched the pictures; is this the archive that came with this table?"


def crop_facescrub(
    *,
    faces: Path,
    archive: Path,
    size: int,
    resize: str,
    images: Path,
    samples: Path,
    rejected: Path,
) -> None:
    """Cut each face out of its picture by its box: grey, ``size`` x ``size`` pixels, near-duplicates marked.

    ``rejected`` (csv) names every face that has no image, and why. Raises `UnusableInput` when no face is left.
    """
    fetched = facescrub.read_fetched(faces).to_pandas()
    cuts, statuses = _cut_all(fetched, archive, size, resize)
    refused = fetched[["face_id", "name", "url"]].assign(status=statuses)
    refused = refused[refused["status"] != "ok"]
    counts = ", ".join(f"{status} {count:,}" for status, count in sorted(Counter(refused["status"]).items()))
    print(f"faces: {len(cuts):,} cut, {len(refused):,} without an image ({counts or 'none'})")
    if not cuts:
        raise UnusableInput(faces, f"expected a face with a usable picture, found none ({counts})", _REMEDY)
    pixels = np.stack(cuts)
    inputs = {"faces": faces, "archive": archive}
    stamp = stamps.stamp("crop_facescrub", inputs, size=size, resize=resize)
    data_set.write_images(images, pixels)
    data_set.write(samples, _rows(fetched[[status == "ok" for status in statuses]], pixels), stamp)
    files.write_bytes(rejected, refused.to_csv(index=False, lineterminator="\n").encode())


def _rows(faces: pd.DataFrame, pixels: np.ndarray) -> pa.Table:
    sample_ids = faces["face_id"].to_numpy(np.int64)
    boxes = faces[["x1", "y1", "x2", "y2"]].to_numpy(np.int64)
    twice = fingerprints.two_names(faces["name"].to_numpy(str), faces["sha256"].to_numpy(str), boxes)
    columns = {
        "sample_id": sample_ids,
        "identity": pa.array(faces["name"], pa.string()),
        "source": pa.array(faces["url"].str.partition("://")[2], pa.string()),
        "status": np.where(twice, "two_names", "ok").tolist(),
        "duplicate_group": fingerprints.groups(pixels, sample_ids, faces["name"].to_numpy(str)),
    }
    return pa.table(columns)


def _cut_all(fetched: pd.DataFrame, archive: Path, size: int, resize: str) -> tuple[list[np.ndarray], list[str]]:
    """Return the images of the faces that have one, and every face's status ("ok", or why it has none)."""
    cuts, statuses = [], []
    with archives.reading(archive) as bodies, Progress("crop_facescrub", len(fetched), "faces") as progress:
        absent = set(fetched["member"].dropna()) - set(bodies.names)
        if absent:
            raise UnusableInput(archive, f"expected member {min(absent)}, found no such one", _REMEDY)
        for face in fetched.itertuples(index=False):
            status = face.status
            if isinstance(face.member, str):
                status, cut = _cut(bodies.read(face.member), (face.x1, face.y1, face.x2, face.y2), size, resize)
                cuts += [] if cut is None else [cut]
            statuses.append(status)
            progress.advance(1, f"{len(cuts) / len(statuses):.1%} ok")
    return cuts, statuses


def _cut(body: bytes, box: tuple[int, int, int, int], size: int, resize: str) -> tuple[str, np.ndarray | None]:
    try:
        return "ok", pictures.crop(pictures.decode(body), box, size, resize)
    except pictures.NotAPicture:
        return "not_image", None
    except pictures.BoxOutside:
        return "bbox_outside", None


if __name__ == "__main__":
    cli.run(crop_facescrub)
