"""What a run needs of its user and of the network, said before it starts: `provisions`."""

import copy
import shutil
from pathlib import Path
from types import SimpleNamespace

import yaml

from obverse import official, provisions
from obverse.commands import preflight

BASE = Path(__file__).parents[2]
SHIPPED = yaml.safe_load((BASE / "config.yaml").read_text())
PAPER = preflight.merged([BASE / "config.yaml", BASE / "workflow" / "scales" / "paper.yaml"])
KNOWN = official.read(BASE / "resources" / "official_files.csv")
ASK = " (cannot be fetched: docs/data.md says whom to ask)"


def test_stand_ins_need_nothing(tmp_path: Path):
    assert provisions.missing(SHIPPED, tmp_path, KNOWN) == provisions.fetched(SHIPPED, tmp_path, KNOWN) == []


def test_what_the_paper_needs_is_listed_until_it_is_there(tmp_path: Path):
    config = copy.deepcopy(PAPER)
    config["datasets"]["mnist"]["download"] = False
    names = f"{tmp_path / 'data/celeba/list_identity_celeba.txt'}{ASK}"
    terms = [f"datasets.{role}.accept_terms: true, once you have read the terms" for role in ("facescrub", "celeba")]
    lists = [f"{tmp_path / 'data/facescrub' / name}{ASK}" for name in provisions.OFFICIAL["facescrub"]]
    digits = [f"{tmp_path / 'data/mnist' / name}" for name in provisions.OFFICIAL["mnist"]]
    assert provisions.missing(config, tmp_path, KNOWN) == [*lists, names, *digits, *terms]
    for role, files in provisions.OFFICIAL.items():
        folder = tmp_path / config["datasets"][role]["folder"]
        folder.mkdir(parents=True)
        for name in files:
            (folder / name).touch()
    assert provisions.missing(config, tmp_path, KNOWN) == [names, *terms]
    config["datasets"]["celeba"] |= {"overlap": "none", "accept_terms": True}
    config["datasets"]["facescrub"]["accept_terms"] = True
    assert provisions.missing(config, tmp_path, KNOWN) == []
    config["datasets"]["celeba"]["overlap"] = "embeddings"
    config["embedder"]["model"] = "arcface.onnx"
    assert provisions.missing(config, tmp_path, KNOWN) == [f"{tmp_path / 'arcface.onnx'}"]
    (tmp_path / "arcface.onnx").touch()
    assert provisions.missing(config, tmp_path, KNOWN) == []


def test_what_will_be_fetched_is_listed_with_size_and_address_until_it_is_there(tmp_path: Path):
    lines = provisions.fetched(PAPER, tmp_path, KNOWN)
    assert lines[0] == (
        "celeba's img_align_celeba.zip: 1,443,490,838 bytes from https://s3.amazonaws.com/pytorch-tutorial-assets/"
        "img_align_celeba.zip, or Google Drive 0B7EVK8r0v71pZjFTYXZWM3FlRnM"
    )
    assert [line.split(":")[0] for line in lines[1:]] == [
        "celeba's identity_CelebA.txt",
        *(f"mnist's {name}" for name in provisions.OFFICIAL["mnist"]),
        "cifar10's cifar-10-binary.tar.gz",
        "FAN's weights",
        "FaceScrub's pictures",
    ]
    assert lines[-1].endswith(
        ": at most 11 GB from 106,863 addresses on the web, about 1.9 hours at 64 connections if each takes 4 s"
    )
    for place in ("data/celeba", "results/sources/mnist"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "data/celeba/img_align_celeba.zip").touch()
    (tmp_path / "results/sources/mnist/t10k-labels-idx1-ubyte.gz").touch()
    (tmp_path / "results/models").mkdir()
    (tmp_path / "results/models/fan.pth.tar").touch()
    (tmp_path / "results/sources/facescrub").mkdir()
    (tmp_path / "results/sources/facescrub/faces.parquet").touch()
    assert provisions.fetched(PAPER, tmp_path, KNOWN) == [*lines[1:-4], lines[-3]]


def own(**changes: object) -> dict:
    """Return the shipped configuration with one more target, that is asked."""
    mine = {"size": 16, "classes": 6, "images": "own/images", "auxiliary": "own/others"} | changes
    return SHIPPED | {"asked": SHIPPED["asked"] | {"mine": mine}}


def test_a_model_file_is_missing_until_it_is_there(tmp_path: Path):
    config = own(model="own/model.onnx")
    ((where, problem, remedy),) = provisions.model(config, tmp_path, "mine")
    assert (where, problem) == ("asked.mine.model", "expected a model file, found none at own/model.onnx")
    assert "relative to where you start" in remedy
    (tmp_path / "own/model.onnx").mkdir(parents=True)
    ((_, problem, _),) = provisions.model(config, tmp_path, "mine")
    assert problem == "expected a model file, found a folder at own/model.onnx"
    (tmp_path / "own/model.onnx").rmdir()
    (tmp_path / "own/model.onnx").touch()
    assert list(provisions.model(config, tmp_path, "mine")) == []


def test_neither_a_model_that_a_rule_makes_nor_that_of_an_endpoint_is_missing(tmp_path: Path):
    assert list(provisions.model(SHIPPED, tmp_path, "example")) == []
    assert list(provisions.model(own(endpoint={"url": "https://scores.example/"}), tmp_path, "mine")) == []


def test_room_that_is_not_there_is_missing_and_what_has_been_made_needs_none(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=4e9 if path == tmp_path else 0))
    assert provisions.room(4e9, tmp_path / "runs/paper") == []
    (tmp_path / "results").mkdir()
    (tmp_path / "results/images.npy").write_bytes(bytes(1000))
    assert provisions.room(4e9 + 1000, tmp_path) == []
    (line,) = provisions.room(6.5e9, tmp_path)
    assert line == f"room: 6.5 GB more wanted under {tmp_path / 'results'}, 4.0 GB free"


def test_a_file_of_fans_weights_must_be_there_an_address_need_not(tmp_path: Path):
    def missing(**poses: str) -> list[str]:
        return provisions.missing(SHIPPED | {"poses": SHIPPED["poses"] | poses}, tmp_path, KNOWN)

    assert missing(network="fan") == missing(network="small", weights="fan.pth.tar") == []
    assert missing(network="fan", weights="fan.pth.tar") == [f"{tmp_path / 'fan.pth.tar'}"]
