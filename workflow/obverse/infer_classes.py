"""Infer what each class of a target looks like: an inverter is shown a vector that is wholly sure of that class."""

from pathlib import Path

import torch

from obverse import checkpoints, cli, devices, views
from obverse.images import stored
from obverse.inverters import Inverter
from obverse.samples import write_images


def infer_classes(*, weights: Path, threads: int, images: Path) -> None:
    """Write an image uint8 [K, H, W] for each class (section 5.5), from an inverter's ``weights`` alone.

    Nothing is asked of the target. Raises `UnusableInput` for weights of another network.
    """
    device = devices.prepare("float32", threads)
    inverter = checkpoints.load(weights, Inverter).to(device.torch, memory_format=torch.channels_last)
    with torch.inference_mode():
        inferred = inverter(views.one_hot(inverter.architecture["num_classes"]).to(device.torch))
    write_images(images, stored(inferred))


if __name__ == "__main__":
    cli.run(infer_classes)
