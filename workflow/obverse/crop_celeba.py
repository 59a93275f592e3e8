"""Cut CelebA's aligned pictures to their faces."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import archives, celeba, cli, pictures, samples, stamps
from obverse.errors import UnusableInput
from obverse.progress import Progress

_REMEDY = "The archive or the list is not what CelebA's owners hand out: fetch both once more."


def crop_celeba(
    *, archive: Path, identity_list: Path, box: list[int], size: int, resize: str, images: Path, crops: Path
) -> None:
    """Cut ``box`` (x1, y1, x2, y2 in pixels) out of every picture in the archive: grey, ``size`` x ``size`` pixels.

    Raises `UnusableInput` naming the member that is no picture, and when archive and list are of different pictures.
    """
    listed = celeba.read_identities(identity_list)
    with archives.reading(archive) as members:
        names = _members(archive, members.names, listed)
        cut = (_cut(archive, name, members.read(name), tuple(box), size, resize) for name in names)
        with Progress("crop_celeba", len(names), "pictures") as progress:
            samples.stream_images(images, (len(names), size, size), progress.over(cut))
    sample_ids = np.array([celeba.file_number(name) for name in listed["image_id"]])
    columns = {
        "sample_id": sample_ids,
        "identity": pa.array(listed["identity"].astype(str), pa.string()),
        "source": names,
        "status": ["ok"] * len(names),
        "duplicate_group": sample_ids,
    }
    inputs = {"archive": archive, "identity_list": identity_list}
    samples.write(crops, pa.table(columns), stamps.stamp("crop_celeba", inputs, box=box, size=size, resize=resize))


def _members(archive: Path, names: list[str], listed: pd.DataFrame) -> list[str]:
    """Return the archive's member for each row of the list."""
    by_file = {name.rpartition("/")[2]: name for name in names}
    odd = sorted(by_file.keys() ^ set(listed["image_id"]))
    if odd:
        where = "the archive" if odd[0] in by_file else "the identity list"
        problem = f"expected the pictures of the identity list, but {odd[0]} is in {where} alone ({len(odd):,} odd)"
        raise UnusableInput(archive, problem, _REMEDY)
    return [by_file[name] for name in listed["image_id"]]


def _cut(archive: Path, name: str, body: bytes, box: tuple[int, int, int, int], size: int, resize: str) -> np.ndarray:
    try:
        return pictures.crop(pictures.decode(body, grey=True), box, size, resize)
    except (pictures.NotAPicture, pictures.BoxOutside) as error:
        problem = f"expected a picture of {celeba.WIDTH}x{celeba.HEIGHT} pixels, found otherwise ({error})"
        raise UnusableInput(f"{archive}, member {name}", problem, _REMEDY) from error


if __name__ == "__main__":
    cli.run(crop_celeba)
