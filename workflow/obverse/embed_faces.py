"""Turn the faces of FaceScrub or CelebA into embeddings, by which people can be compared across the two."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import compute

from obverse import archives, cli, devices, embedders, embeddings, facescrub, pictures, stamps
from obverse import samples as data_set
from obverse.errors import UnusableInput
from obverse.progress import Progress

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
    output: Path,
) -> None:
    """Embed every picture whose status in ``samples`` is "ok"; no other has been decoded safely already.

    A face is cut out of its picture in ``archive`` by ``box`` (x1, y1, x2, y2), or, where ``faces`` names FaceScrub's
    table of what came back, by its own. ``model`` is opened if its sha256 is ``digest`` (`embedders.load`).
    """
    reading = embedders.Reading(colour, size, mean, deviation)
    device = devices.prepare("float32", threads)
    embed = embedders.load(model, digest, reading, device)
    table = data_set.read(samples)
    table = table.filter(compute.equal(table["status"], "ok"))
    if len(table) == 0:
        raise UnusableInput(samples, "expected a usable picture, found none", "Look at the log of its rule.")
    wanted = _faces(table.select(["sample_id", "source", "identity"]).to_pandas(), faces, box)
    vectors = []
    with archives.reading(archive) as bodies, Progress("embed_faces", len(wanted), "faces") as progress:
        for pixels in _batches(archive, bodies, wanted, reading):
            vectors.append(embed(reading.scaled(pixels)))
            progress.advance(len(pixels))
    # FaceScrub's table has the sha256 of every picture that is read: it stands for the archives.
    read = {"faces": faces[0]} if faces else {"archive": archive}
    inputs = {"samples": samples, "model": model} | read
    facts = {"box": box, **vars(reading), **device.describe()}
    stamp = stamps.stamp("embed_faces", inputs, **facts)
    embeddings.write(output, table["sample_id"].to_numpy(), table["identity"], np.concatenate(vectors), stamp)


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


def _batches(
    archive: Path, bodies: archives.Reader, wanted: pd.DataFrame, reading: embedders.Reading
) -> Iterator[np.ndarray]:
    """Yield uint8 [n, C, S, S] of the ``wanted`` faces, in their order."""
    for start in range(0, len(wanted), _BATCH):
        rows = wanted.iloc[start : start + _BATCH].itertuples(index=False)
        yield np.stack([_face(archive, bodies, face.member, face.box, reading) for face in rows])


def _face(
    archive: Path,
    bodies: archives.Reader,
    member: str,
    box: tuple[int, int, int, int],
    reading: embedders.Reading,
) -> np.ndarray:
    try:
        return reading.pixels(pictures.cut(pictures.decode(bodies.read(member)), box))
    except (KeyError, pictures.NotAPicture, pictures.BoxOutside) as error:
        problem = f"expected a picture with the box {box}, found otherwise ({error})"
        raise UnusableInput(f"{archive}, member {member}", problem, _REMEDY) from error


if __name__ == "__main__":
    cli.run(embed_faces)
