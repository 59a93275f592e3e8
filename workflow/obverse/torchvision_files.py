"""Weights of torchvision's classification models, as safetensors: tensors and their names, no code."""

import difflib
import warnings
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_of
from torch import nn

from obverse.errors import UnusableInput

_SHOWN = 3  # of what does not fit
_DAMAGED = "Write it once more, with safetensors.torch.save_file(model.state_dict(), path)."
_OTHERS = "Set architecture to the model that it is of, and classes to as many as it scores."


def load(path: Path, content: bytes, name: str, classes: int) -> nn.Module:
    """Return torchvision's model ``name`` of ``classes`` with the weights in ``content``, the bytes of ``path``.

    It is in float32, on the CPU and in evaluation mode. Raises `UnusableInput` when there is no such model, when the
    file is damaged, and when it holds other weights.
    """
    network = _built(path, name, classes)
    try:
        weights = tensors_of(content)
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        problem = f"expected safetensors, found something unreadable ({_brief(error)})"
        raise UnusableInput(path, problem, _DAMAGED) from error
    expected = f"expected the weights of {name} of {classes} classes, found others"
    others = _others(network.state_dict(), weights)
    if others:
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        raise UnusableInput(path, f"{expected}: {', '.join(others[:_SHOWN])}{more}", _OTHERS)
    floats = OrderedDict((key, value.float() if value.is_floating_point() else value) for key, value in weights.items())
    # Safetensors drop what torch notes beside weights: MNASNet will not load without the version of its layers.
    floats._metadata = {"": {"version": network._version}}
    try:
        network.load_state_dict(floats, strict=True, assign=True)
    except (RuntimeError, ValueError) as error:
        raise UnusableInput(path, f"{expected} ({_brief(error)})", _OTHERS) from error
    return network.eval()


def _built(path: Path, name: str, classes: int) -> nn.Module:
    from torchvision import models  # a second of its own, and few targets are of it

    known = models.list_models(module=models)
    if name not in known:
        near = difflib.get_close_matches(name, ["Classifier", *known], cutoff=0.4) or ["resnet18", "vgg16", "vit_b_16"]
        problem = f"expected Classifier or a classification model of torchvision, found {name!r}"
        raise UnusableInput(path, problem, f"Name one under architecture, for instance {', '.join(near)}.")
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")  # they are about initial weights, of which none is kept
        try:
            with torch.device("meta"):  # the weights come from the file: initialising them would be wasted
                return models.get_model(name, weights=None, num_classes=classes)
        except NotImplementedError:  # RegNets reckon their widths with tensors, which must have values for it
            return models.get_model(name, weights=None, num_classes=classes)


def _others(wanted: dict[str, torch.Tensor], found: dict[str, torch.Tensor]) -> list[str]:
    """Return what does not fit, one a name; how many batches were seen, torch itself does without."""
    missing = [f"no {name}" for name in wanted if name not in found and not name.endswith("num_batches_tracked")]
    unknown = [f"an unknown {name}" for name in found if name not in wanted]
    shapes = [
        f"{name} of {list(found[name].shape)} instead of {list(value.shape)}"
        for name, value in wanted.items()
        if name in found and found[name].shape != value.shape
    ]
    return shapes + missing + unknown


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
