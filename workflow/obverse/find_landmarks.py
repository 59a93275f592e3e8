"""Find the 68 landmarks of every aligned picture of CelebA."""

import concurrent.futures
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from obverse import archives, celeba, checkpoints, cli, devices, landmarks, pictures, stamps
from obverse.errors import UnusableInput
from obverse.landmarkers import Landmarker, SmallFan
from obverse.progress import Progress

_BATCH = 64  # enough to fill a GPU with FAN, little memory on a CPU
_MODES = {1: "L", 3: "RGB"}


def find_landmarks(
    *,
    archive: Path,
    network: str,
    weights: Path,
    box: list[int],
    flip: bool,
    precision: str,
    threads: int,
    points: Path,
) -> None:
    """Write the landmarks of each picture in the archive, in the order of their numbers.

    ``network`` is "fan" or "small"; it sees the square that belongs to ``box`` (x1, y1, x2, y2 in pixels), the same in
    every picture, since CelebA's are aligned; with ``flip`` also mirrored. Raises `UnusableInput` naming the member
    that is no picture.
    """
    device = devices.prepare(precision, threads)
    landmarker = Landmarker(_load(network, weights), tuple(box), celeba.HEIGHT, celeba.WIDTH, device, flip)
    with archives.reading(archive) as members:
        names = sorted(members.names, key=celeba.file_number)
        found = np.empty((len(names), landmarks.NUMBER, 2), np.float32)
        with Progress("find_landmarks", len(names), "pictures") as progress:
            start = 0
            for batch in _batches(archive, members, names, _MODES[landmarker.network.channels], threads):
                found[start : start + len(batch)] = landmarker.find(batch).cpu().numpy()
                start += len(batch)
                progress.advance(len(batch))
    inputs = {"archive": archive, "weights": weights}
    stamp = stamps.stamp("find_landmarks", inputs, network=network, box=box, flip=flip, **device.describe())
    landmarks.write(points, np.array([celeba.file_number(name) for name in names]), found, stamp)


def _load(network: str, weights: Path) -> torch.nn.Module:
    if network == "small":
        return checkpoints.load(weights, SmallFan)
    if network != "fan":
        raise ValueError(f"expected the network 'fan' or 'small', found {network!r}")
    from obverse import fan  # its package takes seconds to import

    return fan.load(weights)


def _batches(
    archive: Path, members: archives.Reader, names: list[str], mode: str, threads: int
) -> Iterator[np.ndarray]:
    """Yield uint8 [B, C, H, W]; the next batch is decoded while the network has this one."""

    def decode(name: str) -> np.ndarray:
        return _decode(archive, name, members.read(name), mode)

    # Threads that change the warnings' filters at once do not put them back as they were: this does.
    with warnings.catch_warnings(), concurrent.futures.ThreadPoolExecutor(threads) as pool:
        starts = range(0, len(names), _BATCH)
        waiting = [pool.submit(decode, name) for name in names[:_BATCH]]
        for start in starts:
            ready, after = waiting, names[start + _BATCH :][:_BATCH]
            waiting = [pool.submit(decode, name) for name in after]
            yield np.stack([picture.result() for picture in ready])


def _decode(archive: Path, name: str, body: bytes, mode: str) -> np.ndarray:
    """Return one picture, uint8 [C, H, W]."""
    try:
        picture = pictures.decode(body)
    except pictures.NotAPicture as error:
        raise UnusableInput(
            f"{archive}, member {name}", f"expected a picture, found none ({error})", _REMEDY
        ) from error
    if picture.size != (celeba.WIDTH, celeba.HEIGHT):
        found = f"expected {celeba.WIDTH}x{celeba.HEIGHT} pixels, found {picture.width}x{picture.height}"
        raise UnusableInput(f"{archive}, member {name}", found, _REMEDY)
    pixels = np.asarray(picture.convert(mode))
    return pixels[None] if mode == "L" else np.ascontiguousarray(pixels.transpose(2, 0, 1))


_REMEDY = "The archive is not what CelebA's owners hand out: fetch it once more."


if __name__ == "__main__":
    cli.run(find_landmarks)
