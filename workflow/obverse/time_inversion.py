"""Time how long an inverter takes for one prediction vector."""

import math
import statistics
import time
from pathlib import Path

import torch

from obverse import checkpoints, cli, devices, files
from obverse.inverters import Inverter

_TIMES = 50


def time_inversion(*, weights: Path, threads: int, numbers: Path) -> None:
    """Write milliseconds for one vector (csv: name, value), the median of 50, rounded up to 10, 100 …

    Rounded, so that what is written does not change from run to run; the exact number goes to the log.
    """
    device = devices.prepare("float32", threads)
    inverter = checkpoints.load(weights, Inverter).to(device.torch)
    classes = inverter.architecture["num_classes"]
    vector = torch.log_softmax(torch.linspace(0, 9, classes, device=device.torch), dim=0)[None]
    taken = []
    with torch.inference_mode():
        for _ in range(_TIMES):
            start = time.perf_counter()
            inverter(vector).cpu()  # waits for the device
            taken.append(1000 * (time.perf_counter() - start))
    middle = statistics.median(taken)
    print(f"one vector: {middle:.2f} ms (least {min(taken):.2f}, most {max(taken):.2f}, n = {_TIMES})")
    files.write_bytes(numbers, f"name,value\nmilliseconds,{10 ** max(1, math.ceil(math.log10(middle))):g}\n".encode())


if __name__ == "__main__":
    cli.run(time_inversion)
