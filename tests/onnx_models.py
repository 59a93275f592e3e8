"""ONNX models of few operators, written by hand as protocol buffers: the package that writes them is not here."""

from collections.abc import Sequence

import numpy as np

FLOAT, UINT8, INT32, INT64, DOUBLE = 1, 2, 6, 7, 11  # TensorProto.DataType
_TYPES = {np.float32: FLOAT, np.uint8: UINT8, np.int32: INT32, np.int64: INT64, np.float64: DOUBLE}


def field(number: int, value: int | bytes) -> bytes:
    """Return one field of a protocol buffer: a number as varint, bytes with their length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    low = value & 127
    return bytes([low]) if value < 128 else bytes([low | 128]) + _varint(value >> 7)


def tensor_type(name: bytes, shape: Sequence[int], element: int = FLOAT) -> bytes:
    """Return an input or output called ``name``; a side of 0 is any."""
    sizes = b"".join(field(1, field(1, side) if side else field(2, b"n")) for side in shape)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, sizes)))


def maps_type(name: bytes) -> bytes:
    """Return an output that is a sequence of maps from int64 to float, as scikit-learn's classifiers give."""
    value = field(1, field(1, FLOAT) + field(2, b""))
    return field(1, name) + field(2, field(4, field(1, field(5, field(1, INT64) + field(2, value)))))


def node(operator: bytes, inputs: Sequence[bytes], outputs: Sequence[bytes], *attributes: bytes) -> bytes:
    """Return one operator's call; a name with a colon is of a domain of its own, domain:operator."""
    *domain, kind = operator.split(b":")
    ends = b"".join(field(1, name) for name in inputs) + b"".join(field(2, name) for name in outputs)
    return ends + field(4, kind) + b"".join(field(5, one) for one in attributes) + b"".join(field(7, x) for x in domain)


def number(name: bytes, value: int) -> bytes:
    """Return an attribute that is an integer."""
    return field(1, name) + field(3, value) + field(20, 2)


def numbers(name: bytes, values: Sequence[int]) -> bytes:
    """Return an attribute that is a list of integers."""
    return field(1, name) + b"".join(field(8, value) for value in values) + field(20, 7)


def tensor(name: bytes, value: bytes) -> bytes:
    """Return an attribute that is a tensor, of `within` or `outside`."""
    return field(1, name) + field(5, value) + field(20, 4)


def within(name: bytes, values: np.ndarray) -> bytes:
    """Return weights that the model itself holds."""
    return _weights(name, values.shape, _TYPES[values.dtype.type]) + field(9, values.tobytes())


def outside(name: bytes, shape: Sequence[int], place: str) -> bytes:
    """Return float weights that the model takes from the file at ``place``."""
    location = field(13, field(1, b"location") + field(2, place.encode())) + field(14, 1)
    return _weights(name, shape, FLOAT) + location


def _weights(name: bytes, shape: Sequence[int], element: int) -> bytes:
    return b"".join(field(1, side) for side in shape) + field(2, element) + field(8, name)


def model(
    nodes: Sequence[bytes], inputs: Sequence[bytes], outputs: Sequence[bytes], weights: Sequence[bytes] = ()
) -> bytes:
    """Return a model of ``nodes`` in their order, with the operators of ONNX and of its ``ai.onnx.ml``."""
    graph = b"".join(field(1, one) for one in nodes) + field(2, b"g") + b"".join(field(5, one) for one in weights)
    graph += b"".join(field(11, one) for one in inputs) + b"".join(field(12, one) for one in outputs)
    known = field(8, field(2, 17)) + field(8, field(1, b"ai.onnx.ml") + field(2, 3))
    return field(1, 8) + known + field(7, graph)
