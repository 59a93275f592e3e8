"""Measure how many faces a second are rendered, pictures alone: no JPEG coding, no building of heads.

python benchmarks/render_faces.py [--size 128] [--faces 300] [--rounds 7] [--processes 1 2]
"""

import argparse
import multiprocessing
import platform
import statistics
import time

from obverse.faces import people, render, shots

_PEOPLE = 10


def measure(size: int, faces: int, first_person: int) -> float:
    """Return the seconds that ``faces`` faces of ``size`` x ``size`` pixels take, drawing pose and light included."""
    heads = [render.sculpt(people.person(0, first_person + index)) for index in range(_PEOPLE)]
    _draw(heads[0], size, 0)  # compiles
    start = time.perf_counter()
    for picture in range(faces):
        _draw(heads[picture % _PEOPLE], size, picture)
    return time.perf_counter() - start


def _draw(head: render.Head, size: int, picture: int) -> None:
    shot = shots.draw_shot(0, "benchmark", head.person, picture)
    plane = render.outline(head.person, shot)
    placement = render.eyes_at(plane, (0.37 * size, 0.44 * size), (0.63 * size, 0.44 * size))
    render.render(head, shot, plane, (size, size), placement)


def main() -> None:
    """Print the rate for each number of processes: median, least and most of the rounds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--size", type=int, default=128, help="pixels a side")
    parser.add_argument("--faces", type=int, default=300, help="faces a process draws in one round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, {multiprocessing.cpu_count()} cores")
    measure(options.size, 1, 0)  # fills the cache of compiled code before other processes start
    for processes in options.processes:
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            work = [(options.size, options.faces, _PEOPLE * worker) for worker in range(processes)]
            pool.starmap(measure, [(options.size, 1, 0)] * processes)
            rates = [
                sum(options.faces / seconds for seconds in pool.starmap(measure, work, chunksize=1))
                for _ in range(options.rounds)
            ]
        print(
            f"{options.size} x {options.size}, {processes} process(es): {statistics.median(rates):,.0f} faces/s"
            f" ({min(rates):,.0f} to {max(rates):,.0f}; n = {options.rounds} rounds of {options.faces} faces each)"
        )


if __name__ == "__main__":
    main()
