"""ONNX files: opened so that nothing beside their own bytes is read, and run by the CPU."""

from collections.abc import Sequence
from pathlib import Path

import onnxruntime

from obverse.devices import Device
from obverse.errors import UnusableInput


def opened(path: Path, content: bytes, device: Device, remedy: str) -> onnxruntime.InferenceSession:
    """Return the model that ``content``, the bytes of ``path``, holds, to be run by the device's CPU threads.

    Raises `UnusableInput` when it is damaged, asks for operators that there are not, or for a file beside it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = device.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A model may name further files to be read, which no hash covers: they are looked for where there is nothing.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", "/dev/null/none")
    try:
        # From bytes, which are those that were compared.
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime raises classes of its own that share no base
        problem = f"expected an ONNX model, found one that cannot be opened ({str(error).splitlines()[0][:160]})"
        raise UnusableInput(path, problem, remedy) from error


def fits(declared: Sequence[int | str | None], sides: Sequence[int]) -> bool:
    """Return whether an input that is ``declared`` so takes an array of ``sides``; what is no number takes any."""
    pairs = zip(declared, sides, strict=False)
    return len(declared) == len(sides) and all(own == side for own, side in pairs if isinstance(own, int))
