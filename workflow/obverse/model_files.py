"""Targets that are model files of the user's own: ONNX, or safetensors of an architecture that is named with them.

Neither holds code, and loading one reads no other file. Pickles and archives of TorchScript do, and are refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from obverse import checkpoints, codeless, layouts, onnx_files, torchvision_files
from obverse.classifiers import Classifier
from obverse.devices import Device
from obverse.errors import UnusableInput
from obverse.readings import Reading

# uint8 [N, S, S] or, in colour, [N, S, S, 3] (RGB) to float32 [N, K], probabilities or logits as the model gives them
Scorer = Callable[[np.ndarray], np.ndarray]

_Run = Callable[[np.ndarray, list[str] | None], dict[str, object]]  # the outputs of these names, None: of every name


@dataclass(frozen=True)
class ModelFile:
    """A model file, what it reads, and what it gives.

    ``architecture`` is, for safetensors, ``Classifier`` (ours, as `checkpoints` writes it) or the name of one of
    torchvision's classification models. ``output`` names the output of an ONNX model that holds the scores; "": the
    only one of floats [N, K]. ``size`` is in pixels a side, ``colour`` one of `readings.COLOURS`; each value v of 0 to
    255 is read as (v - mean) / deviation, one number or one a channel in the model's order. ``classes`` is K.
    """

    path: Path
    architecture: str
    output: str
    size: int
    colour: str
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    classes: int

    @property
    def reading(self) -> Reading:
        """How it reads a picture."""
        return Reading(self.colour, self.size, self.mean, self.deviation)


def load(model: ModelFile, device: Device) -> Scorer:
    """Return what asks the model about pictures; it was asked about two black ones.

    Networks run on ``device``, ONNX models on its CPU threads. Raises `UnusableInput` when the file cannot be read, is
    damaged or of a kind that can run code, and when the model reads other pictures or scores other classes.
    """
    content = codeless.read(model.path, "a model file", _WHICH)
    kind = codeless.kind(model.path, content, _WHICH)
    for name, numbers in ("mean", model.mean), ("deviation", model.deviation):
        if len(numbers) not in (1, model.reading.channels):
            problem = f"expected as {name} one number, or one for each of {model.reading.channels} channels"
            raise UnusableInput(model.path, f"{problem}, found {len(numbers)}", f"Set {name} so, or another colour.")
    run = {".onnx": _onnx, ".safetensors": _safetensors}[kind](model, content, device)
    name = _scores(model, run)
    return lambda pictures: run(pictures, [name])[name].astype(np.float32, copy=False)


_WHICH = (
    "Name one .onnx file with its weights within and operators of ONNX alone, or .safetensors together with their "
    "architecture: Classifier or a classification model of torchvision."
)
_FIT = "Set size and colour to what it reads."
_PROBE = 2  # pictures: more than one shows whether each has a row of its own


def _scores(model: ModelFile, run: _Run) -> str:
    """Return the name of the output that holds scores, found by asking."""
    black = np.zeros((_PROBE, model.size, model.size, 3)[: 3 if model.colour == "grey" else 4], np.uint8)
    try:
        given = run(black, None)
    except Exception as error:  # a network raises what its layers do, the runtime classes of its own without a base
        found = f"one that fails on them ({' '.join(str(error).split())[:160]})"
        raise model.reading.misfit(model.path, found, _FIT) from error
    if model.output and model.output not in given:
        problem = f"expected an output that is called {model.output!r}, found {', '.join(given)}"
        raise UnusableInput(model.path, problem, "Set output to the one that holds the scores.")
    candidates = {model.output: given[model.output]} if model.output else given
    fitting = [name for name, value in candidates.items() if _is_scores(value, model.classes)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        problem = f"expected one output of scores of {model.classes} classes, found several: {', '.join(fitting)}"
        raise UnusableInput(model.path, problem, "Set output to the one that holds the scores.")
    found = ", ".join(f"{name or 'scores'} {_described(value)}" for name, value in candidates.items())
    remedy = "Set classes to as many as it scores, and output to the name of the output that holds the scores."
    if any(isinstance(value, list) for value in candidates.values()):
        remedy = "Export with options={'zipmap': False}, or set output to the name of one that holds scores."
    problem = f"expected scores of {model.classes} classes, found {found}, of {_PROBE} pictures"
    raise UnusableInput(model.path, problem, remedy)


def _is_scores(value: object, classes: int) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.shape == (_PROBE, classes)


def _described(value: object) -> str:
    return f"{value.dtype} {list(value.shape)}" if isinstance(value, np.ndarray) else "that is no array (a ZipMap)"


def _planes(model: ModelFile, pictures: np.ndarray) -> np.ndarray:
    return np.stack([model.reading.planes(picture) for picture in pictures])


def _safetensors(model: ModelFile, content: bytes, device: Device) -> _Run:
    load_network = _classifier if model.architecture == "Classifier" else _torchvision
    network = load_network(model, content).to(device.torch, torch.float32).requires_grad_(False)

    def run(pictures: np.ndarray, names: list[str] | None) -> dict[str, object]:
        values = torch.from_numpy(model.reading.scaled(_planes(model, pictures)))
        with torch.inference_mode():
            return {model.output: network(values.to(device.torch)).cpu().numpy()}  # the only one, whatever its name

    return run


def _classifier(model: ModelFile, content: bytes) -> Classifier:
    try:
        network = checkpoints.load(model.path, Classifier)
    except UnusableInput as error:  # it would have the file deleted, which no rule makes again
        raise UnusableInput(model.path, error.problem, _WHICH) from error
    size = network.architecture["size"]
    if (model.colour, model.size) != ("grey", size):
        raise model.reading.misfit(model.path, f"a Classifier of grey ones of {size} pixels a side", _FIT)
    return network


def _torchvision(model: ModelFile, content: bytes) -> nn.Module:
    network = torchvision_files.load(model.path, content, model.architecture, model.classes)
    if model.colour == "grey":
        raise model.reading.misfit(model.path, f"{model.architecture}, which reads rgb or bgr", _FIT)
    return network


def _onnx(model: ModelFile, content: bytes, device: Device) -> _Run:
    session = onnx_files.opened(model.path, content, device, _WHICH)
    entry, lay_out = _entry(model, session)
    outputs = [output.name for output in session.get_outputs()]
    element = _element(model, entry.type)

    def run(pictures: np.ndarray, names: list[str] | None) -> dict[str, object]:
        planes = _planes(model, pictures)
        values = lay_out(planes if element is np.uint8 else model.reading.scaled(planes).astype(element, copy=False))
        batches = np.split(values, len(values)) if entry.shape[0] == 1 else [values]
        answers = [session.run(names, {entry.name: batch}) for batch in batches]
        return {name: _joined(parts) for name, parts in zip(names or outputs, zip(*answers, strict=True), strict=True)}

    return run


def _entry(
    model: ModelFile, session: onnxruntime.InferenceSession
) -> tuple[onnxruntime.NodeArg, Callable[[np.ndarray], np.ndarray]]:
    """Return the input, and how pictures are laid out for it."""
    entries = session.get_inputs()
    shape = entries[0].shape if len(entries) == 1 else []
    order = layouts.layout(shape[1:], model.reading.channels, model.size) if shape else None
    if order is None:
        found = f"inputs of shape {[entry.shape for entry in entries]}"
        raise model.reading.misfit(model.path, found, _FIT + " It must have one input.")
    if isinstance(shape[0], int) and shape[0] != 1:
        problem = f"expected a model that reads any number of pictures at once, or one, found {shape[0]}"
        raise UnusableInput(model.path, problem, "Export it with a batch of any size.")
    return entries[0], order


def _element(model: ModelFile, kind: str) -> type:
    """Return what the input's numbers are."""
    elements = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(uint8)": np.uint8}
    if kind not in elements:
        problem = f"expected an input of {', '.join(elements)}, found {kind}"
        raise UnusableInput(model.path, problem, "Export it so that it reads float.")
    if kind == "tensor(uint8)" and (set(model.mean), set(model.deviation)) != ({0}, {1}):
        problem = f"expected mean 0 and deviation 1 for an input of uint8, found {model.mean} and {model.deviation}"
        raise UnusableInput(model.path, problem, "Set them so: it scales values by itself.")
    return elements[kind]


def _joined(parts: tuple) -> object:
    """Return one output of several batches as that of all."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], list):
        return [one for part in parts for one in part]
    return np.concatenate([np.atleast_1d(part) for part in parts])
