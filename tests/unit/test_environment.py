"""The three files under envs/ are made from pyproject.toml; here they have not drifted from it or from one another."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from obverse import provenance
from obverse.commands import lock

BASE = Path(__file__).parents[2]
PROJECT = tomllib.loads((BASE / "pyproject.toml").read_text())
LOCK = lock.LOCK.read_text()
DIRECT = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; [^\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M)


def pins(text: str) -> list[tuple[str, str, int]]:
    """Return name, version and number of hashes of each entry."""
    return [(name, version, hashes.count("--hash")) for name, version, hashes in ENTRY.findall(text)]


def test_the_lock_was_made_from_the_dependencies_in_pyproject():
    """Otherwise: make lock."""
    assert LOCK.splitlines()[0] == lock.header(BASE / "pyproject.toml")


def test_the_header_changes_with_a_dependency_and_not_with_the_rest(tmp_path: Path):
    text = (BASE / "pyproject.toml").read_text()
    (tmp_path / "a.toml").write_text(text.replace('version = "0.1.0"', 'version = "0.2.0"'))
    (tmp_path / "b.toml").write_text(text.replace('"torch==2.15.0"', '"torch==2.16.0"'))
    (tmp_path / "c.toml").write_text(text.replace('    "pytest",\n', ""))
    first, second, third = (lock.header(tmp_path / f"{name}.toml") for name in "abc")
    assert first == LOCK.splitlines()[0] and len({first, second, third}) == 3


def test_the_conda_environment_has_the_pins_of_the_lock():
    assert lock.CONDA.read_text() == lock.conda(LOCK)


def test_the_conda_environment_is_yaml_that_pip_understands():
    environment = yaml.safe_load(lock.CONDA.read_text())
    listed = [Requirement(pin) for pin in environment["dependencies"][-1]["pip"]]
    assert [(pin.name, str(pin.specifier)) for pin in listed] == [
        (name, f"=={version}") for name, version, _ in pins(LOCK)
    ]
    assert environment["dependencies"][0] == "python=3.11"


def test_every_entry_of_the_locks_has_a_hash():
    """As many entries as lines that start with a name: none is written in a way that pip would not check."""
    for text in (LOCK, lock.INSTALLER.read_text()):
        assert len(pins(text)) == len(re.findall(r"^[^\s#]", text, re.M)) > 0


@pytest.mark.parametrize("wanted", DIRECT)
def test_every_direct_dependency_is_satisfied_by_its_pin(wanted: str):
    requirement = Requirement(wanted)
    versions = [Version(v) for name, v, _ in pins(LOCK) if name == canonicalize_name(requirement.name)]
    assert versions and all(version in requirement.specifier for version in versions)


def test_torch_and_torchvision_are_the_matching_pair_in_ordinary_builds():
    """No local version such as +cpu: the same build runs on a GPU where there is one."""
    versions = {name: version for name, version, _ in pins(LOCK)}
    assert (versions["torch"], versions["torchvision"]) == ("2.15.0", "0.29.2")


def test_opencv_is_the_build_that_needs_no_display():
    assert {name for name, _, _ in pins(LOCK) if "opencv" in name} == {"opencv-python-headless"}


def test_the_installer_lock_holds_uv_alone():
    ((name, _, hashes),) = pins(lock.INSTALLER.read_text())
    assert name == "uv" and hashes > 5


@pytest.mark.parametrize("path", [lock.LOCK, lock.INSTALLER, lock.CONDA], ids=lambda path: path.name)
def test_no_registry_address_stands_in_a_lock(path: Path):
    text = path.read_text()
    assert not re.search(r"https?:|://|index|@", text, re.I)


def test_stages_see_the_locked_versions():
    locked = provenance.locked()
    assert set(locked) == {name for name, _, _ in pins(LOCK)}
    assert locked["torch"] == "2.15.0"
