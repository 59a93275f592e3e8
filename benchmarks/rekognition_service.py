"""How many faces a second the stand-in for Rekognition answers for, asked by Amazon's own client on this machine.

python benchmarks/rekognition_service.py [--clients 1 16 32] [--requests 400] [--rounds 5] [--threads 1]

The service runs in this process, in a thread of its own as in a stage, or with --apart in a process of its own; either
way on the same cores as the client. Pictures are rendered faces framed as CelebA frames them, each asked about once a
round.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from obverse import devices
from obverse.rekognition import service
from rekognition_clients import client, eyes, face, sent

_PEOPLE = 40


def serve(told: "multiprocessing.Queue[str]", threads: int) -> None:
    """Serve for ever."""
    devices.prepare("float32", threads)
    with service.serving(eyes()) as running:
        told.put(running.url)
        while True:
            time.sleep(3600)


@contextlib.contextmanager
def url_of(apart: bool, threads: int) -> Iterator[tuple[str, list[int]]]:
    """Yield where the service is and, if it is in this process, the list that gets the sizes of its batches."""
    if not apart:
        devices.prepare("float32", threads)
        with service.serving(eyes()) as running:
            yield running.url, running.batch_sizes
        return
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=serve, args=(told, threads), daemon=True)
    process.start()
    try:
        yield told.get(), []
    finally:
        process.terminate()
        process.join()


def ask(url: str, contents: list[bytes], clients: int) -> float:
    """Return requests a second."""
    asking = client(url, max_pool_connections=clients)

    def detect(content: bytes) -> int:
        return len(asking.detect_faces(Image={"Bytes": content}, Attributes=["ALL"])["FaceDetails"])

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        list(pool.map(detect, contents[: 2 * clients]))
        start = time.perf_counter()
        found = sum(pool.map(detect, contents))
        seconds = time.perf_counter() - start
    if found < 0.98 * len(contents):  # looking for one that is not found costs more: it would be another measurement
        raise RuntimeError(f"expected {len(contents)} faces, found {found}")
    return len(contents) / seconds


def main() -> None:
    """Print requests a second for each number of clients: median, least and most of the rounds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 32])
    parser.add_argument("--requests", type=int, default=400, help="in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="of the networks")
    parser.add_argument("--apart", action="store_true", help="the service in a process of its own")
    asked = parser.parse_args()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("torch", "aiohttp", "boto3"))
    print(f"{platform.machine()}, Python {platform.python_version()}, {versions}, {multiprocessing.cpu_count()} cores")
    where = "a process" if asked.apart else "a thread"
    print(f"the service in {where} of its own, {asked.threads} thread(s), load before {os.getloadavg()[0]:.1f}")
    contents = [sent(face(row % _PEOPLE, row // _PEOPLE)) for row in range(asked.requests)]
    with url_of(asked.apart, asked.threads) as (url, sizes):
        for clients in asked.clients:
            before = len(sizes)
            spent = time.process_time()
            rates = [ask(url, contents, clients) for _ in range(asked.rounds)]
            spent = (time.process_time() - spent) / asked.rounds / (len(contents) + 2 * clients)
            usual = collections.Counter(sizes[before:]).most_common(1)
            print(
                f"{clients:>3} at once: {statistics.median(rates):,.0f} requests/s ({min(rates):,.0f} to"
                f" {max(rates):,.0f}; n = {asked.rounds} rounds of {len(contents)})"
                + f", {1000 * spent:.1f} ms of this process's processor time each"
                + "".join(f", mostly {size} seen together" for size, _ in usual),
                flush=True,
            )


if __name__ == "__main__":
    main()
