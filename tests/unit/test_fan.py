"""The real FAN's path, with random weights in the official format, beside the package that the format comes from."""

from collections.abc import Callable
from pathlib import Path

import face_alignment
import numpy as np
import pytest
import torch
from face_alignment import utils as package

from obverse import devices, face_boxes, fan, heatmaps
from obverse.errors import UnusableInput
from obverse.faces.landmarks import MIRROR
from obverse.landmarkers import Landmarker

BOX = (50.01, 60.37, 128.01, 138.37)  # its square begins at whole pixels, as the package cuts, give or take a hundredth


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of one hourglass, saved as the official ones are."""
    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("fan") / "2DFAN4-0123456789.pth.tar"
    torch.save(fan.Fan(1).network.state_dict(), path)
    return path


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the package decode by the same functions without compiling them, which would take seconds."""
    for name in ("transform_np", "_get_preds_fromhm"):
        monkeypatch.setattr(package, name, getattr(package, name).py_func)


class _Package(face_alignment.FaceAlignment):
    """The package's own way with a given network: picture by picture."""

    def __init__(self, network: Callable, flip: bool) -> None:
        self._given = network
        kind = face_alignment.LandmarksType.TWO_D
        super().__init__(kind, device="cpu", face_detector="folder", compile=False, flip_input=flip)

    def _load_native(self, *given: object) -> Callable:
        return self._given


def _pictures(count: int) -> np.ndarray:
    """Return smooth colour pictures uint8 [N, 3, 218, 178]."""
    coarse = torch.from_numpy(np.random.default_rng(0).uniform(0, 255, (count, 3, 14, 12)).astype(np.float32))
    return torch.nn.functional.interpolate(coarse, (218, 178), mode="bicubic").clamp(0, 255).byte().numpy()


def test_weights_in_the_official_format_are_fans(weights: Path):
    network = fan.load(weights)
    assert sum(value.numel() for value in network.parameters()) == 6_249_668
    assert not network.training


def test_heatmaps_are_read_as_the_package_reads_them_but_not_truncated(uncompiled: None):
    maps = torch.from_numpy(np.random.default_rng(2).standard_normal((2, 68, 64, 64)).astype(np.float32))
    square = face_boxes.square((35, 70, 143, 178))
    ours = heatmaps.quarter_cells(maps).numpy() * square.side / 64 + np.array(square[:2])
    centre = np.array(square[:2]) + square.side / 2
    _, theirs, _ = package.get_preds_fromhm(maps.numpy().copy(), centre, square.side / 200)
    np.testing.assert_array_equal(np.trunc(ours), theirs)
    assert (np.trunc(ours) != ours).mean() > 0.9


@pytest.mark.parametrize("flip", [False, True])
def test_a_batch_gives_what_the_package_gives_picture_by_picture(weights: Path, uncompiled: None, flip: bool):
    """Its integers are our numbers truncated; a peak may fall to the next cell, since it rounds crops to 256 levels."""
    network, pictures = fan.load(weights), _pictures(3)
    ours = Landmarker(network, BOX, 218, 178, devices.prepare("float32", 1), flip).find(pictures).numpy()
    theirs = _Package(network.network, flip)
    found = [theirs.get_landmarks_from_image(one.transpose(1, 2, 0), [list(BOX)])[0] for one in pictures]
    assert (np.trunc(ours) == np.stack(found)).all(axis=2).mean() > 0.95


def test_a_mirrored_picture_has_mirrored_landmarks_whatever_the_weights(weights: Path):
    """With ``flip``; random weights find nothing of a face, so without it this does not hold."""
    network, pictures = fan.load(weights), _pictures(2)
    mirrored = np.ascontiguousarray(pictures[..., ::-1])
    apart = []
    for flip in (True, False):
        landmarker = Landmarker(network, (35, 70, 143, 178), 218, 178, devices.prepare("float32", 1), flip)
        plain, turned = landmarker.find(pictures).numpy(), landmarker.find(mirrored).numpy()
        apart.append(np.linalg.norm(turned[:, MIRROR] * (-1, 1) + (178, 0) - plain, axis=-1))
    assert (apart[0] < 0.01).mean() > 0.98 and (apart[1] < 0.01).mean() < 0.5


def test_bfloat16_finds_nearly_the_same(weights: Path):
    network, pictures = fan.load(weights), _pictures(2)
    exact, rough = (
        Landmarker(network, BOX, 218, 178, devices.prepare(precision, 1), False).find(pictures)
        for precision in ("float32", "bfloat16")
    )
    assert exact.dtype == rough.dtype == torch.float32
    assert ((exact - rough).norm(dim=-1) < 5).float().mean() > 0.8


class _Trap:
    def __reduce__(self) -> tuple:
        return print, ("executed",)


def test_a_file_that_would_execute_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture):
    torch.save({"conv1.weight": _Trap()}, tmp_path / "bad.pth.tar")
    with pytest.raises(UnusableInput, match="expected the weights of FAN"):
        fan.load(tmp_path / "bad.pth.tar")
    assert "executed" not in capsys.readouterr().out


def test_damaged_files_and_other_weights_are_refused(tmp_path: Path, weights: Path):
    (tmp_path / "cut.pth.tar").write_bytes(weights.read_bytes()[:100_000])
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "other.pth.tar")
    torch.save([1, 2], tmp_path / "list.pth.tar")
    for name in ("cut", "other", "list", "missing"):
        with pytest.raises(UnusableInput, match=f"{name}.pth.tar: expected the weights of FAN"):
            fan.load(tmp_path / f"{name}.pth.tar")
