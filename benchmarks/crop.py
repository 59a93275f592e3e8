"""Measure cropping CelebA: against a loop that only decodes, and at growing numbers of pictures up to the full set's.

python benchmarks/crop.py [--archive results/sources/celeba/img_align_celeba.zip] [--size 64] [--counts 12662 …]
"""

import argparse
import io
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from obverse import archives, celeba, pictures

BOX = (35, 70, 143, 178)
FULL = 202_599
_IDENTITIES = 10_177
_BLOCK = 100


def ratios(archive: Path, size: int, count: int) -> tuple[list[float], list[float], list[float]]:
    """Return, for blocks of pictures, seconds a picture decoded only, cropped too, and the first over the second.

    Both read the same members; picture by picture the two take turns, so that a busy machine slows both alike.
    """
    sums: list[tuple[float, float]] = []
    with archives.reading(archive) as members:
        for name in members.names[:count]:
            start = time.perf_counter()
            Image.open(io.BytesIO(members.read(name))).load()
            middle = time.perf_counter()
            pictures.crop(pictures.decode(members.read(name), grey=True), BOX, size, "bilinear")
            sums.append((middle - start, time.perf_counter() - middle))
    blocks = [sums[i : i + _BLOCK] for i in range(0, len(sums) - _BLOCK + 1, _BLOCK)]
    decoded = [statistics.median(first for first, _ in block) for block in blocks]
    cropped = [statistics.median(second for _, second in block) for block in blocks]
    return decoded, cropped, [first / second for first, second in zip(decoded, cropped, strict=True)]


def enlarge(archive: Path, folder: Path, count: int) -> None:
    """Write a CelebA of ``count`` pictures and its identity list into ``folder``, pictures of ``archive`` repeated."""
    with archives.reading(archive) as members:

        def repeated() -> Iterator[tuple[str, bytes]]:
            for row in range(count):
                name = members.names[row % len(members.names)]
                yield f"{celeba.FOLDER}/{celeba.file_name(row)}", members.read(name)

        archives.write(folder / "img_align_celeba.zip", repeated())
    celeba.write_identities(folder / "identity_CelebA.txt", [1 + row * _IDENTITIES // FULL for row in range(count)])


def stage(folder: Path, size: int) -> tuple[float, float]:
    """Return the seconds that the stage takes on the CelebA in ``folder``, and its peak memory in MB."""
    words = {
        "archive": folder / "img_align_celeba.zip",
        "identity-list": folder / "identity_CelebA.txt",
        "size": size,
        "resize": "bilinear",
        "images": folder / "images.npy",
        "crops": folder / "crops.parquet",
    }
    options = [str(word) for name, value in words.items() for word in (f"--{name}", value)]
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "obverse.crop_celeba", "--box", *map(str, BOX), *options], stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"crop_celeba failed with exit status {child.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> None:
    """Print the ratio with its quartiles, then a line for each number of pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--archive", type=Path, default=Path("results/sources/celeba/img_align_celeba.zip"))
    parser.add_argument("--size", type=int, default=64, help="pixels a side of what is kept")
    parser.add_argument("--pictures", type=int, default=4000, help="pictures for the ratio")
    parser.add_argument("--counts", type=int, nargs="*", default=[FULL // 16, FULL // 4, FULL])
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, Python {platform.python_version()}, Pillow {Image.__version__}, load {load:.1f}")
    decoded, cropped, found = ratios(options.archive, options.size, options.pictures)
    low, middle, high = statistics.quantiles(found, n=4)
    print(
        f"{options.size} x {options.size}: decoding alone {statistics.median(decoded) * 1e6:.0f} us a picture, "
        f"decoding, crop and resize {statistics.median(cropped) * 1e6:.0f} us; rate {middle:.1%} of decoding alone "
        f"(quartiles {low:.1%} to {high:.1%}; {len(found)} blocks of {_BLOCK})"
    )
    for count in options.counts:
        with tempfile.TemporaryDirectory() as folder:
            enlarge(options.archive, Path(folder), count)
            seconds, memory = stage(Path(folder), options.size)
        print(
            f"{count:9,} pictures: {seconds:6.1f} s, {count / seconds:6,.0f} pictures/s, peak memory {memory:,.0f} MB"
        )


if __name__ == "__main__":
    main()
