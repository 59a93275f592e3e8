"""How fast MI-Face searches: the Adversarial Robustness Toolbox, class by class, and ours, all classes at once.

Stop rule, Process and argmin are off on our side, since theirs has none; both must find the same images.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from art.attacks.inference.model_inversion import MIFace
from art.estimators.classification import PyTorchClassifier
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
from obverse import checkpoints, devices, mi_face
from obverse.classifiers import Classifier


def main() -> None:
    """Print seconds of both, in turns, their ratio, and the largest difference between their images.

    Beside the clock's seconds stand the processor's, which others' work on the same machine moves less.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "weights", type=Path, help="of a classifier: results/classifiers/faces/seed1/weights.safetensors"
    )
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    device = devices.prepare("float32", asked.threads)
    classifier = checkpoints.load(asked.weights, Classifier).to(device.torch)
    clocks = {"clock": time.perf_counter, "processor": time.process_time}
    seconds: dict[str, list[np.ndarray]] = {"theirs": [], "ours": []}
    for _ in range(asked.rounds):
        images = {}
        for side, search in (("theirs", theirs), ("ours", ours)):
            start = np.array([clock() for clock in clocks.values()])
            images[side] = search(classifier, asked.steps, device)
            seconds[side].append(np.array([clock() for clock in clocks.values()]) - start)
        apart = np.abs(images["theirs"] - images["ours"]).max(axis=(1, 2, 3))  # one number a class
        print(
            f"theirs {seconds['theirs'][-1].round(2)} s, ours {seconds['ours'][-1].round(2)} s; "
            f"apart: median class {np.median(apart):.1e}, worst {apart.max():.1e}, {(apart > 1e-6).sum()} above 1e-6",
            flush=True,
        )
    for place, name in enumerate(clocks):
        ratios = [first[place] / second[place] for first, second in zip(*seconds.values(), strict=True)]
        middle = statistics.median(ratios)
        print(f"ratio by the {name}: {middle:.1f} ({min(ratios):.1f}–{max(ratios):.1f}, n = {len(ratios)})")


def theirs(classifier: Classifier, steps: int, device: devices.Device) -> np.ndarray:
    """Return the toolbox's images [K, 1, H, W]: threshold 1.0 takes every step, one class a batch."""
    size, num_classes = classifier.architecture["size"], classifier.architecture["num_classes"]
    wrapped = PyTorchClassifier(
        nn.Sequential(classifier, nn.Softmax(dim=1)),
        loss=nn.NLLLoss(),
        input_shape=(1, size, size),
        nb_classes=num_classes,
        clip_values=(0.0, 1.0),
        device_type="gpu" if device.torch.type == "cuda" else "cpu",
    )
    attack = MIFace(wrapped, max_iter=steps, threshold=1.0, learning_rate=0.1, batch_size=1, verbose=False)
    return attack.infer(None, np.arange(num_classes))


def ours(classifier: Classifier, steps: int, device: devices.Device) -> np.ndarray:
    """Return our images [K, 1, H, W] at the same setting."""
    how = mi_face.Search(
        steps=steps,
        patience=0,
        stop_confidence=2.0,
        learning_rate=0.1,
        cost="confidence",
        denoise=0.0,
        sharpen=0.0,
        keep_best=False,
    )
    architecture = classifier.architecture
    found = mi_face.search(classifier, architecture["num_classes"], architecture["size"], how, device.torch)
    return found.images.cpu().numpy()


if __name__ == "__main__":
    main()
