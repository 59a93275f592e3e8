"""Weights on disk: safetensors that say which network they are of and how they were made."""

import json
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from obverse import files
from obverse.errors import UnusableInput

Network = TypeVar("Network", bound=nn.Module)


def save(path: Path, network: nn.Module, stamp: dict[str, str]) -> None:
    """Write ``network``'s weights, its class name and ``architecture``, and the stamp (`stamps.stamp`) they came with.

    Everything goes into the stamp's one entry: several metadata entries would be written in random order.
    """
    record = json.loads(stamp["obverse"]) | {"network": type(network).__name__, "architecture": network.architecture}
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    with files.replacing(path) as temporary:
        save_file(weights, temporary, metadata={"obverse": json.dumps(record, sort_keys=True)})


def load(path: Path, kind: type[Network]) -> Network:
    """Return the network of class ``kind`` that ``path`` holds, on the CPU and in evaluation mode.

    Raises `UnusableInput` when the file is damaged, is of another class, or lacks a weight.
    """
    record, weights = read(path)
    if record.get("network") != kind.__name__:
        raise _unusable(path, f"expected weights of {kind.__name__}, found those of {record.get('network')}")
    try:
        with torch.device("meta"):  # the weights come from the file: initialising them would be wasted
            network = kind(**record["architecture"])
        network.load_state_dict(weights, assign=True)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise _unusable(path, f"expected the weights of one {kind.__name__}, found others ({_brief(error)})") from error
    return network.eval()


def fact(path: Path, name: str) -> object:
    """Return what the stamp of a weight file says of ``name``; raise `UnusableInput` where it says nothing."""
    record, _ = read(path)
    if name not in record:
        raise _unusable(path, f"expected weights that say their {name}, found none such")
    return record[name]


def read(path: Path) -> tuple[dict, dict[str, torch.Tensor]]:
    """Return the record and the tensors of a weight file; raise `UnusableInput` when it cannot be read."""
    try:
        with safe_open(path, framework="pt") as opened:
            record = json.loads((opened.metadata() or {})["obverse"])
            if not isinstance(record, dict):
                raise ValueError(f"expected a record, found {type(record).__name__}")
            return record, {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (not a mapping)
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise _unusable(
            path, f"expected a weight file of ours, found something unreadable ({_brief(error)})"
        ) from error


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


def _unusable(path: Path, problem: str) -> UnusableInput:
    return UnusableInput(path, problem, "Delete it and run the same command again: the rule that makes it will.")
