"""What a run needs, said before it starts: `estimates` and the command `preflight` that prints them."""

import copy
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from torch.utils.flop_counter import FlopCounterMode

from obverse import estimates, official
from obverse.classifiers import Classifier
from obverse.commands import preflight
from obverse.errors import UnusableInput
from obverse.inverters import Inverter

BASE = Path(__file__).parents[2]
PAPER_FILE = BASE / "workflow" / "scales" / "paper.yaml"
SHIPPED = yaml.safe_load((BASE / "config.yaml").read_text())
RENDERED = {"facescrub": {"identities": 53, "pictures": 100}, "celeba": {"identities": 208, "pictures": 30}}
SMALL = SHIPPED | {"rendered": RENDERED, "photographs": {"patches": 3000}, "seeds": [1]}
PAPER = preflight.merged([BASE / "config.yaml", PAPER_FILE])
KNOWN = official.read(BASE / "resources" / "official_files.csv")
ASK = " (cannot be fetched: docs/data.md says whom to ask)"


def products(network: torch.nn.Module, given: torch.Tensor) -> int:
    """Return the multiply-adds of one forward pass as torch counts them."""
    with FlopCounterMode(display=False) as counter:
        network(given)
    return counter.get_total_flops() // 2


@pytest.mark.parametrize(("size", "width", "hidden", "classes"), [(64, 128, 2650, 530), (32, 16, 50, 10)])
def test_the_multiply_adds_of_a_classifier_are_those_torch_counts(size: int, width: int, hidden: int, classes: int):
    target = {"width": width, "hidden": hidden, "classes": classes}
    with torch.device("meta"):
        network = Classifier(num_classes=classes, size=size, width=width, hidden=hidden)
        counted = products(network, torch.empty(1, 1, size, size))
    assert estimates._classifier_products(size, target) == counted


@pytest.mark.parametrize(("size", "width", "classes"), [(64, 128, 530), (32, 16, 10)])
def test_the_multiply_adds_of_an_inverter_are_those_torch_counts(size: int, width: int, classes: int):
    with torch.device("meta"):
        network = Inverter(
            num_classes=classes, size=size, width=width, features="shifted", offset=50.0, learn_offset=False
        )
    counted = products(network.to_empty(device="cpu"), torch.zeros(2, classes))
    assert estimates._inverter_products(size, classes, width) == counted / 2


def test_the_papers_networks_have_the_multiply_adds_worked_out_by_hand():
    target = {"width": 128, "hidden": 2650, "classes": 530}
    assert estimates._inverter_products(64, 530, 128) == 413_433_856
    assert estimates._classifier_products(64, target) == 955_510_356


def test_pictures_are_counted_by_what_is_rendered_or_published():
    assert estimates.pictures(SMALL) == {"facescrub": 5300, "celeba": 6240, "mnist": 1797}
    assert estimates.pictures(PAPER) == {"facescrub": 106_863, "celeba": 202_599, "mnist": 70_000}


def test_queries_are_counted_once_a_target_and_data_set_and_for_every_seed():
    """Figures 8 and 9 share theirs: faces 5,300 + 6,240, digits 1,797; with three seeds three times that."""
    assert estimates.queries(SMALL) == 13_337
    assert estimates.queries(SMALL | {"seeds": [1, 2, 3]}) == 40_011


def test_operations_by_hand():
    """One figure, one m: a classifier and the inverters aligned and prior, which at full m are one."""
    config = copy.deepcopy(SMALL)
    config["figures"] = {"fig10": config["figures"]["fig10"] | {"m": [10]}}
    config["classifiers"] = {"digits": config["classifiers"]["digits"] | {"epochs": 2, "member_fraction": 0.5}}
    config["inverters"] = {"digits": config["inverters"]["digits"] | {"epochs": 3}}
    classifier = 1797 * 0.5 * 2 * estimates._classifier_products(32, config["classifiers"]["digits"])
    inverter = 1797 * 3 * estimates._inverter_products(32, 10, config["inverters"]["digits"]["width"])
    assert estimates.operations(config) == pytest.approx(6 * (classifier + inverter))


def test_operations_grow_with_seeds_and_the_paper_needs_far_more():
    assert estimates.operations(SMALL | {"seeds": [1, 2]}) == 2 * estimates.operations(SMALL)
    assert estimates.operations(PAPER) > 1000 * estimates.operations(SMALL)


def test_disk_holds_at_least_the_prediction_caches():
    """At the paper's scale: (106,863 + 202,599) x 530 scores of 4 bytes; figures 8 and 9 share them."""
    assert estimates.disk(PAPER) > 309_462 * 530 * 4


def test_the_matrix_rate_is_that_of_a_machine():
    assert 1e8 < estimates.matrix_rate("float32") < 1e16


def test_stand_ins_need_nothing(tmp_path: Path):
    assert estimates.missing(SHIPPED, tmp_path, KNOWN) == estimates.fetched(SHIPPED, tmp_path, KNOWN) == []


def test_what_the_paper_needs_is_listed_until_it_is_there(tmp_path: Path):
    config = copy.deepcopy(PAPER)
    config["datasets"]["mnist"]["download"] = False
    names = f"{tmp_path / 'data/celeba/list_identity_celeba.txt'}{ASK}"
    terms = [f"datasets.{role}.accept_terms: true, once you have read the terms" for role in ("facescrub", "celeba")]
    lists = [f"{tmp_path / 'data/facescrub' / name}{ASK}" for name in estimates.OFFICIAL["facescrub"]]
    digits = [f"{tmp_path / 'data/mnist' / name}" for name in estimates.OFFICIAL["mnist"]]
    assert estimates.missing(config, tmp_path, KNOWN) == [*lists, names, *digits, *terms]
    for role, files in estimates.OFFICIAL.items():
        folder = tmp_path / config["datasets"][role]["folder"]
        folder.mkdir(parents=True)
        for name in files:
            (folder / name).touch()
    assert estimates.missing(config, tmp_path, KNOWN) == [names, *terms]
    config["datasets"]["celeba"] |= {"overlap": "none", "accept_terms": True}
    config["datasets"]["facescrub"]["accept_terms"] = True
    assert estimates.missing(config, tmp_path, KNOWN) == []
    config["datasets"]["celeba"]["overlap"] = "embeddings"
    config["embedder"]["model"] = "arcface.onnx"
    assert estimates.missing(config, tmp_path, KNOWN) == [f"{tmp_path / 'arcface.onnx'}"]
    (tmp_path / "arcface.onnx").touch()
    assert estimates.missing(config, tmp_path, KNOWN) == []


def test_what_will_be_fetched_is_listed_with_size_and_address_until_it_is_there(tmp_path: Path):
    lines = estimates.fetched(PAPER, tmp_path, KNOWN)
    assert lines[0] == (
        "celeba's img_align_celeba.zip: 1,443,490,838 bytes from https://s3.amazonaws.com/pytorch-tutorial-assets/"
        "img_align_celeba.zip, or Google Drive 0B7EVK8r0v71pZjFTYXZWM3FlRnM"
    )
    assert [line.split(":")[0] for line in lines[1:]] == [
        "celeba's identity_CelebA.txt",
        *(f"mnist's {name}" for name in estimates.OFFICIAL["mnist"]),
        "FAN's weights",
    ]
    for place in ("data/celeba", "results/sources/mnist"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "data/celeba/img_align_celeba.zip").touch()
    (tmp_path / "results/sources/mnist/t10k-labels-idx1-ubyte.gz").touch()
    (tmp_path / "results/models").mkdir()
    (tmp_path / "results/models/fan.pth.tar").touch()
    assert estimates.fetched(PAPER, tmp_path, KNOWN) == lines[1:-2]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Run the command in this process, on a machine of 1 TFLOP/s; return its exit status and what it printed."""
    monkeypatch.setattr(estimates, "matrix_rate", lambda precision: 1e12)

    def command(*arguments: object) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["preflight", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            preflight.main()
        return ended.value.code, capsys.readouterr().out

    return command


def test_nothing_missing_is_exit_status_0(run, tmp_path: Path):
    status, said = run("--directory", tmp_path)
    assert status == 0
    counts = ", ".join(f"{role} {count:,}" for role, count in estimates.pictures(SHIPPED).items())
    assert "To fetch" not in said and said.startswith(f"Missing: nothing\nPictures: {counts}\n")
    assert f"Queries:  {estimates.queries(SHIPPED):,} images" in said


def test_missing_files_are_listed_and_exit_status_is_1(run, tmp_path: Path):
    status, said = run(PAPER_FILE, "--directory", tmp_path)
    assert status == 1
    assert said.startswith(f"Missing:\n  {tmp_path / 'data/facescrub/facescrub_actors.txt'}{ASK}\n")
    assert "\nTo fetch:\n  celeba's img_align_celeba.zip: 1,443,490,838 bytes from https" in said
    assert "Training: " in said and "Disk: " in said


def test_the_hours_are_operations_over_the_share_of_the_rate_that_training_reaches(run, tmp_path: Path):
    hours = estimates.operations(PAPER) / (1e12 * estimates.SHARE_OF_MATRIX_RATE) / 3600
    assert hours > 10
    assert f"about {hours:,.0f} hours here" in run(PAPER_FILE, "--directory", tmp_path)[1]


def test_a_configuration_that_cannot_work_is_two_lines(run, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("classifiers:\n  faces:\n    epoch: 3\n")
    status, said = run(tmp_path / "mine.yaml")
    assert said == "" and str(status).splitlines()[0] == ("preflight: error: classifiers.faces: unknown key 'epoch'")
    assert len(str(status).splitlines()) == 2


@pytest.mark.parametrize("text", [None, "seeds: [1\n"])
def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path, text: str | None):
    if text is not None:
        (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(UnusableInput, match=f"^{tmp_path / 'mine.yaml'}: (cannot be read|is not YAML)"):
        preflight.merged([tmp_path / "mine.yaml"])


def test_files_are_merged_as_snakemake_merges_them(tmp_path: Path):
    """Mappings key by key; a list or a number replaces what was there."""
    (tmp_path / "a.yaml").write_text("x: {p: 1, q: [1, 2]}\ny: 3\n")
    (tmp_path / "b.yaml").write_text("x: {q: [5]}\ny: {z: 1}\n")
    merged = preflight.merged([tmp_path / name for name in ("a.yaml", "b.yaml")])
    assert merged == {"x": {"p": 1, "q": [5]}, "y": {"z": 1}}


def test_the_module_is_a_command():
    asked = subprocess.run(
        [sys.executable, "-m", "obverse.commands.preflight", "--help"],
        cwd=BASE / "workflow",
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0 and "Say what a run needs before it starts" in asked.stdout


def test_a_file_of_fans_weights_must_be_there_an_address_need_not(tmp_path: Path):
    def missing(**poses: str) -> list[str]:
        return estimates.missing(SHIPPED | {"poses": SHIPPED["poses"] | poses}, tmp_path, KNOWN)

    assert missing(network="fan") == missing(network="small", weights="fan.pth.tar") == []
    assert missing(network="fan", weights="fan.pth.tar") == [f"{tmp_path / 'fan.pth.tar'}"]
