"""Models that turn a face into an embedding: pictures of one person point one way, those of others elsewhere.

A model is a file that is given with its sha256: ONNX, or safetensors of an architecture that is named here. Neither
holds code. A pickle or a TorchScript archive does, and is refused.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from obverse import centres, checkpoints, codeless, onnx_files
from obverse.devices import Device
from obverse.errors import UnusableInput
from obverse.readings import COLOURS, Reading

Embedder = Callable[[np.ndarray], np.ndarray]  # float32 [N, C, S, S] to float32 [N, D] of length 1


class Compact(nn.Module):
    """The project's own small network: float32 [N, channels, size, size] to [N, dimension] of length 1.

    Convolutions with batch norm and ReLU down to an eighth of the size, then one weight for each place and channel
    (global depth-wise convolution, as in MobileFaceNets, Chen et al. 2018) and a linear layer.
    """

    def __init__(self, *, channels: int, size: int, width: int, dimension: int) -> None:
        super().__init__()
        self.architecture = {"channels": channels, "size": size, "width": width, "dimension": dimension}
        plan = [(width, 2), (2 * width, 1), (4 * width, 2), (4 * width, 1), (6 * width, 2)]  # channels, stride
        inner, layers = channels, []
        for outer, stride in plan:
            layers += [nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU()]
            inner = outer
        places = nn.Conv2d(inner, inner, size // 8, groups=inner, bias=False)
        self.layers = nn.Sequential(*layers, places, nn.BatchNorm2d(inner), nn.Flatten(), nn.Linear(inner, dimension))

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """Return one embedding of length 1 a face."""
        return functional.normalize(self.layers(faces).float())


ARCHITECTURES = {"Compact": Compact}


def load(path: Path, sha256: str, reading: Reading, device: Device) -> Embedder:
    """Return the model that ``path`` holds, after comparing the file's bytes with ``sha256``.

    Raises `UnusableInput` when the file is missing, another one, of a kind that can run code, or does not fit
    ``reading``.
    """
    content = codeless.read(path, "a face embedder", _WHICH)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256.lower():
        remedy = "Fetch the file once more, or put the sha256 its makers publish into embedder.sha256."
        raise UnusableInput(path, f"expected sha256 {sha256 or 'in config, none given'}, found {found}", remedy)
    kinds = {".onnx": _onnx, ".safetensors": _safetensors}
    return kinds[codeless.kind(path, content, _WHICH)](path, content, reading, device)


_WHICH = "Name an .onnx file, or .safetensors of one of: " + ", ".join(ARCHITECTURES) + ", under embedder.model."
_FIT = "Set embedder.colour and embedder.size to what it reads."


def _safetensors(path: Path, content: bytes, reading: Reading, device: Device) -> Embedder:
    name = checkpoints.read(path)[0].get("network")
    if name not in ARCHITECTURES:
        raise UnusableInput(path, f"expected one of {', '.join(ARCHITECTURES)}, found {name!r}", _WHICH)
    network = checkpoints.load(path, ARCHITECTURES[name]).to(device.torch)
    wanted = network.architecture["channels"], network.architecture["size"]
    if wanted != (COLOURS[reading.colour], reading.size):
        raise reading.misfit(path, f"{wanted[0]} channels of {wanted[1]} pixels a side", _FIT)

    def embed(faces: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return network(torch.from_numpy(faces).to(device.torch)).cpu().numpy()

    return embed


def _onnx(path: Path, content: bytes, reading: Reading, device: Device) -> Embedder:
    session = onnx_files.opened(path, content, device, _WHICH)
    entries = session.get_inputs()
    shape = entries[0].shape if len(entries) == 1 else []
    if not onnx_files.fits(shape[1:], (COLOURS[reading.colour], reading.size, reading.size)):
        raise reading.misfit(path, f"inputs of shape {[entry.shape for entry in entries]}", _FIT)
    single = isinstance(shape[0], int)  # a batch of fixed size: one by one

    def embed(faces: np.ndarray) -> np.ndarray:
        batches = np.split(faces, len(faces)) if single else [faces]
        rows = [session.run(None, {entries[0].name: batch})[0].reshape(len(batch), -1) for batch in batches]
        return centres.unit(np.concatenate(rows)).astype(np.float32)

    return embed
