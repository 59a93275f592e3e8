"""Face embedders: which files are opened, and what a model is shown."""

import hashlib

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import save_file

import onnx_models
import traps
from checkouts import BASE
from obverse import centres, checkpoints, devices, embedders
from obverse.errors import UnusableInput
from obverse.faces import people, render, shots

READING = embedders.Reading("rgb", 8, 127.5, 127.5)


FLATTEN = onnx_models.node(b"Flatten", [b"x"], [b"y"])
ADD = onnx_models.node(b"Add", [b"x", b"w"], [b"y"])


def _onnx(node, shape, *weights):
    """Return an ONNX model of one ``node`` that reads ``x`` of ``shape`` (0: any) and gives ``y``."""
    ends = [onnx_models.tensor_type(b"x", shape)], [onnx_models.tensor_type(b"y", (0, 0))]
    return onnx_models.model([node], *ends, weights)


@pytest.fixture
def load(tmp_path):
    """Return a call that writes a model's file and loads it by its own sha256, or by another."""

    def call(content, name="model.onnx", sha256=None, reading=READING):
        (tmp_path / name).write_bytes(content)
        known = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
        return embedders.load(tmp_path / name, known, reading, devices.prepare("float32", 1))

    return call


def _compact(tmp_path, **changes):
    architecture = {"channels": 3, "size": 8, "width": 2, "dimension": 5} | changes
    torch.manual_seed(0)
    network = embedders.Compact(**architecture).eval()
    checkpoints.save(tmp_path / "own", network, {"obverse": "{}"})
    return network, (tmp_path / "own").read_bytes()


@pytest.mark.parametrize("batch", [0, 1])
def test_an_onnx_model_gives_one_direction_a_face(load, batch):
    faces = np.random.default_rng(0).normal(size=(3, 3, 8, 8)).astype(np.float32)
    found = load(_onnx(FLATTEN, (batch, 3, 8, 8)))(faces)
    flat = faces.reshape(3, -1)
    np.testing.assert_allclose(found, flat / np.linalg.norm(flat, axis=1, keepdims=True), atol=1e-6)
    assert found.dtype == np.float32


def test_safetensors_of_a_known_architecture_give_what_the_network_gives(load, tmp_path):
    network, content = _compact(tmp_path)
    faces = np.random.default_rng(0).normal(size=(3, 3, 8, 8)).astype(np.float32)
    found = load(content, "own.safetensors")(faces)
    with torch.no_grad():
        np.testing.assert_allclose(found, network(torch.from_numpy(faces)), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("content", [_onnx(FLATTEN, (0, 3, 8, 8)), b"\x80\x04 whatever it holds"])
def test_another_file_than_the_one_named_by_its_hash_is_refused_unopened(load, content):
    with pytest.raises(UnusableInput, match=r"expected sha256 0{64}, found [0-9a-f]{64}(.|\n)*embedder\.sha256"):
        load(content, sha256="0" * 64)


@pytest.mark.parametrize("name", ["m.pt", "m.pth", "m.pkl", "m.onnx", "m.safetensors"])
@pytest.mark.parametrize("written", [traps.pickled, traps.archived])
def test_a_file_that_could_run_code_is_refused_with_the_reason_and_runs_none(load, tmp_path, name, written):
    """Whatever its suffix."""
    with pytest.raises(UnusableInput, match="expected ONNX or safetensors, .* opening such a file can run any code"):
        load(written(tmp_path / "sprung"), name)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("form", ["{}", "./{}", "../models/{}", "absolute"])
def test_an_onnx_model_cannot_have_another_file_read(load, tmp_path, monkeypatch, form):
    """Its weights would not be under the hash; the runtime reads such a file unless it is kept from it."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models/weights.bin").write_bytes(np.ones(192, np.float32).tobytes())
    (tmp_path / "weights.bin").write_bytes(np.ones(192, np.float32).tobytes())
    monkeypatch.chdir(tmp_path / "models")
    place = str(tmp_path / "weights.bin") if form == "absolute" else form.format("weights.bin")
    weights = onnx_models.outside(b"w", (1, 3, 8, 8), place)
    with pytest.raises(UnusableInput, match="expected an ONNX model, found one that cannot be opened"):
        load(_onnx(ADD, (0, 3, 8, 8), weights))


def test_an_onnx_model_whose_weights_are_within_is_opened(load):
    """The same model as the one refused above, but for where its weights are."""
    weights = onnx_models.within(b"w", np.ones((1, 3, 8, 8), np.float32))
    found = load(_onnx(ADD, (0, 3, 8, 8), weights))(np.zeros((2, 3, 8, 8), np.float32))
    np.testing.assert_allclose(found, np.full((2, 192), 192**-0.5), atol=1e-6)


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "m.onnx"), (b"not a model", "m.onnx"), (b"not tensors", "m.safetensors")]
)
def test_a_damaged_model_is_named(load, content, name):
    with pytest.raises(UnusableInput, match=name):
        load(content, name)


def test_safetensors_of_an_unknown_architecture_are_refused(load, tmp_path):
    save_file({"weight": torch.ones(1)}, tmp_path / "a", metadata={"obverse": '{"network": "Transformer"}'})
    with pytest.raises(UnusableInput, match="expected one of Compact, found 'Transformer'"):
        load((tmp_path / "a").read_bytes(), "m.safetensors")


@pytest.mark.parametrize("shape", [(0, 1, 8, 8), (0, 3, 16, 16), (0, 192)])
def test_a_model_that_reads_other_pictures_is_refused(load, shape):
    with pytest.raises(
        UnusableInput, match="expected a model that reads rgb pictures of 8 pixels a side, found inputs"
    ):
        load(_onnx(FLATTEN, shape))


def test_our_own_model_of_another_size_is_refused(load, tmp_path):
    with pytest.raises(UnusableInput, match="expected a model that reads rgb .* found 3 channels of 16 pixels"):
        load(_compact(tmp_path, size=16)[1], "m.safetensors")


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(UnusableInput, match=r"none\.onnx: expected a face embedder, found No such file"):
        embedders.load(tmp_path / "none.onnx", "0" * 64, READING, devices.prepare("float32", 1))


@pytest.mark.parametrize(("colour", "expected"), [("rgb", [200, 100, 50]), ("bgr", [50, 100, 200]), ("grey", [124])])
def test_a_model_is_shown_the_colours_in_its_order(colour, expected):
    pixels = embedders.Reading(colour, 4, 0.0, 1.0).pixels(Image.new("RGB", (9, 9), (200, 100, 50)))
    assert pixels.shape == (len(expected), 4, 4) and pixels[:, 2, 2].tolist() == expected


def test_values_are_scaled_as_stated():
    values = embedders.Reading("grey", 1, 100.0, 50.0).scaled(np.array([0, 100, 255], np.uint8))
    np.testing.assert_allclose(values, [-2, 0, 3.1])
    assert values.dtype == np.float32


@pytest.fixture(scope="module")
def own():
    """The committed model, loaded as config.yaml says, and how it reads."""
    chosen = yaml.safe_load((BASE / "config.yaml").read_text())["embedder"]
    reading = embedders.Reading(chosen["colour"], chosen["size"], chosen["mean"], chosen["deviation"])
    path = BASE / "resources/embedder.safetensors"
    return embedders.load(path, chosen["sha256"], reading, devices.prepare("float32", 1)), reading


def test_the_committed_model_tells_rendered_people_apart(own):
    embed, reading = own
    faces = []
    for index in range(8):
        head = render.sculpt(people.person(7, 500 + index))
        for number in range(6):
            shot = shots.draw_shot(7, "test", head.person, number)
            plane = render.outline(head.person, shot)
            placement = render.eyes_at(plane, (34.0, 41.0), (73.0, 41.0))
            faces.append(
                reading.pixels(Image.fromarray(render.render(head, shot, plane, (108, 108), placement).pixels))
            )
    first, second = centres.halves(embed(reading.scaled(np.stack(faces))), np.repeat(np.arange(8), 6))
    assert ((first @ second.T).argmax(axis=1) == np.arange(8)).all()
