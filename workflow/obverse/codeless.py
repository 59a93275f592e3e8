"""Files of models that hold no code, ONNX and safetensors: any other is refused before it is opened."""

from pathlib import Path

from obverse.errors import UnusableInput

KINDS = (".onnx", ".safetensors")


def read(path: Path, expected: str, remedy: str) -> bytes:
    """Return the bytes of ``path``; raise `UnusableInput`, which says what was ``expected``, when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableInput(path, f"expected {expected}, found {error.strerror}", remedy) from error


def kind(path: Path, content: bytes, remedy: str) -> str:
    """Return which of `KINDS` the file is, by its name.

    Raises `UnusableInput` for another one, and for what by its name or by its first bytes could run code.
    """
    reason = _reason(path.suffix.lower(), content)
    if path.suffix in KINDS and not reason:
        return path.suffix
    found = path.suffix or "no suffix"
    raise UnusableInput(path, f"expected ONNX or safetensors, found {found}{reason and ', '}{reason}", remedy)


def _reason(suffix: str, content: bytes) -> str:
    if suffix in (".keras", ".h5", ".hdf5") or content.startswith(b"\x89HDF"):
        return "a model of Keras: not supported: export as ONNX"
    if suffix in _SUFFIXES or content.startswith(_HOLDING_CODE):
        return "a pickle or an archive of one or of TorchScript: opening such a file can run any code in it"
    return ""


_SUFFIXES = (".pt", ".pth", ".pt2", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib", ".zip")
_HOLDING_CODE = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # zip archives, pickles
