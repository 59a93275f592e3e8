"""How ONNX files are opened."""

import ctypes
import os

import numpy as np
import pytest

import onnx_models
from obverse import devices, onnx_files
from obverse.errors import UnusableInput

_IN_OPEN = 0x20  # <sys/inotify.h>
_PLACES = ["{}", "./{}", "../models/{}", "../{}", "absolute"]
SIDE = 192  # fewer weights the runtime will not take from another file, even where nothing keeps it from that
ENDS = [onnx_models.tensor_type(b"x", (0, SIDE))], [onnx_models.tensor_type(b"y", (0, SIDE))]
ADD = onnx_models.node(b"Add", [b"x", b"w"], [b"y"])


@pytest.fixture
def opened(tmp_path):
    """Return a call that writes a model among others and opens it."""
    (tmp_path / "models").mkdir()

    def call(content, threads=1):
        path = tmp_path / "models" / "m.onnx"
        path.write_bytes(content)
        return onnx_files.opened(path, path.read_bytes(), devices.prepare("float32", threads), "Do that.")

    return call


@pytest.fixture
def opens():
    """Return a call that watches files, and one that tells how often they were opened since."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert watch >= 0

    def start(*paths):
        for path in paths:
            assert libc.inotify_add_watch(watch, str(path).encode(), _IN_OPEN) >= 0

    def count():
        try:
            return len(os.read(watch, 4096)) // 16  # an event that has no name is 16 bytes
        except BlockingIOError:
            return 0

    yield start, count
    os.close(watch)


def test_a_file_that_is_opened_is_seen(opens, tmp_path):
    """What the next test rests on."""
    start, count = opens
    (tmp_path / "a").write_bytes(b"1")
    start(tmp_path / "a")
    assert count() == 0
    (tmp_path / "a").read_bytes()
    assert count() == 1


@pytest.mark.parametrize("form", _PLACES)
@pytest.mark.parametrize("as_constant", [False, True])
def test_weights_in_another_file_are_refused_and_it_is_not_opened(
    opened, opens, tmp_path, monkeypatch, form, as_constant
):
    """Whether the file lies in the model's folder or outside of it; as weights, or as the value of an operator."""
    start, count = opens
    files = [tmp_path / "weights.bin", tmp_path / "models/weights.bin"]
    for path in files:
        path.write_bytes(np.ones(SIDE, np.float32).tobytes())
    monkeypatch.chdir(tmp_path / "models")
    weights = onnx_models.outside(b"w", (SIDE,), str(files[0]) if form == "absolute" else form.format("weights.bin"))
    constant = onnx_models.node(b"Constant", [], [b"w"], onnx_models.tensor(b"value", weights))
    content = onnx_models.model([constant, ADD], *ENDS) if as_constant else onnx_models.model([ADD], *ENDS, [weights])
    start(*files)
    with pytest.raises(UnusableInput, match="expected an ONNX model, found one that cannot be opened"):
        opened(content)
    assert count() == 0


@pytest.mark.parametrize("as_constant", [False, True])
def test_the_same_model_with_its_weights_within_is_opened(opened, as_constant):
    weights = onnx_models.within(b"w", np.ones(SIDE, np.float32))
    constant = onnx_models.node(b"Constant", [], [b"w"], onnx_models.tensor(b"value", weights))
    content = onnx_models.model([constant, ADD], *ENDS) if as_constant else onnx_models.model([ADD], *ENDS, [weights])
    found = opened(content).run(None, {"x": np.zeros((2, SIDE), np.float32)})
    np.testing.assert_array_equal(found[0], np.ones((2, SIDE)))


def test_an_operator_of_a_domain_of_its_own_is_refused(opened):
    own = onnx_models.node(b"com.acme:Magic", [b"x"], [b"y"])
    with pytest.raises(UnusableInput, match=r"cannot be opened \(.*com\.acme(.|\n)*Do that\."):
        opened(onnx_models.model([own], *ENDS))


@pytest.mark.parametrize("content", [b"", b"not a model", b"cos\nsystem\n."])
def test_a_damaged_file_is_refused(opened, content):
    with pytest.raises(UnusableInput, match=r"m\.onnx: expected an ONNX model, found one that cannot be opened"):
        opened(content)


def test_the_devices_threads_run_it(opened):
    weights = onnx_models.within(b"w", np.ones(SIDE, np.float32))
    options = opened(onnx_models.model([ADD], *ENDS, [weights]), threads=2).get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (2, 1)


@pytest.mark.parametrize(
    ("declared", "fit"), [([3, 8], True), (["n", 8], True), ([None, None], True), ([8, 3], False), ([3], False)]
)
def test_a_declared_shape_fits_where_its_numbers_are_the_sides(declared, fit):
    assert onnx_files.fits(declared, (3, 8)) is fit
