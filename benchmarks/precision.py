"""Whether an inverter trained in bfloat16 ends where one trained in float32 does: six seeds each, on a small task.

Its 32-pixel pictures are a few soft spots each, its scores a fixed random projection of the pixels to 53 classes.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
from obverse import devices, training
from obverse.inversions import Inversion
from obverse.inverters import Inverter
from obverse.states import State

SIZE, CLASSES, WIDTH, TRAIN, VALIDATION = 32, 53, 16, 4096, 512


def main() -> None:
    """Print the lowest validation error of each run, and how the two precisions differ beside how seeds do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    ends = {}
    for precision in ("float32", "bfloat16"):
        ends[precision] = np.array([trained(precision, seed, asked) for seed in range(1, asked.seeds + 1)])
        listed = ", ".join(f"{end:.5f}" for end in ends[precision])
        print(f"{precision}: mean {ends[precision].mean():.5f}, standard deviation {ends[precision].std(ddof=1):.5f}")
        print(f"  of {listed}", flush=True)
    apart = ends["bfloat16"].mean() - ends["float32"].mean()
    print(f"bfloat16 ends {apart:+.5f} from float32, {apart / ends['float32'].mean():+.1%}")


def trained(precision: str, seed: int, asked: argparse.Namespace) -> float:
    """Return the lowest validation error of one training."""
    device = devices.prepare(precision, asked.threads)
    released, pictures = (values.to(device.torch) for values in task())
    parts = ((released[:TRAIN], pictures[:TRAIN]), (released[TRAIN:], pictures[TRAIN:]))
    architecture = {"size": SIZE, "width": WIDTH, "features": "shifted", "offset": 50.0, "learn_offset": False}
    network = training.initialised(Inverter, seed, num_classes=CLASSES, **architecture)
    schedule = training.Schedule(seed, asked.epochs, batch_size=64, learning_rate=1e-3)
    run = training.Training(
        network, Inversion(*parts), schedule, device, keep="lowest", label=f"{precision}, seed {seed}"
    )
    with tempfile.TemporaryDirectory() as folder:
        history = run.run(State(Path(folder) / "state", "benchmark"))
    return min(row["validation_loss"] for row in history)


def task() -> tuple[torch.Tensor, torch.Tensor]:
    """Return log-probabilities float32 [N, K] and pictures uint8 [N, 32, 32]."""
    draw = np.random.default_rng(0)
    count = TRAIN + VALIDATION
    rows, columns = draw.uniform(4, SIZE - 4, (2, count, 4, 1))
    spots = [np.exp(-((np.arange(SIZE) - centre) ** 2) / 30) for centre in (rows, columns)]
    pictures = np.einsum("nsh,nsw,ns->nhw", *spots, draw.uniform(0.2, 1, (count, 4)))
    pictures = np.clip(pictures, 0, 1)
    flat = (pictures - pictures.mean(axis=0)).reshape(count, -1)
    logits = flat @ draw.standard_normal((SIZE * SIZE, CLASSES))
    scores = torch.from_numpy(3 * logits / logits.std()).float()
    return torch.log_softmax(scores, dim=1), torch.from_numpy(np.round(255 * pictures).astype(np.uint8))


if __name__ == "__main__":
    main()
