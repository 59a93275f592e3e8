"""Cut FaceScrub's faces out of their pictures."""

import asyncio
from collections import Counter, deque
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import archives, cli, facescrub, files, fingerprints, stamps
from obverse import samples as data_set
from obverse.decoder import OK
from obverse.decoders import DIED, TIMEOUT, Decoders, Verdict
from obverse.errors import UnusableInput
from obverse.progress import Progress

_REMEDY = "Look at the log of the stage that fetched the pictures; are these the pictures that came with this table?"
_AHEAD = 8  # pictures a worker, read before their turn


def crop_facescrub(
    *,
    faces: Path,
    pictures: Path,
    size: int,
    resize: str,
    workers: int,
    images: Path,
    samples: Path,
    rejected: Path,
) -> None:
    """Cut each face out of its picture by its box: grey, ``size`` x ``size`` pixels, near-duplicates marked.

    ``pictures`` is a folder of archives, or one; ``workers`` processes decode. ``rejected`` (csv) names every face that
    has no image, and why. Raises `UnusableInput` when no face is left.
    """
    fetched = facescrub.read_fetched(faces).to_pandas()
    cuts, statuses = asyncio.run(_cut_all(fetched, pictures, size, resize, workers))
    refused = fetched[["face_id", "name", "url"]].assign(status=statuses)
    refused = refused[refused["status"] != "ok"]
    counts = ", ".join(f"{status} {count:,}" for status, count in sorted(Counter(refused["status"]).items()))
    print(f"faces: {len(cuts):,} cut, {len(refused):,} without an image ({counts or 'none'})")
    if not cuts:
        raise UnusableInput(faces, f"expected a face with a usable picture, found none ({counts})", _REMEDY)
    pixels = np.stack(cuts)
    # The table has the sha256 of every picture that is read: it stands for the archives.
    stamp = stamps.stamp("crop_facescrub", {"faces": faces}, size=size, resize=resize)
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


async def _cut_all(
    fetched: pd.DataFrame, pictures: Path, size: int, resize: str, workers: int
) -> tuple[list[np.ndarray], list[str]]:
    """Return the images of the faces that have one, and every face's status ("ok", or why it has none)."""
    cuts, statuses = [], []
    waiting: deque[tuple[str, asyncio.Task[Verdict] | None]] = deque()
    with archives.reading(pictures) as bodies, Progress("crop_facescrub", len(fetched), "faces") as progress:
        absent = set(fetched["member"].dropna()) - set(bodies.names)
        if absent:
            raise UnusableInput(pictures, f"expected member {min(absent)}, found no such one", _REMEDY)

        async def take() -> None:
            status, cut = await _outcome(*waiting.popleft())
            statuses.append(status)
            cuts.extend([] if cut is None else [cut])
            progress.advance(1, f"{len(cuts) / len(statuses):.1%} ok")

        async with Decoders(workers) as pool:
            for face in fetched.itertuples(index=False):
                job = None
                if isinstance(face.member, str):
                    box = (face.x1, face.y1, face.x2, face.y2)
                    content, where = bodies.read(face.member), f"{pictures}, member {face.member}"
                    job = asyncio.create_task(_decoded(pool, content, where, box, size, resize))
                waiting.append((face.status, job))
                if len(waiting) > _AHEAD * workers:
                    await take()
            while waiting:
                await take()
    return cuts, statuses


async def _decoded(
    pool: Decoders, content: bytes, where: str, box: tuple[int, int, int, int], size: int, resize: str
) -> Verdict:
    """Return what a decoder says of a picture that was decoded when it came: one that fails now fails for this machine.

    Raises `UnusableInput` then, since what is cut must not depend on how busy the machine is.
    """
    verdict = await pool.cut(content, [box], size, resize)
    if verdict.status not in (TIMEOUT, DIED):
        return verdict
    raise UnusableInput(
        where,
        f"expected a picture that a decoder finishes, as when it came, found {verdict.status} twice",
        "Is this machine very busy, or short of memory? Lower datasets.facescrub.decoders and run again.",
    )


async def _outcome(fetched: str, job: "asyncio.Task[Verdict] | None") -> tuple[str, np.ndarray | None]:
    """Return a face's status, and its image if it has one."""
    if job is None:
        return fetched, None
    verdict = await job
    if verdict.status != OK:
        return verdict.status, None
    cut = verdict.cuts[0]
    return ("bbox_outside" if cut is None else OK), cut


if __name__ == "__main__":
    cli.run(crop_facescrub)
