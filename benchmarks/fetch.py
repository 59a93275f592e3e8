"""Fetch, crop and split a FaceScrub of full size whose hosts are all on this machine, and say what it costs.

python benchmarks/fetch.py [--shares 0.0625 0.25 1] [--folder FOLDER]

The list has the published length (106,863 faces of 530 people) on 2,000 fictitious hosts. By faces: 45 % good, 20 % on
hosts whose name does not resolve, 15 % on hosts that refuse, 10 % 404, 5 % HTML with status 200, 3 % with another
sha256, 1.5 % 500, 0.5 % that never end. The server is a process of its own on the same cores; pictures are small (about
8 kB), so this measures the work per face and not a network.
"""

import argparse
import asyncio
import contextlib
import hashlib
import io
import json
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
from aiohttp import web
from PIL import Image

from obverse import connectors, facescrub, hosts
from obverse.crop_facescrub import crop_facescrub
from obverse.draw_fetch import draw_fetch
from obverse.fetch_facescrub import fetch_facescrub
from obverse.reserve_samples import reserve_samples
from obverse.split_samples import split_samples

FACES, PEOPLE, HOSTS = 106_863, 530, 2_000
UNKNOWN, REFUSING = 0.20, 0.15  # shares of hosts
LIVING = {"good": 0.45, "missing": 0.10, "html": 0.05, "other": 0.03, "error": 0.015, "slow": 0.005}  # of faces
CLOSED = 1
WORKERS = 2
_PICTURES = 256


def pictures() -> list[bytes]:
    """Return some small photographs of nothing."""
    made = []
    for number in range(_PICTURES):
        cells = np.random.default_rng(number).integers(0, 256, (9, 9, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(cells).resize((200, 240), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
        made.append(stream.getvalue())
    return made


def body(made: list[bytes], row: int) -> bytes:
    """Return one face's picture: its own bytes, a shared look."""
    return made[row % _PICTURES] + row.to_bytes(8, "little")


def write_lists(folder: Path, share: float) -> int:
    """Write both lists for ``share`` of the people; return how many."""
    made, draw = pictures(), np.random.default_rng(0)
    faces, people, names = (round(share * whole) for whole in (FACES, PEOPLE, HOSTS))
    rows = []
    for row, host in enumerate(draw.integers(names, size=faces).tolist()):
        if host < (UNKNOWN + REFUSING) * names:
            kind, name = "good", f"{'unknown' if host < UNKNOWN * names else 'refusing'}-{host}.example"
        else:
            odds = np.array(list(LIVING.values()))
            kind, name = draw.choice(list(LIVING), p=odds / odds.sum()), f"host-{host}.example"
        left, top = draw.integers(0, 20, 2).tolist()
        digest = hashlib.sha256(body(made, row)).hexdigest()
        url = f"http://{name}/{kind}/{row}.jpg"
        rows.append((f"Person {row * people // faces:03d}", row, row, url, left, top, left + 180, top + 180, digest))
    table = pd.DataFrame(rows, columns=facescrub.COLUMNS)
    first = table["name"] < f"Person {people // 2:03d}"
    facescrub.write_list(folder / "actors.txt", table[first])
    facescrub.write_list(folder / "actresses.txt", table[~first])
    return people


def _split(folder: Path, samples: Path, rejected: Path, people: int) -> None:
    """Set images aside for the evaluation classifier, and divide the others."""
    reserve_samples(samples=samples, fraction=0.1, seed=1, reserved=folder / "reserved.parquet")
    split_samples(
        samples=samples,
        unseen=[rejected],
        reserved=folder / "reserved.parquet",
        seed=1,
        draw=0,
        classes=people,
        identities=[],
        member_fraction=0.8,
        splits=folder / "splits.parquet",
    )


def serve(told: "multiprocessing.Queue[int]") -> None:
    """Serve all living hosts, for ever."""
    made = pictures()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        kind, _, row = request.path[1:].removesuffix(".jpg").partition("/")
        if not row:
            return web.Response()  # to whether this host is still there, asked at the end
        if kind == "slow":
            await asyncio.sleep(60)
        statuses = {"missing": 404, "error": 500}
        contents = {"html": b"<html>buy this domain</html>", "good": body(made, int(row))}
        return web.Response(status=statuses.get(kind, 200), body=contents.get(kind, made[0]))

    async def run() -> None:
        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, hosts.LOOPBACK, 0, backlog=1024).start()
        told.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


class Resolver(hosts.Resolver):
    """Knows all hosts but the unknown ones; the refusing ones lead to a closed port."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list:
        """Return where ``host`` is."""
        if host.startswith("unknown"):
            raise OSError("no such name")
        return await (hosts.Resolver(CLOSED) if host.startswith("refusing") else super()).resolve(host, port)


def run_stage(stage: str, folder: Path, port: int, people: int) -> None:
    """Run one stage in this process, and print what it used."""

    @contextlib.asynccontextmanager
    async def internet(connections: int) -> AsyncIterator[connectors.Network]:
        yield lambda: connectors.guarded(lambda address, place: place in (port, CLOSED), Resolver(port))

    connectors.internet = internet
    lists = {"actors": folder / "actors.txt", "actresses": folder / "actresses.txt"}
    limits = {"connections": 64, "connect_seconds": 1, "read_seconds": 1, "timeout_seconds": 2, "workers": WORKERS}
    kept = {"faces": folder / "faces.parquet", "pictures": folder / "pictures"}
    cut = {"samples": folder / "samples.parquet"}
    rest = {"images": folder / "images.npy", "rejected": folder / "rejected.csv"}
    work = {
        "fetch": lambda: fetch_facescrub(
            **lists, **limits, **kept, hosts="", accept_hash_mismatch=False, contact="", journal=folder / "journal"
        ),
        "crop": lambda: crop_facescrub(**kept, **cut, **rest, size=64, resize="bilinear", workers=WORKERS),
        "split": lambda: _split(folder, cut["samples"], rest["rejected"], people),
    }
    start = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        work[stage]()
    own, workers = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(json.dumps([time.perf_counter() - start, own, workers * WORKERS]))


def measure(folder: Path, share: float, port: int) -> None:
    """Run the three stages on ``share`` of the list, each in a process of its own, and print a line for each."""
    people = write_lists(folder, share)
    faces = round(share * FACES)
    for stage in ("fetch", "crop", "split"):
        command = [sys.executable, __file__, "--stage", stage, str(folder), str(port), str(people)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, own, workers = json.loads(done.stdout)
        cells = f"{share:g} ({faces:,} faces)", stage, f"{seconds:,.1f}", f"{faces / seconds:,.0f}"
        print(f"| {' | '.join(cells)} | {own:,.0f} + {workers:,.0f} |", flush=True)
    draw_fetch(
        faces=folder / "faces.parquet",
        rejected=folder / "rejected.csv",
        minimum_pictures=20,
        origin="Stand-ins: pictures of nothing on a server of this machine",
        picture=folder / "fetch.png",
        hosts=folder / "fetch.csv",
        identities=folder / "fetch_identities.csv",
    )


def main() -> None:
    """Print a table: wall time, rate, peak memory of the stage and, at most, of its decoders."""
    if sys.argv[1:2] == ["--stage"]:
        stage, folder, port, people = sys.argv[2:]
        return run_stage(stage, Path(folder), int(port), int(people))
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--shares", type=float, nargs="+", default=[1 / 16, 1 / 4, 1])
    parser.add_argument("--folder", type=Path, help="keep everything here; else in a folder that is removed")
    options = parser.parse_args()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("aiohttp", "pillow", "pandas"))
    print(f"{platform.machine()}, Python {platform.python_version()}, {versions}, {multiprocessing.cpu_count()} cores")
    print(f"load at the start: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    told: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(told,), daemon=True)
    server.start()
    port = told.get()
    print(
        "| share of the list | stage | seconds | faces/s | peak MB, stage + decoders |\n|---|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as temporary:
        for share in options.shares:
            folder = (options.folder or Path(temporary)) / f"{share:g}"
            folder.mkdir(parents=True, exist_ok=True)
            measure(folder, share, port)
    server.terminate()


if __name__ == "__main__":
    main()
