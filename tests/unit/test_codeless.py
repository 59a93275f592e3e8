"""Which files of models are opened at all."""

from pathlib import Path

import pytest

import traps
from obverse import codeless
from obverse.errors import UnusableInput


@pytest.mark.parametrize("name", ["m.onnx", "m.safetensors"])
def test_a_file_that_holds_no_code_is_of_the_kind_that_its_name_says(name):
    assert codeless.kind(Path(name), b"\x08\x08", "") == Path(name).suffix


@pytest.mark.parametrize("suffix", ["pt", "pth", "PT", "pt2", "pkl", "pickle", "ckpt", "bin", "joblib", "zip"])
def test_a_name_of_what_can_run_code_is_refused_whatever_it_holds(suffix):
    with pytest.raises(UnusableInput, match=f"found .{suffix}, a pickle or an .* can run any code in it\nDo that."):
        codeless.kind(Path(f"m.{suffix}"), b"\x08\x08", "Do that.")


@pytest.mark.parametrize("name", ["m.onnx", "m.safetensors"])
@pytest.mark.parametrize("written", [traps.pickled, traps.archived])
def test_contents_that_can_run_code_are_refused_whatever_their_name(tmp_path, name, written):
    with pytest.raises(UnusableInput, match="a pickle or an archive of one or of TorchScript: opening such a file"):
        codeless.kind(Path(name), written(tmp_path / "sprung"), "")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("name", "content"), [("m.keras", b"PK\x03\x04"), ("m.h5", b"\x89HDF\r\n"), ("m.hdf5", b""), ("m.onnx", b"\x89HDF")]
)
def test_keras_is_refused_with_what_to_do_instead(name, content):
    with pytest.raises(UnusableInput, match="a model of Keras: not supported: export as ONNX"):
        codeless.kind(Path(name), content, "")


@pytest.mark.parametrize(("name", "found"), [("m.tflite", ".tflite"), ("m", "no suffix"), ("m.onnx.gz", ".gz")])
def test_another_kind_is_refused_by_its_name(name, found):
    with pytest.raises(UnusableInput, match=f"expected ONNX or safetensors, found {found}\n"):
        codeless.kind(Path(name), b"", "")


def test_what_cannot_be_read_is_named_with_the_reason(tmp_path):
    """A folder, a file that is not there, and one behind a link to itself."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, reason in ("", "Is a directory"), ("none", "No such file"), ("loop", "Too many levels of symbolic links"):
        with pytest.raises(UnusableInput, match=f"{name}: expected a model, found {reason}"):
            codeless.read(tmp_path / name, "a model", "")
