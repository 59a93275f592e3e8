"""Measure removing those of CelebA who are in FaceScrub too, by names and by faces, up to the full sets' size.

python benchmarks/overlap.py [--shares 0.0625 0.25 1] [--dimension 512]

Names and embeddings are made up: 10,177 and 530 people, 202,599 and 48,579 pictures, 296 people in both. Each size is
measured in a process of its own.
"""

import argparse
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from obverse import celeba, embeddings, facescrub, overlaps, samples
from obverse.remove_overlap import remove_overlap

PICTURES = {"celeba": 202_599, "facescrub": 48_579}
PEOPLE = {"celeba": 10_177, "facescrub": 530}
SHARED = 296
_SYLLABLES = ["ba", "con", "del", "fi", "gra", "hol", "ju", "kem", "lo", "mar", "ni", "pol", "ros", "ste", "tu", "vin"]


def name(person: int) -> str:
    """Return a made-up name of two words, a different one for everybody."""
    digits = [person // 16**place % 16 for place in range(4)]
    first, last = (_SYLLABLES[digits[i]] + _SYLLABLES[digits[i + 1]] for i in (0, 2))
    return f"{first} {last}".title()


def write(folder: Path, share: float, dimension: int) -> None:
    """Write tables of ``share`` of the people and pictures."""
    draw = np.random.default_rng(0)
    people = {role: round(share * count) for role, count in PEOPLE.items()}
    numbers = {
        "celeba": np.arange(people["celeba"]),  # the first of them are FaceScrub's too
        "facescrub": np.r_[: round(share * SHARED), 20_000 : 20_000 + people["facescrub"] - round(share * SHARED)],
    }
    for role, who in numbers.items():
        shown = np.sort(draw.integers(0, len(who), round(share * PICTURES[role])))
        identities = [str(who[row] + 1) if role == "celeba" else name(who[row]) for row in shown]
        directions = np.random.default_rng([1, dimension]).normal(size=(20_000 + people["facescrub"], dimension))
        vectors = directions[who[shown]] + 0.8 * draw.normal(size=(len(shown), dimension))
        embeddings.write(folder / role, np.arange(len(shown)), pa.array(identities), vectors.astype(np.float32), {})
        if role == "celeba":
            ids, fine = np.arange(1, len(shown) + 1), ["ok"] * len(shown)
            columns = {"sample_id": ids, "identity": identities, "source": fine, "status": fine, "duplicate_group": ids}
            samples.write(folder / "crops", pa.table(columns), {})
            celeba.write_names(folder / "names.txt", [name(who[row]).replace(" ", "_") for row in shown])
        else:
            rows = [(text, n, n, "http://a.example/x", 0, 0, 9, 9, "0" * 64) for n, text in enumerate(identities)]
            for path, part in (("actors", rows[::2]), ("actresses", rows[1::2])):
                facescrub.write_list(folder / path, pd.DataFrame(part, columns=facescrub.COLUMNS))


def given(folder: Path) -> dict[str, object]:
    """Return the stage's options that name what `write` wrote, and its numbers."""
    return {
        "crops": folder / "crops",
        "names": str(folder / "names.txt"),
        "facescrub": [folder / "actors", folder / "actresses"],
        "faces": [folder / "celeba", folder / "facescrub"],
        "names_fuzzy": False,
        "threshold": "calibrated",
        "false_match_rate": 0.00001,
    }


def measure(share: float, dimension: int, method: str) -> None:
    """Run the stage once in this process, on what another one wrote, and print a line of the table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        writer = multiprocessing.get_context("spawn").Process(target=write, args=(folder, share, dimension))
        writer.start()
        writer.join()
        out = {kind: folder / kind for kind in ("samples", "pairs", "report")}
        start = time.perf_counter()
        remove_overlap(**given(folder), **out, method=method)
        seconds = time.perf_counter() - start
        removed = (overlaps.read(out["pairs"])["decision"] == overlaps.REMOVED).sum()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {share:g} | {method} | {seconds:,.1f} | {peak:,.0f} | {removed} |")


def main() -> None:
    """Print a table: share of the sets, method, wall time, peak memory of the process, people removed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--shares", type=float, nargs="+", default=[1 / 16, 1 / 4, 1])
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--one", nargs=2, metavar=("SHARE", "METHOD"), help="this one alone, in this process")
    options = parser.parse_args()
    if options.one:
        return measure(float(options.one[0]), options.dimension, options.one[1])
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores")
    print(f"load at the start: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    print("| share | method | seconds | peak MB | people removed |\n|---|---|---|---|---|", flush=True)
    for share in options.shares:
        for method in ("names", "embeddings"):
            command = [sys.executable, __file__, "--dimension", str(options.dimension), "--one", str(share), method]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            print(done.stdout.splitlines()[-1], flush=True)


if __name__ == "__main__":
    main()
