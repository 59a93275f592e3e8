"""Rebuild every victim's picture from what Rekognition says of his face, and score what comes out (section 5.7)."""

from pathlib import Path

from obverse import checkpoints, cli, devices, inverters, stamps
from obverse.images import seen, stored
from obverse.rekognition import individuals, pictures, scores
from obverse.rekognition.face_oracle import FaceOracle
from obverse.samples import write_images

_STANDARD = "standard"


def reconstruct_faces(
    *,
    weights: Path,
    divided: Path,
    part: str,
    images: Path,
    samples: Path,
    faces: Path,
    features: str,
    view: str,
    threads: int,
    reconstructions: Path,
    nearness: Path,
) -> None:
    """Write reconstructions uint8 [N, H, W] of one ``part``, known or unknown people, and scores before rounding.

    ``features`` are those the inverter was trained on, "80", "20" or "17". ``view`` is ``full``; or ``round1``,
    ``round3``, ``round5``: to so many decimals a victim's own values are rounded (`features.vector`); or ``standard1``:
    so are the features that the inverter makes of them.
    """
    device = devices.prepare("float32", threads)
    victims = individuals.of(divided, part)
    oracle = FaceOracle(features)
    truth = seen(pictures.of(images, samples, victims[0], device.torch)).cpu()
    inverter = inverters.load(weights, oracle.count, truth.shape[-1])
    if view.startswith(_STANDARD):
        whole = oracle.given(faces, victims[0], "full")
        released = inverter.features.rounded(whole, int(view.removeprefix(_STANDARD)))
    else:
        released = oracle.given(faces, victims[0], view)
    rebuilt = inverters.rebuild(inverter, released, device.torch)
    inputs = {"weights": weights, "divided": divided, "images": images, "samples": samples, "faces": faces}
    stamp = stamps.stamp("reconstruct_faces", inputs, part=part, features=features, view=view, **device.describe())
    rows = scores.measure(victims, part, rebuilt, truth, device.torch)
    scores.write(nearness, rows, checkpoints.fact(weights, "queries"), stamp)
    write_images(reconstructions, stored(rebuilt))


if __name__ == "__main__":
    cli.run(reconstruct_faces)
