"""What a process ran with: the code and libraries it really loaded, its machine, device and threads.

All of it is read off the running process, for its record; nothing here loads a library or changes a result.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from obverse import files, provenance

# What decides how many threads there are, which GPU, and which job of a cluster it was.
_VARIABLES = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"),
    *("CUDA_VISIBLE_DEVICES", "CUBLAS_WORKSPACE_CONFIG", "PYTHONHASHSEED"),
    *("SLURM_JOB_ID", "SLURM_JOB_PARTITION", "SLURM_CPUS_PER_TASK"),
)

# As in provenance, of what others import.
_DISTRIBUTIONS = provenance.DISTRIBUTIONS | {
    "_distutils_hack": "setuptools",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil",
    "mpl_toolkits": "matplotlib",
    "socks": "pysocks",
    "torchgen": "torch",
}


def sources() -> dict[str, str]:
    """Return the source of each module of this package that is loaded, by its name as in `provenance.code`."""
    found = {}
    for name, module in sorted(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        full = spec.name if name == "__main__" and spec else name  # a stage is run as the main module
        if full.split(".")[0] == "obverse" and getattr(module, "__file__", None):
            found[full.removeprefix("obverse.")] = Path(module.__file__).read_text()
    return found


def code(loaded: Mapping[str, str], memory: Path) -> dict[str, str]:
    """Return `provenance.digest` of each of the ``loaded`` sources, by the module's name.

    A digest takes milliseconds, so those that were ever taken are kept in ``memory``, a file of JSON lines, which may
    be there or not: by the sha256 of the source and of the code that takes digests.
    """
    taking = Path(provenance.__file__).read_bytes()
    known, fresh, digests = dict(_remembered(memory)), {}, {}
    for module, source in loaded.items():
        key = hashlib.sha256(taking + source.encode()).hexdigest()
        digests[module] = known.get(key) or fresh.setdefault(key, provenance.digest(source))
    if fresh:
        with contextlib.suppress(OSError):  # they are taken again next time
            files.append(memory, json.dumps(fresh, sort_keys=True).encode() + b"\n")
    return digests


def _remembered(memory: Path) -> Iterator[tuple[str, str]]:
    if not memory.is_file():
        return
    for line in memory.read_bytes().splitlines():
        try:
            yield from json.loads(line).items()
        except (ValueError, AttributeError):  # torn by a kill
            continue


def versions() -> dict[str, str]:
    """Return the version of each distribution that a loaded module belongs to."""
    found = {}
    for folder in {os.path.realpath(entry): entry for entry in sys.path if os.path.isdir(entry)}.values():
        installed = dict(_installed(folder))
        for module, file in _loaded(folder).items() if installed else ():
            names = (_DISTRIBUTIONS.get(module.split(".")[0]), module.split(".")[0], module)
            known = (_normal(name) for name in names if name)
            owner = next((name for name in known if name in installed), None) or _owner(folder, installed, file)
            if owner:
                found[owner] = installed[owner][0]
    return dict(sorted(found.items()))


def _installed(folder: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each distribution in ``folder``: its name, its version, and the folder of its metadata."""
    for entry in os.listdir(folder):
        if entry.endswith(".dist-info"):
            name, _, version = entry.removesuffix(".dist-info").partition("-")
            yield _normal(name), (version, os.path.join(folder, entry))


def _loaded(folder: str) -> dict[str, str]:
    """Return the packages and modules loaded from ``folder``, by one file of each, relative to it.

    Of a package that several distributions share, whose folder has no code of its own, the name has two parts.
    """
    start, found = folder.rstrip(os.sep) + os.sep, {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(start):
            parts = file.removeprefix(start).split(os.sep)
            shared = len(parts) > 1 and getattr(sys.modules.get(parts[0]), "__file__", None) is None
            name = ".".join(part.split(".")[0] for part in parts[: 2 if shared else 1])
            found.setdefault(name, "/".join(parts))
    return found


def _owner(folder: str, installed: Mapping[str, tuple[str, str]], file: str) -> str | None:
    """Return the distribution that lists ``file``: read only for one whose name does not say whose it is."""
    entry = f"\n{file},".encode()
    for name, (_, metadata) in installed.items():
        listing = Path(metadata, "RECORD")
        if listing.is_file() and entry in b"\n" + listing.read_bytes():
            return name
    return None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def threads(arguments: Mapping[str, object]) -> int:
    """Return the threads that torch computes with; where it is not loaded, those the command names, else 1."""
    torch = sys.modules.get("torch")
    return torch.get_num_threads() if torch else int(arguments.get("threads", 1))


def device(arguments: Mapping[str, object]) -> dict[str, object]:
    """Return what `devices.Device.describe` says of the device that was used, nothing where none was."""
    devices, torch = sys.modules.get("obverse.devices"), sys.modules.get("torch")
    if not devices or not torch or (torch.cuda.is_available() and not torch.cuda.is_initialized()):
        return {}
    # Prepared as the stage did: those that are not told a precision compute in float32.
    return devices.prepare(arguments.get("precision", "float32"), torch.get_num_threads()).describe()


def host() -> dict[str, object]:
    """Return the machine's name, system, architecture and processor, and how many cores this process may run on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "node": platform.node(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": cores,
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if not listed.is_file():
        return platform.processor()
    with listed.open() as lines:
        return next((each.partition(":")[2].strip() for each in lines if each.startswith("model name")), "")


def environment() -> dict[str, str]:
    """Return those variables that decide how a process computes, as far as they are set."""
    return {name: os.environ[name] for name in _VARIABLES if name in os.environ}
