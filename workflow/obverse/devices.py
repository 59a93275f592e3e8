"""The device a network runs on, the precision of its arithmetic there, and the switches that make it repeat."""

import contextlib
import ctypes
import os
import platform
import sys
from dataclasses import dataclass

import torch

# docs/benchmarks/train_inverter.md. A CPU multiplies bfloat16 faster than float32 where it has matrix units (AMX), and
# AMD's where they have the instructions of AVX-512; the same instructions on an Intel CPU are slower than float32.
PRECISION = {
    "cuda": "bfloat16",
    "cpu with matrix units": "bfloat16",
    "amd with avx512_bf16": "bfloat16",
    "cpu": "float32",
}

PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class Device:
    """A torch device, ``float32`` or ``bfloat16``, and the CPU threads in use."""

    torch: torch.device
    precision: str
    threads: int

    def autocast(self) -> contextlib.AbstractContextManager:
        """Return the context in which a network runs: bfloat16 where that is the precision."""
        return torch.autocast(self.torch.type, dtype=torch.bfloat16, enabled=self.precision == "bfloat16")

    def describe(self) -> dict[str, object]:
        """Return what of this machine decides the last bits of a result: for stamps."""
        cuda = self.torch.type == "cuda"
        return {
            "device": torch.cuda.get_device_name(self.torch) if cuda else torch.backends.cpu.get_cpu_capability(),
            "architecture": platform.machine(),
            "precision": self.precision,
            "threads": self.threads,
            "torch": torch.__version__,
        }


def prepare(precision: str, threads: int) -> Device:
    """Choose the device (CUDA where there is one), set the threads, and make every operation repeat.

    ``precision`` is ``float32``, ``bfloat16`` or ``auto`` (the table above); raises `ValueError` for another one.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"expected a precision among {', '.join(PRECISIONS)}, found {precision!r}")
    # cuBLAS reads this when it starts, and repeats its sums only with a fixed workspace.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    _keep_memory()
    torch.set_num_threads(threads)
    # The same switch as use_deterministic_algorithms, which would also load torch's compiler to set one of its own.
    torch.set_deterministic_debug_mode("error")
    # Every tensor made empty is written before it is read: filling them first would only cost time.
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.backends.cudnn.benchmark = False
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return Device(device, PRECISION[_kind(device)] if precision == "auto" else precision, threads)


def _kind(device: torch.device) -> str:
    if device.type != "cpu":
        return device.type
    able = torch.cpu.get_capabilities()
    if able.get("amx_bf16"):
        return "cpu with matrix units"
    fast = able.get("avx512_bf16") and str(able.get("cpu_name")).startswith("AMD")
    return "amd with avx512_bf16" if fast else "cpu"


def _keep_memory() -> None:
    """Have glibc keep what is freed: a step asks for the same large blocks again.

    By default it hands each back to the system and has it zeroed anew.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 2**30)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # <malloc.h>
