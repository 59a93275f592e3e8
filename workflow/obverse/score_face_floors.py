"""Score what can be shown of a face without an inverter: the mean picture, and that of the nearest known face."""

from pathlib import Path

import numpy as np
import torch

from obverse import cli, devices, stamps
from obverse.auxiliaries import TRAIN, VALIDATION
from obverse.images import seen
from obverse.progress import Progress
from obverse.rekognition import individuals, pictures, scores
from obverse.rekognition.face_oracle import FaceOracle
from obverse.rekognition.rows import FLOORS

_BATCH = 500  # victims compared at once with all that the adversary has


def score_face_floors(
    *,
    divided: Path,
    auxiliary_images: Path,
    auxiliary_samples: Path,
    auxiliary_faces: Path,
    part: str,
    images: Path,
    samples: Path,
    faces: Path,
    threads: int,
    mean_image: Path,
    nearest: Path,
) -> None:
    """Write the scores of both floors for the victims of one ``part``, known or unknown people.

    ``mean_image``: the mean of the adversary's pictures, for which nothing is asked. ``nearest``: that of them whose 80
    features are nearest to the victim's (Euclidean), which takes as many queries as an inverter.
    """
    device = devices.prepare("float32", threads)
    oracle = FaceOracle("80")
    victims = individuals.of(divided, part)
    own = np.concatenate([individuals.of(divided, held)[0] for held in (TRAIN, VALIDATION)])
    known = seen(pictures.of(auxiliary_images, auxiliary_samples, own, device.torch)).cpu()
    truth = seen(pictures.of(images, samples, victims[0], device.torch)).cpu()
    told = oracle.given(faces, victims[0], "full")
    places = _nearest(told.to(device.torch), oracle.ask(auxiliary_faces, own).to(device.torch))
    shown = {mean_image: known.mean(dim=0, keepdim=True).expand_as(truth), nearest: known[places.cpu()]}
    inputs = {"divided": divided, "auxiliary_images": auxiliary_images, "auxiliary_samples": auxiliary_samples}
    inputs |= {"auxiliary_faces": auxiliary_faces, "images": images, "samples": samples, "faces": faces}
    for path, floor, queries in zip(shown, FLOORS, (0, oracle.queries), strict=True):
        stamp = stamps.stamp("score_face_floors", inputs, part=part, floor=floor, **device.describe())
        scores.write(path, scores.measure(victims, part, shown[path], truth, device.torch), queries, stamp)


def _nearest(given: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Return the row [N] of ``known`` [A, K] nearest to each of ``given`` [N, K]; of equal ones the first."""
    found = []
    with Progress("score_face_floors", len(given), "victims") as progress:
        for batch in given.split(_BATCH):
            found.append(torch.cdist(batch, known).argmin(dim=1))
            progress.advance(len(batch))
    return torch.cat(found)


if __name__ == "__main__":
    cli.run(score_face_floors)
