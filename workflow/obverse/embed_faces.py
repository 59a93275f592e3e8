"""Turn the faces of FaceScrub or CelebA into embeddings, by which people can be compared across the two."""

import asyncio
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import compute

from obverse import archives, cli, devices, embedders, embeddings, facescrub, stamps
from obverse import samples as data_set
from obverse.decoder import OK
from obverse.decoders import Decoders
from obverse.errors import UnusableInput
from obverse.progress import Progress
from obverse.readings import RESIZE, Reading

_BATCH = 256
_REMEDY = "Archive and table do not belong together: delete both and run the same command again."


def embed_faces(
    *,
    samples: Path,
    archive: Path,
    faces: list[Path],
    box: list[int],
    model: Path,
    digest: str,
    colour: str,
    size: int,
    mean: float,
    deviation: float,
    threads: int,
    workers: int,
    output: Path,
) -> None:
    """Embed every picture whose status in ``samples`` is "ok"; no other has been decoded safely already.

    A face is cut out of its picture in ``archive`` by ``box`` (x1, y1, x2, y2), or, where ``faces`` names FaceScrub's
    table of what came back, by its own; ``workers`` processes decode. ``model`` is opened if its sha256 is ``digest``
    (`embedders.load`).
    """
    reading = Reading(colour, size, mean, deviation)
    device = devices.prepare("float32", threads)
    embed = embedders.load(model, digest, reading, device)
    table = data_set.read(samples)
    table = table.filter(compute.equal(table["status"], "ok"))
    if len(table) == 0:
        raise UnusableInput(samples, "expected a usable picture, found none", "Look at the log of its rule.")
    wanted = _faces(table.select(["sample_id", "source", "identity"]).to_pandas(), faces, box)
    vectors = asyncio.run(_embed_all(archive, wanted, reading, embed, workers))
    # FaceScrub's table has the sha256 of every picture that is read: it stands for the archives.
    read = {"faces": faces[0]} if faces else {"archive": archive}
    inputs = {"samples": samples, "model": model} | read
    facts = {"box": box, **vars(reading), **device.describe()}
    stamp = stamps.stamp("embed_faces", inputs, **facts)
    embeddings.write(output, table["sample_id"].to_numpy(), table["identity"], vectors, stamp)


def _faces(table: pd.DataFrame, faces: list[Path], box: list[int]) -> pd.DataFrame:
    """Return ``member`` of the archive and ``box`` of each row of ``table``."""
    if not faces:
        return pd.DataFrame({"member": table["source"], "box": [tuple(box)] * len(table)})
    fetched = facescrub.read_fetched(faces[0]).to_pandas().set_index("face_id")
    absent = ~table["sample_id"].isin(fetched.index[fetched["member"].notna()])
    if absent.any():
        problem = f"expected a picture of face_id {table['sample_id'][absent].iloc[0]}, found none"
        raise UnusableInput(faces[0], problem, _REMEDY)
    own = fetched.loc[table["sample_id"]]
    boxes = list(own[["x1", "y1", "x2", "y2"]].itertuples(index=False, name=None))
    return pd.DataFrame({"member": own["member"].to_numpy(), "box": boxes})


async def _embed_all(
    archive: Path, wanted: pd.DataFrame, reading: Reading, embed: embedders.Embedder, workers: int
) -> np.ndarray:
    """Return one embedding a row of ``wanted``; while a batch is embedded, the next one is decoded."""
    vectors = []
    with archives.reading(archive) as bodies, Progress("embed_faces", len(wanted), "faces") as progress:
        async with Decoders(workers) as pool:

            def cut(start: int) -> asyncio.Future[list[np.ndarray]]:
                rows = wanted.iloc[start : start + _BATCH].itertuples(index=False)
                return asyncio.gather(*(_face(archive, bodies, pool, row.member, row.box, reading) for row in rows))

            coming = cut(0)
            for start in range(0, len(wanted), _BATCH):
                pixels, coming = np.stack(await coming), cut(start + _BATCH)
                vectors.append(await asyncio.to_thread(embed, reading.scaled(pixels)))
                progress.advance(len(pixels))
    return np.concatenate(vectors)


async def _face(
    archive: Path,
    bodies: archives.Reader,
    pool: Decoders,
    member: str,
    box: tuple[int, int, int, int],
    reading: Reading,
) -> np.ndarray:
    try:
        verdict = await pool.cut(bodies.read(member), [box], reading.size, RESIZE, reading.channels)
        found = verdict.status if verdict.status != OK else "the box leaves it"
        if verdict.status == OK and verdict.cuts[0] is not None:
            return reading.planes(verdict.cuts[0])
    except KeyError:
        found = "no such member"
    problem = f"expected a picture with the box {box}, found otherwise ({found})"
    raise UnusableInput(f"{archive}, member {member}", problem, _REMEDY)


if __name__ == "__main__":
    cli.run(embed_faces)
