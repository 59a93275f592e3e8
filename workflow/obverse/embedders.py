"""Models that turn a face into an embedding: pictures of one person point one way, those of others elsewhere.

A model is a file that is given with its sha256: ONNX, or safetensors of an architecture that is named here. Neither
holds code. A pickle or a TorchScript archive does, and is refused.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from obverse import centres, checkpoints, pictures
from obverse.devices import Device
from obverse.errors import UnusableInput

COLOURS = {"grey": 1, "rgb": 3, "bgr": 3}  # what a model reads, and its channels

RESIZE = "bilinear"

Embedder = Callable[[np.ndarray], np.ndarray]  # float32 [N, C, S, S] to float32 [N, D] of length 1


@dataclass(frozen=True)
class Reading:
    """How a model reads a picture: ``size`` pixels a side, each value v as (v - mean) / deviation."""

    colour: str
    size: int
    mean: float
    deviation: float

    @property
    def channels(self) -> int:
        """How many numbers a pixel has."""
        return COLOURS[self.colour]

    def pixels(self, face: Image.Image) -> np.ndarray:
        """Return a cut-out face, resized with antialiasing, as uint8 [C, S, S]."""
        return self.planes(pictures.resized(face, self.size, RESIZE, self.channels))

    def planes(self, values: np.ndarray) -> np.ndarray:
        """Return uint8 [S, S] or, in colour, [S, S, 3], as uint8 [C, S, S]."""
        planes = values[None] if values.ndim == 2 else values.transpose(2, 0, 1)
        return planes[::-1] if self.colour == "bgr" else planes

    def scaled(self, pixels: np.ndarray) -> np.ndarray:
        """Return uint8 values as the float32 values that the model reads."""
        return (pixels.astype(np.float32) - np.float32(self.mean)) / np.float32(self.deviation)


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
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableInput(path, f"expected a face embedder, found {error.strerror}", _WHICH) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256.lower():
        remedy = "Fetch the file once more, or put the sha256 its makers publish into embedder.sha256."
        raise UnusableInput(path, f"expected sha256 {sha256 or 'in config, none given'}, found {found}", remedy)
    kinds = {".onnx": _onnx, ".safetensors": _safetensors}
    if path.suffix not in kinds or content.startswith(_HOLDING_CODE):
        problem = f"expected ONNX or safetensors, found {path.suffix or 'no suffix'}"
        if content.startswith(_HOLDING_CODE) or path.suffix in (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin"):
            problem += ", a pickle or an archive of one or of TorchScript: opening such a file can run any code in it"
        raise UnusableInput(path, problem, _WHICH)
    return kinds[path.suffix](path, content, reading, device)


_HOLDING_CODE = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # zip archives, pickles
_WHICH = "Name an .onnx file, or .safetensors of one of: " + ", ".join(ARCHITECTURES) + ", under embedder.model."


def _safetensors(path: Path, content: bytes, reading: Reading, device: Device) -> Embedder:
    name = checkpoints.read(path)[0].get("network")
    if name not in ARCHITECTURES:
        raise UnusableInput(path, f"expected one of {', '.join(ARCHITECTURES)}, found {name!r}", _WHICH)
    network = checkpoints.load(path, ARCHITECTURES[name]).to(device.torch)
    wanted = network.architecture["channels"], network.architecture["size"]
    if wanted != (COLOURS[reading.colour], reading.size):
        raise _misfit(path, f"{wanted[0]} channels of {wanted[1]} pixels a side", reading)

    def embed(faces: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return network(torch.from_numpy(faces).to(device.torch)).cpu().numpy()

    return embed


def _onnx(path: Path, content: bytes, reading: Reading, device: Device) -> Embedder:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = device.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A model may name further files to be read, which no hash covers: they are looked for where there is nothing.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", "/dev/null/none")
    try:
        # From bytes, which are those that were compared.
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime raises classes of its own that share no base
        problem = f"expected an ONNX model, found one that cannot be opened ({str(error).splitlines()[0][:160]})"
        raise UnusableInput(path, problem, _WHICH) from error
    entries = session.get_inputs()
    shape = entries[0].shape if len(entries) == 1 else []
    given = (COLOURS[reading.colour], reading.size, reading.size)
    sides = zip(shape[1:], given, strict=False)
    if len(shape) != 4 or any(isinstance(side, int) and side != own for side, own in sides):
        raise _misfit(path, f"inputs of shape {[entry.shape for entry in entries]}", reading)
    single = isinstance(shape[0], int)  # a batch of fixed size: one by one

    def embed(faces: np.ndarray) -> np.ndarray:
        batches = np.split(faces, len(faces)) if single else [faces]
        rows = [session.run(None, {entries[0].name: batch})[0].reshape(len(batch), -1) for batch in batches]
        return centres.unit(np.concatenate(rows)).astype(np.float32)

    return embed


def _misfit(path: Path, found: str, reading: Reading) -> UnusableInput:
    expected = f"expected a model that reads {reading.colour} pictures of {reading.size} pixels a side"
    return UnusableInput(path, f"{expected}, found {found}", "Set embedder.colour and embedder.size to what it reads.")
