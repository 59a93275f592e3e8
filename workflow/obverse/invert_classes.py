"""Search for what each class of a classifier looks like, through its weights: the paper's baseline MIA."""

from pathlib import Path

import pandas as pd

from obverse import checkpoints, cli, devices, files, mi_face
from obverse.classifiers import Classifier
from obverse.images import stored
from obverse.samples import write_images


def invert_classes(
    *,
    weights: Path,
    steps: int,
    patience: int,
    stop_confidence: float,
    learning_rate: float,
    cost: str,
    denoise: float,
    sharpen: float,
    threads: int,
    images: Path,
    searches: Path,
) -> None:
    """Write an image uint8 [K, H, W] for each class, and how each search ended (csv: label, confidence, steps).

    The other parameters are those of `mi_face.Search`. Raises `UnusableInput` for weights of another network.
    """
    device = devices.prepare("float32", threads)
    classifier = checkpoints.load(weights, Classifier).to(device.torch)
    how = mi_face.Search(steps, patience, stop_confidence, learning_rate, cost, denoise, sharpen, keep_best=True)
    num_classes, size = (classifier.architecture[name] for name in ("num_classes", "size"))
    found = mi_face.search(classifier, num_classes, size, how, device.torch)
    sure = (found.confidences >= stop_confidence).sum()
    print(f"classes: {num_classes}, of which {sure} reached a confidence of {stop_confidence}")
    table = pd.DataFrame({"confidence": found.confidences.tolist(), "steps": found.steps.tolist()})
    write_images(images, stored(found.images))
    files.write_bytes(searches, table.to_csv(index_label="label", lineterminator="\n").encode())


if __name__ == "__main__":
    cli.run(invert_classes)
