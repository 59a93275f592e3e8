"""How fast FAN finds landmarks in our batches, and in the face-alignment package's own loop: same network, in turns.

python benchmarks/landmarks.py [--modules 1] [--pictures 16] [--rounds 7] [--threads 1] [--precision float32]

Weights are random: they cost what the official ones cost. Pictures are noise of CelebA's size, decoded beforehand.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import face_alignment
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
from obverse import celeba, devices, fan
from obverse.landmarkers import Landmarker

BOX = (35.0, 70.0, 143.0, 178.0)


class Package(face_alignment.FaceAlignment):
    """The package with a given network, asked for one picture at a time, without mirroring."""

    def __init__(self, network: torch.nn.Module, device: str) -> None:
        self._given = network
        kind = face_alignment.LandmarksType.TWO_D
        super().__init__(kind, device=device, face_detector="folder", compile=False, flip_input=False)

    def _load_native(self, *given: object) -> torch.nn.Module:
        return self._given


def main() -> None:
    """Print pictures a second of both, and the ratio of each pair."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--modules", type=int, default=1, help="hourglasses; the official FAN has 4")
    parser.add_argument("--pictures", type=int, default=16, help="in one batch, and in one turn of either side")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--precision", choices=devices.PRECISIONS, default="float32", help="ours; the package's is float32"
    )
    asked = parser.parse_args()
    device = devices.prepare(asked.precision, asked.threads)
    described = device.describe()
    print(f"{described['device']}, {asked.threads} thread(s), ours in {device.precision}, torch {torch.__version__}")
    print(f"FAN of {asked.modules}, {asked.pictures} pictures a turn, load before {os.getloadavg()[0]:.1f}", flush=True)
    sides = {"package": package(asked.modules, device), "ours": ours(asked.modules, device)}
    size = (asked.pictures, celeba.HEIGHT, celeba.WIDTH, 3)
    pictures = np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)
    for find in sides.values():
        find(pictures[:1])
    rates: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(asked.rounds):
        for side, find in sides.items():
            began = time.perf_counter()
            find(pictures)
            rates[side].append(asked.pictures / (time.perf_counter() - began))
    for side, found in rates.items():
        print(f"{side:>8}: {spread(found)} pictures/s")
    print(f"   ratio: {spread([mine / theirs for theirs, mine in zip(*rates.values(), strict=True)])}")


def network(modules: int) -> fan.Fan:
    """Return the same random network each time."""
    torch.manual_seed(0)
    return fan.Fan(modules).eval()


def package(modules: int, device: devices.Device) -> Callable[[np.ndarray], None]:
    """Return the package's loop."""
    finder = Package(network(modules).network.to(device.torch), device.torch.type)

    def find(pictures: np.ndarray) -> None:
        for picture in pictures:
            finder.get_landmarks_from_image(picture, [list(BOX)])

    return find


def ours(modules: int, device: devices.Device) -> Callable[[np.ndarray], None]:
    """Return our batch."""
    finder = Landmarker(network(modules), BOX, celeba.HEIGHT, celeba.WIDTH, device, flip=False)

    def find(pictures: np.ndarray) -> None:
        finder.find(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))).cpu()

    return find


def spread(values: list[float]) -> str:
    """Return the median, and the smallest to the largest value."""
    return f"{statistics.median(values):.3g} ({min(values):.3g}–{max(values):.3g}; n = {len(values)})"


if __name__ == "__main__":
    main()
