"""Targets that are model files: which are opened, what they are shown, and where their scores are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torchvision import models

import onnx_models
import traps
from obverse import checkpoints, devices, model_files
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from onnx_models import DOUBLE, FLOAT, INT32, INT64, UINT8, node, tensor_type, within

SIZE, CLASSES = 4, 5
GREY = model_files.ModelFile(Path("m.onnx"), "", "", SIZE, "grey", (0.0,), (255.0,), CLASSES)
COLOUR = replace(GREY, colour="rgb", mean=(10.0, 20.0, 30.0), deviation=(50.0, 60.0, 70.0))
FLATTEN, SCORES = node(b"Flatten", [b"x"], [b"f"]), tensor_type(b"y", (0, 0))
RANDOM = np.random.default_rng(0)
PICTURES = RANDOM.integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)
WEIGHTS = RANDOM.normal(size=(SIZE * SIZE * 3, CLASSES)).astype(np.float32)


@pytest.fixture
def load(tmp_path):
    """Return a call that writes a model's file and loads it."""

    def call(content, model, name="m.onnx"):
        (tmp_path / name).write_bytes(content)
        return model_files.load(replace(model, path=tmp_path / name), devices.prepare("float32", 1))

    return call


def _linear(shape, weights=WEIGHTS, element=FLOAT):
    """Return a model whose scores are its input, flattened, times ``weights``."""
    nodes = [FLATTEN, node(b"MatMul", [b"f", b"w"], [b"y"])]
    output = tensor_type(b"y", (0, 0), element)
    return onnx_models.model(nodes, [tensor_type(b"x", shape, element)], [output], [within(b"w", weights)])


def _several(*outputs):
    """Return a model of pictures [N, 1, 4, 4] with ``outputs``: node, then its type."""
    nodes, types = zip(*outputs, strict=True)
    return onnx_models.model([FLATTEN, *nodes], [tensor_type(b"x", (0, 1, SIZE, SIZE))], types)


def _scaled(pictures, model):
    return (pictures.astype(np.float64) - model.mean) / model.deviation


@pytest.mark.parametrize("shape", [(0, 4, 4, 3), (1, 4, 4, 3), (0, 0, 0, 3), (0, 48), (1, 48), (0, 0)])
def test_by_pixel_or_flat_a_model_is_shown_rows_of_pixels_of_channels_each_scaled_by_its_own(load, shape):
    """Also one by one, where it takes no more."""
    expected = _scaled(PICTURES, COLOUR).reshape(3, -1) @ WEIGHTS
    found = load(_linear(shape), COLOUR)(PICTURES)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)
    assert found.dtype == np.float32


@pytest.mark.parametrize("shape", [(0, 3, 4, 4), (1, 3, 4, 4), (0, 3, 0, 0), (0, 0, 0, 0)])
def test_by_channel_a_model_is_shown_one_plane_after_another(load, shape):
    expected = _scaled(PICTURES, COLOUR).transpose(0, 3, 1, 2).reshape(3, -1) @ WEIGHTS
    np.testing.assert_allclose(load(_linear(shape), COLOUR)(PICTURES), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("shape", [(0, 1, 4, 4), (0, 4, 4, 1), (0, 16)])
def test_grey_pictures_have_one_plane(load, shape):
    grey = PICTURES[..., 0]
    found = load(_linear(shape, WEIGHTS[:16]), GREY)(grey)
    np.testing.assert_allclose(found, grey.reshape(3, -1) / 255 @ WEIGHTS[:16], rtol=1e-5, atol=1e-5)


def test_in_bgr_a_model_is_shown_blue_first_and_the_numbers_are_in_that_order(load):
    model = replace(COLOUR, colour="bgr")
    expected = _scaled(PICTURES[..., ::-1], model).transpose(0, 3, 1, 2).reshape(3, -1) @ WEIGHTS
    np.testing.assert_allclose(load(_linear((0, 3, 4, 4)), model)(PICTURES), expected, rtol=1e-5, atol=1e-4)


def test_an_input_of_double_is_given_double_and_scores_are_float32(load):
    found = load(_linear((0, 48), WEIGHTS.astype(np.float64), DOUBLE), COLOUR)(PICTURES)
    np.testing.assert_allclose(found, _scaled(PICTURES, COLOUR).reshape(3, -1) @ WEIGHTS, rtol=1e-5, atol=1e-4)
    assert found.dtype == np.float32


def _bytes_read():
    nodes = [node(b"Cast", [b"x"], [b"c"], onnx_models.number(b"to", FLOAT)), node(b"MatMul", [b"c", b"w"], [b"y"])]
    return onnx_models.model(nodes, [tensor_type(b"x", (0, 48), UINT8)], [SCORES], [within(b"w", WEIGHTS)])


def test_an_input_of_uint8_is_given_the_values_themselves(load):
    found = load(_bytes_read(), replace(COLOUR, mean=(0,), deviation=(1.0, 1.0, 1.0)))(PICTURES)
    np.testing.assert_allclose(found, PICTURES.reshape(3, -1) @ WEIGHTS, rtol=1e-5, atol=1e-2)


def test_an_input_of_uint8_with_a_scale_is_refused(load):
    with pytest.raises(UnusableInput, match="expected mean 0 and deviation 1 for an input of uint8, found"):
        load(_bytes_read(), COLOUR)


def test_an_input_of_another_type_is_refused(load):
    with pytest.raises(UnusableInput, match=r"expected an input of .*, found tensor\(int32\)(.|\n)*reads float"):
        load(_linear((0, 48), WEIGHTS.astype(np.int32), INT32), COLOUR)


def test_another_batch_than_one_or_any_is_refused(load):
    with pytest.raises(UnusableInput, match="any number of pictures at once, or one, found 2(.|\n)*a batch of any"):
        load(_linear((2, 3, 4, 4)), COLOUR)


@pytest.mark.parametrize("shape", [(0, 1, 4, 4), (0, 3, 8, 8), (0, 47), (0, 4, 4), (0, 3, 1, 4, 4)])
def test_a_model_that_reads_other_pictures_is_refused(load, shape):
    with pytest.raises(UnusableInput, match="reads rgb pictures of 4 pixels a side, found inputs(.|\n)*size and col"):
        load(onnx_models.model([node(b"Flatten", [b"x"], [b"y"])], [tensor_type(b"x", shape)], [SCORES]), COLOUR)


def test_a_model_of_two_inputs_is_refused(load):
    inputs = [tensor_type(name, (0, 16)) for name in (b"x", b"z")]
    content = onnx_models.model([node(b"Add", [b"x", b"z"], [b"y"])], inputs, [SCORES])
    with pytest.raises(UnusableInput, match="found inputs of shape (.|\n)*one input"):
        load(content, GREY)


def test_a_model_that_fails_on_such_pictures_is_refused(load):
    """It declares that it reads any size, and its weights do not."""
    with pytest.raises(UnusableInput, match="pictures of 4 pixels a side, found one that fails on them"):
        load(_linear((0, 3, 0, 0), WEIGHTS[:40]), COLOUR)


@pytest.mark.parametrize("field", ["mean", "deviation"])
def test_numbers_for_other_channels_than_there_are_are_refused(load, field):
    with pytest.raises(UnusableInput, match=f"as {field} one number, or one for each of 3 channels, found 2"):
        load(_linear((0, 3, 4, 4)), replace(COLOUR, **{field: (1.0, 2.0)}))


@pytest.mark.parametrize("output", ["", "y"])
def test_another_count_of_classes_is_refused_with_the_keys_to_set(load, output):
    expected = r"expected scores of 7 classes, found y float32 \[2, 5\], of 2 pictures\n.*classes.*output"
    with pytest.raises(UnusableInput, match=expected):
        load(_linear((0, 48)), replace(COLOUR, classes=7, output=output))


def test_scores_that_are_not_one_row_a_picture_are_refused(load):
    nodes = [FLATTEN, node(b"ReduceSum", [b"f"], [b"y"])]
    content = onnx_models.model(nodes, [tensor_type(b"x", (0, 1, 4, 4))], [SCORES])
    with pytest.raises(UnusableInput, match=r"expected scores of 1 classes, found y float32 \[1, 1\], of 2 pictures"):
        load(content, replace(GREY, classes=1))


LABEL = (
    node(b"ArgMax", [b"f"], [b"label"], onnx_models.number(b"axis", 1), onnx_models.number(b"keepdims", 0)),
    tensor_type(b"label", (0,), INT64),
)
FEATURES = node(b"Relu", [b"f"], [b"features"]), tensor_type(b"features", (0, 16))
HALVES = node(b"Split", [b"f"], [b"a", b"b"], onnx_models.number(b"axis", 1))
MAPS = (
    node(b"ai.onnx.ml:ZipMap", [b"f"], [b"maps"], onnx_models.numbers(b"classlabels_int64s", range(16))),
    onnx_models.maps_type(b"maps"),
)


def test_beside_labels_and_features_the_only_output_of_as_many_floats_is_taken(load):
    content = _several(LABEL, FEATURES, (HALVES, tensor_type(b"b", (0, 0))))
    grey = PICTURES[..., 0]
    found = load(content, replace(GREY, classes=8))(grey)
    np.testing.assert_allclose(found, grey.reshape(3, -1)[:, 8:] / 255, rtol=1e-6)


@pytest.mark.parametrize(("output", "half"), [("a", slice(8)), ("b", slice(8, 16))])
def test_of_two_outputs_that_could_be_scores_the_named_one_is_taken(load, output, half):
    found = load(_halves(), replace(GREY, classes=8, output=output))(PICTURES[..., 0])
    np.testing.assert_allclose(found, PICTURES[..., 0].reshape(3, -1)[:, half] / 255, rtol=1e-6)


def test_two_outputs_that_could_be_scores_are_refused_while_none_is_named(load):
    with pytest.raises(UnusableInput, match="expected one output of scores of 8 classes, found several: a, b\n.*outp"):
        load(_halves(), replace(GREY, classes=8))


def _halves():
    types = [tensor_type(name, (0, 0)) for name in (b"a", b"b")]
    return onnx_models.model([FLATTEN, HALVES], [tensor_type(b"x", (0, 1, 4, 4))], types)


def test_an_output_that_there_is_not_is_refused(load):
    with pytest.raises(UnusableInput, match="expected an output that is called 'z', found a, b\nSet output"):
        load(_halves(), replace(GREY, output="z"))


def test_a_named_output_of_labels_is_refused(load):
    with pytest.raises(UnusableInput, match=r"expected scores of 16 classes, found label int64 \[2\]"):
        load(_several(LABEL, FEATURES), replace(GREY, classes=16, output="label"))


@pytest.mark.parametrize("output", ["", "maps"])
def test_labels_and_maps_as_scikit_learns_converter_gives_them_are_refused_with_the_remedy(load, output):
    with pytest.raises(UnusableInput, match=r"expected scores of 16 (.|\n)*options=\{'zipmap': False\}, or set output"):
        load(_several(LABEL, MAPS), replace(GREY, classes=16, output=output))


def test_beside_maps_an_output_of_scores_is_taken(load):
    found = load(_several(LABEL, MAPS, FEATURES), replace(GREY, classes=16, output="features"))(PICTURES[..., 0])
    np.testing.assert_allclose(found, PICTURES[..., 0].reshape(3, -1) / 255, rtol=1e-6)


def test_an_operator_that_is_not_of_onnx_is_refused(load):
    content = onnx_models.model([node(b"com.acme:Magic", [b"x"], [b"y"])], [tensor_type(b"x", (0, 16))], [SCORES])
    with pytest.raises(
        UnusableInput, match=r"m\.onnx: .* cannot be opened \(.*com\.acme(.|\n)*operators of ONNX alone"
    ):
        load(content, GREY)


@pytest.mark.parametrize("place", ["weights.bin", "../weights.bin"])
def test_weights_in_another_file_are_refused_with_what_to_do(load, tmp_path, place):
    """That it is not opened is shown in test_onnx_files.py."""
    (tmp_path / place).write_bytes(WEIGHTS.tobytes())
    weights = onnx_models.outside(b"w", WEIGHTS.shape, place)
    content = onnx_models.model(
        [node(b"MatMul", [b"x", b"w"], [b"y"])], [tensor_type(b"x", (0, 48))], [SCORES], [weights]
    )
    with pytest.raises(UnusableInput, match="cannot be opened(.|\n)*its weights within"):
        load(content, COLOUR)


@pytest.mark.parametrize("name", ["m.onnx", "m.safetensors", "m.pt", "m.pkl", "m.joblib", "m.pt2"])
@pytest.mark.parametrize("written", [traps.pickled, traps.archived])
def test_a_file_that_could_run_code_is_refused_with_the_reason_and_runs_none(load, tmp_path, name, written):
    with pytest.raises(UnusableInput, match="expected ONNX or safetensors, .* opening such a file can run any code"):
        load(written(tmp_path / "sprung"), GREY, name)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_keras_is_refused_with_what_to_do_instead(load, name):
    with pytest.raises(UnusableInput, match="not supported: export as ONNX"):
        load(b"\x89HDF", GREY, name)


@pytest.mark.parametrize("architecture", ["Classifier", "resnet18"])
@pytest.mark.parametrize("content", [b"", b"not tensors", b"\xff" * 100])
def test_damaged_safetensors_are_refused(load, architecture, content):
    with pytest.raises(UnusableInput, match=r"m\.safetensors: expected .*, found something unreadable"):
        load(content, replace(COLOUR, architecture=architecture), "m.safetensors")


@pytest.mark.parametrize(("name", "reason"), [("", "Is a directory"), ("none.onnx", "No such file")])
def test_what_cannot_be_read_is_named_with_the_reason(tmp_path, name, reason):
    with pytest.raises(UnusableInput, match=f"expected a model file, found {reason}"):
        model_files.load(replace(GREY, path=tmp_path / name), devices.prepare("float32", 1))


OURS = model_files.ModelFile(Path("m"), "Classifier", "", 8, "grey", (0.0,), (255.0,), CLASSES)


def _ours(tmp_path):
    torch.manual_seed(0)
    network = Classifier(num_classes=CLASSES, size=8, width=2, hidden=3).eval()
    checkpoints.save(tmp_path / "own", network, {"obverse": "{}"})
    return network, (tmp_path / "own").read_bytes()


def test_a_classifier_of_ours_gives_its_logits(load, tmp_path):
    network, content = _ours(tmp_path)
    pictures = RANDOM.integers(0, 256, (3, 8, 8), dtype=np.uint8)
    found = load(content, OURS, "m.safetensors")(pictures)
    with torch.no_grad():
        expected = network.cpu()(torch.from_numpy(pictures)[:, None] / 255)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert isinstance(found, np.ndarray) and found.dtype == np.float32


@pytest.mark.parametrize("change", [{"size": 16}, {"colour": "rgb"}])
def test_a_classifier_of_ours_that_reads_other_pictures_is_refused(load, tmp_path, change):
    with pytest.raises(UnusableInput, match="expected a model that reads .*, found a Classifier of grey ones of 8 pix"):
        load(_ours(tmp_path)[1], replace(OURS, **change), "m.safetensors")


def test_a_classifier_of_ours_of_other_classes_is_refused(load, tmp_path):
    with pytest.raises(UnusableInput, match=r"expected scores of 6 classes, found scores float32 \[2, 5\]"):
        load(_ours(tmp_path)[1], replace(OURS, classes=6), "m.safetensors")


def test_weights_that_are_no_classifier_of_ours_are_refused_and_nobody_is_told_to_delete_them(load):
    with pytest.raises(UnusableInput, match="expected a weight file of ours") as refused:
        load(save({"a": torch.zeros(2)}), OURS, "m.safetensors")
    assert "elete" not in str(refused.value)


THEIRS = replace(COLOUR, architecture="resnet18", size=32, mean=(123.7, 116.3, 103.5), deviation=(58.4, 57.1, 57.4))


@pytest.fixture(scope="module")
def resnet():
    """One of random weights, and its bytes."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = models.resnet18(num_classes=CLASSES).eval()
    return network, save(network.state_dict())


@pytest.mark.parametrize("colour", ["rgb", "bgr"])
def test_a_model_of_torchvisions_gives_what_torchvision_gives(load, resnet, colour):
    pictures = RANDOM.integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    shown = pictures[..., ::-1] if colour == "bgr" else pictures
    with torch.no_grad():
        expected = resnet[0](torch.from_numpy(_scaled(shown, THEIRS)).permute(0, 3, 1, 2).float())
    state = torch.get_rng_state()
    found = load(resnet[1], replace(THEIRS, colour=colour), "m.safetensors")(pictures)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    assert torch.equal(torch.get_rng_state(), state), "loading must not move the random stream"


def test_a_model_of_torchvisions_of_half_precision_is_asked_in_single(load, resnet):
    halved = {
        name: value.half() if value.is_floating_point() else value for name, value in resnet[0].state_dict().items()
    }
    pictures = RANDOM.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    found, whole = (load(content, THEIRS, "m.safetensors")(pictures) for content in (save(halved), resnet[1]))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, whole, atol=0.02)


def test_a_grey_model_of_torchvisions_is_refused(load, resnet):
    with pytest.raises(UnusableInput, match="reads grey pictures .*, found resnet18, which reads rgb or bgr"):
        load(resnet[1], replace(THEIRS, colour="grey", mean=(0,), deviation=(1,)), "m.safetensors")


@pytest.mark.parametrize(("name", "near"), [("resnet81", "resnet18"), ("classifier", "Classifier"), ("", "resnet18")])
def test_an_unknown_architecture_is_refused_with_ones_that_there_are(load, resnet, name, near):
    with pytest.raises(UnusableInput, match=f"expected Classifier or a .* of torchvision, found '{name}'\n.*{near}"):
        load(resnet[1], replace(THEIRS, architecture=name), "m.safetensors")


def test_the_first_three_weights_that_do_not_fit_are_named(load, resnet):
    changed = {name.replace("layer4", "layer5"): value for name, value in resnet[0].state_dict().items()}
    expected = (
        r"expected the weights of resnet18 of 7 classes, found others: fc\.weight of \[5, 512\] instead of \[7, 512\], "
        r"fc\.bias of \[5\] instead of \[7\], no layer4\.0\.conv1\.weight and \d+ more\n.*architecture.*classes"
    )
    with pytest.raises(UnusableInput, match=expected):
        load(save(changed), replace(THEIRS, classes=7), "m.safetensors")


def test_weights_that_are_not_asked_for_are_named(load, resnet):
    with pytest.raises(UnusableInput, match=r"found others: an unknown extra\n"):
        load(save(resnet[0].state_dict() | {"extra": torch.zeros(1)}), THEIRS, "m.safetensors")


def test_a_size_that_a_model_of_torchvisions_cannot_read_is_refused(load):
    content = save(models.alexnet(num_classes=CLASSES).state_dict())
    with pytest.raises(UnusableInput, match="rgb pictures of 32 pixels a side, found one that fails on them"):
        load(content, replace(THEIRS, architecture="alexnet"), "m.safetensors")


@pytest.mark.parametrize("name", ["mnasnet0_5", "regnet_x_400mf", "googlenet"])
def test_models_that_torch_will_not_make_without_more_ado_are_loaded_too(load, name):
    """One asks for a version that safetensors do not hold, one cannot be made without memory, one warns."""
    more = {"init_weights": False} if name == "googlenet" else {}
    network = models.get_model(name, num_classes=CLASSES, **more).eval()
    pictures = RANDOM.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    with torch.no_grad():
        expected = network(torch.from_numpy(_scaled(pictures, THEIRS)).permute(0, 3, 1, 2).float())
    found = load(save(network.state_dict()), replace(THEIRS, architecture=name), "m.safetensors")(pictures)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
