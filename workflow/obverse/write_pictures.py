"""Write an auxiliary set's images as a folder of pictures, such as users have of their own."""

import shutil
from pathlib import Path

from PIL import Image

from obverse import auxiliaries, cli
from obverse.samples import read as read_samples
from obverse.samples import read_images
from obverse.samples import rows as find_rows


def write_pictures(
    *, auxiliary: Path, datasets: list[str], images: list[Path], samples: list[Path], folder: Path
) -> None:
    """Write each image of the auxiliary set as PNG, in a subfolder of its identity's name.

    ``datasets``, ``images`` and ``samples`` are parallel, one entry a data set.
    """
    chosen = auxiliaries.read(auxiliary).to_pandas()
    making = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    for dataset, image_file, table in zip(datasets, images, samples, strict=True):
        wanted = chosen.loc[chosen["dataset"] == dataset, "sample_id"].to_numpy()
        known = read_samples(table)
        rows = find_rows(known["sample_id"].to_numpy(), wanted, auxiliary)
        pixels = read_images(image_file)
        for row, identity in zip(rows, known["identity"].take(rows).to_pylist(), strict=True):
            place = making / identity.replace("/", "_")
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels[row]).save(place / f"{dataset}-{row:06d}.png")
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)


if __name__ == "__main__":
    cli.run(write_pictures)
