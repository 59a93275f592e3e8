"""Bring a folder of the user's own pictures to the form every data set has."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from obverse import cli, fingerprints, folders, pictures, stamps
from obverse import questions as question_array
from obverse import samples as data_set
from obverse.errors import UnusableInput
from obverse.progress import Progress
from obverse.readings import COLOURS

OK, OVERLAP = "ok", "overlap"


class Forms(NamedTuple):
    """One picture, as it is rebuilt (grey) and as the target is asked about it, both uint8."""

    image: np.ndarray
    question: np.ndarray


def prepare_pictures(
    *,
    folder: Path,
    known: list[Path],
    size: int,
    resize: str,
    question_size: int,
    question_colour: str,
    question_resize: str,
    images: Path,
    questions: Path,
    samples: Path,
) -> None:
    """Write each picture of ``folder`` in grey, ``size`` pixels a side, and as the target is asked about it.

    Pictures are turned upright as their EXIF data say and resized as they are, not cut: cut faces out beforehand. A
    file that is no picture is left out and named. A picture that is nearly one of ``known`` (images.npy of victims) has
    the status "overlap": an adversary would hold what is to be rebuilt. Raises `UnusableInput` when none is left.
    """
    names = folders.pictures(folder)
    victims = [fingerprints.fingerprint(image) for path in known for image in data_set.read_images(path)]
    channels = COLOURS[question_colour]
    kept, grey, asked = [], [], []
    with Progress("prepare_pictures", len(names), "pictures") as progress:
        for name, forms in _forms(folder, names, (size, resize), (question_size, question_resize, channels)):
            progress.advance(1)
            if forms is not None:
                kept.append(name)
                grey.append(forms.image)
                asked.append(forms.question)
    if not kept:
        problem = f"expected pictures, found none among {len(names):,} files that can be decoded"
        raise UnusableInput(folder, problem, "What is wrong with each stands above.")
    pixels = np.stack(grey)
    inputs = {f"known {number}": path for number, path in enumerate(known)}
    facts = {"size": size, "resize": resize, "folder": folders.state(folder)}
    data_set.write_images(images, pixels)
    question_array.write(questions, np.stack(asked))
    rows = _rows(kept, pixels, np.array(victims))
    data_set.write(samples, rows, stamps.stamp("prepare_pictures", inputs, **facts))
    counts = Counter(rows["status"].to_pylist())
    print(f"{folder}: " + ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items())))


def _forms(
    folder: Path, names: list[str], image: tuple[int, str], question: tuple[int, str, int]
) -> Iterator[tuple[str, Forms | None]]:
    """Yield each picture in both forms, None (and a line that says why) where it is none."""
    for name in names:
        try:
            found = pictures.decode((folder / name).read_bytes(), upright=True)
        except (pictures.NotAPicture, OSError) as error:
            print(f"{folder / name}: left out, {error}")
            yield name, None
            continue
        yield name, Forms(pictures.resized(found, *image), pictures.resized(found, *question))


def _rows(names: list[str], pixels: np.ndarray, victims: np.ndarray) -> pa.Table:
    sample_ids = np.arange(len(names))
    identities = np.array([folders.identity(name) for name in names])
    near = fingerprints.near(pixels, victims) if len(victims) else np.zeros(len(names), bool)
    columns = {
        "sample_id": sample_ids,
        "identity": identities.tolist(),
        "source": names,
        "status": np.where(near, OVERLAP, OK).tolist(),
        "duplicate_group": fingerprints.groups(pixels, sample_ids, identities),
    }
    return pa.table(columns)


if __name__ == "__main__":
    cli.run(prepare_pictures)
