"""Write the stand-in for MNIST: scikit-learn's handwritten digits in MNIST's files."""

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from obverse import cli, idx, seeds

_SIDE = 28
_TEST_SHARE = 7  # MNIST keeps one picture in seven for testing
_WHITE = 16  # of the 8 x 8 pictures


def write_mnist(*, seed: int, train_images: Path, train_labels: Path, test_images: Path, test_labels: Path) -> None:
    """Write 1,797 digits, enlarged from 8 x 8 to 28 x 28 pixels and shuffled by ``seed``, as four IDX files."""
    digits = load_digits()
    small = np.rint(digits.images * (255 / _WHITE)).astype(np.uint8)
    images = np.stack([np.asarray(Image.fromarray(digit).resize((_SIDE, _SIDE), Image.BICUBIC)) for digit in small])
    labels = digits.target.astype(np.uint8)
    order = seeds.generator(seed, "digits").permutation(len(labels))
    test, train = np.split(order, [len(order) // _TEST_SHARE])
    idx.write(train_images, images[train])
    idx.write(train_labels, labels[train])
    idx.write(test_images, images[test])
    idx.write(test_labels, labels[test])


if __name__ == "__main__":
    cli.run(write_mnist)
