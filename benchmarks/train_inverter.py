"""How fast the paper's FaceScrub inverter trains: the published loop and ours, in turns, each in its own process.

64-pixel pictures, 530 classes, width 128, batches of 128. On two CPU cores it takes two minutes.
"""

import argparse
import datetime
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import published_loop
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
from obverse import devices, training
from obverse.images import resident
from obverse.inversions import Inversion
from obverse.inverters import Inverter

SIZE, CLASSES, WIDTH, BATCH, PICTURES = 64, 530, 128, 128, 4096
SIDES = ("published", "ours")


def main() -> None:
    """Print images per second of both sides, their ratio, and what part of the machine's matrix rate ours reaches."""
    parser = argparse.ArgumentParser(description=__doc__)
    cuda = torch.cuda.is_available()
    parser.add_argument("--steps", type=int, default=100 if cuda else 1, help="steps of each side in a round")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--precision", choices=devices.PRECISIONS, default="auto", help="of ours")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        answer(asked)
    else:
        compare(asked)


def compare(asked: argparse.Namespace) -> None:
    """Run both sides in turns, and print."""
    device = devices.prepare(asked.precision, asked.threads)
    print(machine(device), flush=True)
    matrix = matrix_rates(device)
    rates: dict[str, list[float]] = {side: [] for side in SIDES}
    workers = {side: start(side, asked) for side in SIDES}
    try:
        for turn in range(asked.rounds):
            for side, worker in workers.items():
                rates[side].append(asked.steps * BATCH / ask(worker, asked.steps))
            print(
                f"round {turn + 1}: " + ", ".join(f"{side} {rates[side][-1]:,.1f} images/s" for side in SIDES),
                flush=True,
            )
    finally:
        for worker in workers.values():
            worker.stdin.close()
            worker.wait()
    for side in SIDES:
        print(f"{side:>9}: {spread(rates[side], '{:,.1f}')} images/s")
    ratios = [ours / published for published, ours in zip(*rates.values(), strict=True)]
    print(f"    ratio: {spread(ratios, '{:.2f}')}")
    reached = statistics.median(rates["ours"]) * operations()
    share = reached / matrix[device.precision]
    print(f"     ours: {reached / 1e9:,.0f} GFLOP/s, {share:.0%} of the rate of a {device.precision} matrix product")


def machine(device: devices.Device) -> str:
    """Return machine, versions and date in words."""
    described = device.describe()
    model = next(
        (line.split(":")[1].strip() for line in cpu_lines() if line.startswith("model name")), platform.machine()
    )
    return (
        f"{datetime.date.today()}, {described['device']} ({model}), {device.threads} threads, "
        f"load before {os.getloadavg()[0]:.1f}\nours in {device.precision}, torch {torch.__version__}, "
        f"Python {platform.python_version()}, {platform.system()}"
    )


def cpu_lines() -> list[str]:
    """Return what Linux says of the processor; nothing elsewhere."""
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []


def matrix_rates(device: devices.Device) -> dict[str, float]:
    """Measure and print the best rate of a large matrix product in each precision, in operations a second."""
    rates = {}
    size = 8192 if device.torch.type == "cuda" else 3072
    for precision in ("float32", "bfloat16"):
        matrix = torch.ones(size, size, device=device.torch, dtype=getattr(torch, precision))
        seconds = min(timed(lambda matrix=matrix: matrix @ matrix, device) for _ in range(6))
        rates[precision] = 2 * size**3 / seconds
        print(f"matrix product in {precision}: {rates[precision] / 1e9:,.0f} GFLOP/s", flush=True)
    return rates


def timed(work: object, device: devices.Device) -> float:
    """Return the seconds ``work()`` takes."""
    start = time.perf_counter()
    work()
    if device.torch.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def operations() -> float:
    """Return the floating-point operations of one image: forward and two backward products of two an element."""
    channels = [WIDTH * 8, WIDTH * 4, WIDTH * 2, WIDTH, 1]
    products = CLASSES * channels[0] * 16
    for layer, (inner, outer) in enumerate(zip(channels, channels[1:], strict=False)):
        products += inner * outer * 16 * (4 * 2**layer) ** 2
    return 6.0 * products


def spread(values: list[float], form: str) -> str:
    """Return the median, and the smallest to the largest value."""
    middle, low, high = (form.format(value) for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({low}–{high})"


def start(side: str, asked: argparse.Namespace) -> subprocess.Popen:
    """Start the process of one side, and wait until it has taken its first step."""
    options = ["--side", side, "--threads", str(asked.threads), "--precision", asked.precision]
    worker = subprocess.Popen(
        [sys.executable, __file__, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    ask(worker, 1)
    return worker


def ask(worker: subprocess.Popen, steps: int) -> float:
    """Return the seconds a side takes for ``steps`` steps."""
    print(steps, file=worker.stdin, flush=True)
    line = worker.stdout.readline()
    if not line:
        raise SystemExit(f"a side ended with status {worker.wait()}")
    return float(line)


def answer(asked: argparse.Namespace) -> None:
    """Be one side: for each line, take so many steps and print the seconds."""
    torch.set_num_threads(asked.threads)
    draw = np.random.default_rng(0)
    pictures = draw.integers(0, 256, (PICTURES, SIZE, SIZE), dtype=np.uint8)
    steps = (
        published_loop.losses(pictures, CLASSES, WIDTH, BATCH) if asked.side == "published" else ours(pictures, asked)
    )
    for line in sys.stdin:
        began = time.perf_counter()
        for _ in range(int(line)):
            loss = next(steps)
        loss.item()  # waits for the device
        print(time.perf_counter() - began, flush=True)


def ours(pictures: np.ndarray, asked: argparse.Namespace) -> Iterator[torch.Tensor]:
    """Yield the loss of one step of our training after another; the classifier was asked before, once."""
    device = devices.prepare(asked.precision, asked.threads)
    draw = np.random.default_rng(1)
    released = torch.log_softmax(torch.from_numpy(3 * draw.standard_normal((PICTURES, CLASSES), np.float32)), dim=1)
    examples = (released.to(device.torch), resident(pictures, np.arange(PICTURES), device.torch))
    architecture = {"size": SIZE, "width": WIDTH, "features": "shifted", "offset": 50.0, "learn_offset": False}
    network = training.initialised(Inverter, 1, num_classes=CLASSES, **architecture)
    schedule = training.Schedule(seed=1, epochs=1, batch_size=BATCH, learning_rate=2e-4)
    run = training.Training(network, Inversion(examples, examples), schedule, device, keep="last", label="benchmark")
    while True:
        for rows in torch.from_numpy(draw.permutation(PICTURES)).to(device.torch).split(BATCH):
            yield run.step(rows)


if __name__ == "__main__":
    main()
