"""Write the stand-in for CIFAR-10: patches of photographs without people, in CIFAR-10's binary format."""

from importlib import resources
from pathlib import Path

import numpy as np
import skimage
import sklearn
from PIL import Image

from obverse import cifar10, cli, seeds

# Photographs that the two packages carry in their wheels, looked through by hand: nobody is in them. One a class.
PHOTOGRAPHS = {
    "temple": (sklearn, "datasets/images/china.jpg"),
    "flower": (sklearn, "datasets/images/flower.jpg"),
    "cat": (skimage, "data/chelsea.png"),
    "coffee": (skimage, "data/coffee.png"),
    "galaxies": (skimage, "data/hubble_deep_field.jpg"),
    "rocket": (skimage, "data/rocket.jpg"),
    "motorcycle": (skimage, "data/motorcycle_left.png"),
    "brick": (skimage, "data/brick.png"),
    "grass": (skimage, "data/grass.png"),
    "gravel": (skimage, "data/gravel.png"),
}
_LARGEST = 1 / 3  # of a photograph's shorter side: larger patches of one photograph would mostly overlap


def write_cifar10(*, seed: int, patches: int, archive: Path) -> None:
    """Write ``patches`` square patches, drawn by ``seed`` at random places and scales, as 32 x 32 colour pictures.

    Raises `ValueError` when there are fewer patches than batches.
    """
    if patches < len(cifar10.BATCHES):
        raise ValueError(f"expected at least {len(cifar10.BATCHES)} patches, found {patches}")
    generator = seeds.generator(seed, "photographs")
    photographs = [_photograph(package, member) for package, member in PHOTOGRAPHS.values()]
    labels = generator.permutation(np.arange(patches) % len(photographs)).astype(np.uint8)
    pixels = np.stack([_patch(photographs[label], generator) for label in labels])
    parts = np.array_split(np.arange(patches), len(cifar10.BATCHES))
    cifar10.write(archive, [cifar10.Batch(labels[part], pixels[part]) for part in parts], list(PHOTOGRAPHS))


def _photograph(package: object, member: str) -> Image.Image:
    with (resources.files(package) / member).open("rb") as stream:
        return Image.open(stream).convert("RGB")


def _patch(photograph: Image.Image, generator: np.random.Generator) -> np.ndarray:
    width, height = photograph.size
    side = int(np.exp(generator.uniform(np.log(cifar10.SIDE), np.log(_LARGEST * min(width, height)))))
    left, top = generator.integers(0, (width - side + 1, height - side + 1))
    patch = photograph.crop((left, top, left + side, top + side)).resize((cifar10.SIDE,) * 2, Image.BILINEAR)
    return np.asarray(patch.transpose(Image.FLIP_LEFT_RIGHT) if generator.random() < 0.5 else patch)


if __name__ == "__main__":
    cli.run(write_cifar10)
